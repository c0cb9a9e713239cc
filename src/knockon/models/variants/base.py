"""Base model of the avGFP study: linear on a variant's vector."""

import torch
from torch import nn

from knockon.models.supervised import NetworkOutput
from knockon.training.task import Batch


class LinearNetwork(nn.Module):
    """Output = W x + b on a vector: residue one-hot, or a language model's embedding."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, outputs)
        # One-hot vectors have hundreds of entries that are always 1: start from no opinion, not from their random sum.
        nn.init.zeros_(self.linear.weight)

    def forward(self, batch: Batch) -> NetworkOutput:
        """From `inputs` (rows, 1, width): outputs (rows, 1, outputs) and, as features, the vectors (rows, width)."""
        vectors = batch["inputs"][:, 0].to(torch.float32)
        return NetworkOutput(self.linear(vectors).unsqueeze(1), vectors)
