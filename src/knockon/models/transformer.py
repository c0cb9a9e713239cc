"""A transformer's encoder of rows of tokens: a vector for every token, and one for the row."""

import math

import torch
from torch import Tensor, nn

from knockon.errors import KnockonError
from knockon.models.tokens import PADDING


class TransformerEncoder(nn.Module):
    """Self-attention with sinusoidal positions, normalised before each layer; mean over a row's tokens."""

    def __init__(self, tokens: int, width: int, heads: int, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        if width % heads or width % 2:
            raise KnockonError(f"encoder transformer: width {width} must be even and a multiple of its {heads} heads")
        self.embedding = nn.Embedding(tokens, width, padding_idx=PADDING)
        # They are multiplied by √width on their way in: with a spread of 1 they would drown the positions.
        with torch.no_grad():
            self.embedding.weight.normal_(std=width**-0.5)[PADDING].zero_()
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)
        self.width = width

    def states(self, tokens: Tensor) -> Tensor:
        """float (rows, length, width): one vector a token."""
        hidden = self.embedding(tokens) * math.sqrt(self.width) + _positions(tokens.shape[1], self.width, tokens.device)
        found: Tensor = self.encoder(hidden, src_key_padding_mask=tokens == PADDING)
        return found

    def forward(self, tokens: Tensor) -> Tensor:
        """float (rows, width) from int64 (rows, length); every row has a token."""
        present = (tokens != PADDING).unsqueeze(2)
        return (self.states(tokens) * present).sum(dim=1) / present.sum(dim=1)


def _positions(length: int, width: int, device: torch.device) -> Tensor:
    """Sines and cosines of falling frequency (Vaswani et al. 2017), float32 (length, width)."""
    place = torch.arange(length, device=device)[:, None]
    rate = torch.exp(-math.log(10000.0) * torch.arange(0, width, 2, device=device) / width)
    return torch.stack([torch.sin(place * rate), torch.cos(place * rate)], dim=2).flatten(1)
