"""Improved model of the avGFP study: residue embedding, two convolutions with ReLU, and linear layers.

Its three parts (input layer, trunk, head) are those of the MIMO network too, so that the two differ in nothing else.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from knockon.models.supervised import NetworkOutput
from knockon.training.task import Batch

VOCABULARY = 33
"""Number of ESM-2's tokens, see knockon.represent.protein_tokens."""


@dataclass(frozen=True)
class Convolutions:
    """Sizes. embedding: numbers a residue; channels: of both convolutions; kernel: residues, odd; hidden: units."""

    embedding: int = 8
    channels: int = 16
    kernel: int = 7
    hidden: int = 64


class InputLayer(nn.Module):
    """Embedding of residues less that of the reference, and the first convolution, two residues a step.

    What all variants share is most of a protein; taken away, what is left is the mutations.
    """

    reference: Tensor

    def __init__(self, reference: Tensor, sizes: Convolutions) -> None:
        """`reference`: tokens of the unmutated protein, int64 (length,)."""
        super().__init__()
        self.register_buffer("reference", reference, persistent=False)
        self.embedding = nn.Embedding(VOCABULARY, sizes.embedding)
        self.convolution = nn.Conv1d(sizes.embedding, sizes.channels, sizes.kernel, stride=2, padding=sizes.kernel // 2)

    def forward(self, tokens: Tensor) -> Tensor:
        """(rows, length) int64 → (rows, channels, ⌈length / 2⌉)."""
        changes = self.embedding(tokens) - self.embedding(self.reference)
        convolved: Tensor = self.convolution(changes.transpose(1, 2))
        return convolved


class Trunk(nn.Module):
    """ReLU, the second convolution, ReLU, and a hidden layer over all places."""

    def __init__(self, length: int, sizes: Convolutions) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(sizes.channels, sizes.channels, sizes.kernel, stride=2, padding=sizes.kernel // 2)
        # Each convolution takes two places a step: a quarter of them is left, rounded up.
        self.hidden = nn.Linear(sizes.channels * ((length + 3) // 4), sizes.hidden)

    def forward(self, convolved: Tensor) -> Tensor:
        """(rows, channels, places) → (rows, hidden)."""
        again = torch.relu(self.convolution(torch.relu(convolved)))
        return torch.relu(self.hidden(again.flatten(1)))


class ConvolutionalNetwork(nn.Module):
    """Input layer, trunk, head."""

    def __init__(self, reference: Tensor, outputs: int, sizes: Convolutions) -> None:
        super().__init__()
        self.input = InputLayer(reference, sizes)
        self.trunk = Trunk(len(reference), sizes)
        self.head = nn.Linear(sizes.hidden, outputs)

    def forward(self, batch: Batch) -> NetworkOutput:
        """From `inputs`, tokens (rows, 1, length): outputs (rows, 1, outputs) and features (rows, hidden)."""
        features = self.trunk(self.input(batch["inputs"][:, 0]))
        return NetworkOutput(self.head(features).unsqueeze(1), features)
