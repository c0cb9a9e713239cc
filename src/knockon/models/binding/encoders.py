"""Encoders of rows of tokens or features into one vector each; the other rows of a batch have no influence on it."""

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.errors import KnockonError
from knockon.models.tokens import PADDING
from knockon.models.transformer import TransformerEncoder

ENCODERS = ("convolution", "transformer", "features", "vectors")


class FeatureEncoder(nn.Module):
    """A perceptron on features that it does not train: fingerprints of ligands, composition of proteins, fixed vectors.

    Features are put about 0 with a spread of 1 by `standardise`; those that it saw no spread of are left out.
    """

    def __init__(self, features: int, width: int, layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("factor", torch.ones(features))
        parts: list[nn.Module] = []
        for before in (features, *(width,) * (layers - 1)):
            parts += [nn.Linear(before, width), nn.LayerNorm(width), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*parts)
        self.width = width

    def standardise(self, rows: NDArray[np.float32]) -> None:
        """Take mean and spread from the rows of training, (rows, features)."""
        spread = rows.std(axis=0)
        self.mean = torch.from_numpy(rows.mean(axis=0))
        self.factor = torch.from_numpy(np.where(spread > 0, 1 / np.maximum(spread, 1e-6), 0).astype(np.float32))

    def forward(self, rows: Tensor) -> Tensor:
        """float (rows, width) from float32 (rows, features)."""
        # A rare bit of a fingerprint lies many spreads from its mean: it must not shout all others down.
        found: Tensor = self.layers(((rows - self.mean) * self.factor).clamp(-5.0, 5.0))
        return found


class ConvolutionEncoder(nn.Module):
    """Convolutions over embedded tokens, then the maximum over a row (DeepDTA, Öztürk et al. 2018, Bioinf. 34:i821).

    filters: of each layer; the last is the width of the vector. stride: of the first layer.
    """

    def __init__(
        self, tokens: int, embedding: int, filters: tuple[int, ...], kernel: int, stride: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, embedding, padding_idx=PADDING)
        widths = (embedding, *filters)
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, kernel, stride=stride if number == 0 else 1, padding=kernel // 2)
            for number, (before, after) in enumerate(pairwise(widths))
        )
        self.dropout = nn.Dropout(dropout)
        self.stride, self.width = stride, filters[-1]

    def forward(self, tokens: Tensor) -> Tensor:
        """float (rows, width) from int64 (rows, length)."""
        lengths = (tokens != PADDING).sum(dim=1)
        lengths = torch.div(lengths + self.stride - 1, self.stride, rounding_mode="floor").clamp_min(1)
        hidden = self.embedding(tokens).transpose(1, 2)
        for layer in self.layers:
            hidden = torch.relu(layer(hidden))
            inside = torch.arange(hidden.shape[2], device=tokens.device) < lengths[:, None]
            # Else the next layer would see the bias of padding where a shorter batch has its edge.
            hidden = hidden * inside[:, None]
        # All values are ≥ 0, so the zeros outside never win over a row.
        found: Tensor = self.dropout(hidden.amax(dim=2))
        return found


def build_encoder(kind: str, inputs: int, width: int, layers: int, dropout: float, protein: bool) -> nn.Module:
    """An encoder by its name and size; a protein's convolutions are wider, and its first one steps by 4.

    inputs: tokens of the vocabulary, or numbers of a row of features or fixed vectors.
    """
    if kind == "convolution":
        return ConvolutionEncoder(inputs, width, (width,) * layers, 9 if protein else 5, 4 if protein else 1, dropout)
    if kind in ("features", "vectors"):
        return FeatureEncoder(inputs, width, layers, dropout)
    if kind == "transformer":
        return TransformerEncoder(inputs, width, max(1, width // 32), layers, dropout)
    raise KnockonError(f"binding model: there is no encoder {kind!r}; choose one of {', '.join(ENCODERS)}")
