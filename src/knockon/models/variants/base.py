"""Base model of the avGFP study: linear on a variant's vector."""

import torch
from torch import Tensor, nn


class LinearNetwork(nn.Module):
    """Output = W x + b on a vector: residue one-hot, or a language model's embedding."""

    subnetworks = 1

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, outputs)
        # One-hot vectors have hundreds of entries that are always 1: start from no opinion, not from their random sum.
        nn.init.zeros_(self.linear.weight)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs (rows, 1, outputs) and, as features, the vectors (rows, width)."""
        vectors = inputs[:, 0].to(torch.float32)
        return self.linear(vectors).unsqueeze(1), vectors
