"""A masked language model (Devlin et al. 2019): guess the tokens that were taken away from those that were left.

15 % of a row's tokens are asked for; of these 80 % are shown as a mask, 10 % as any token, 10 % as themselves, so that
a vector of every token, not of the mask alone, says what stands there. While it trains, masks are drawn anew each time
a row is seen; a validation row has the same ones always.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from knockon.arrays import Matrix, Rows
from knockon.errors import KnockonError
from knockon.hashing import mix
from knockon.models.language.corpus import Corpus, Tokens
from knockon.models.tokens import PADDING
from knockon.models.transformer import TransformerEncoder
from knockon.training.task import Batch

_ASKED = 0.15
_SHOWN_AS_MASK, _SHOWN_AS_ANY = 0.8, 0.9
_FIRST = 2
"""The first number of a token that can be seen: 0 is padding, 1 a token not seen before."""


@dataclass(frozen=True)
class LanguageSizes:
    """Of the encoder. width: a multiple of 32, which a head has. longest: tokens of a row."""

    width: int = 128
    layers: int = 2
    dropout: float = 0.1
    longest: int = 128

    def __post_init__(self) -> None:
        if self.width % 32 or self.width < 32:
            raise KnockonError(f"language model: width is {self.width}; it must be a multiple of 32")


class Masks(NamedTuple):
    """Of the tokens of a batch, (rows, length) each: which are asked for, and all as they are shown."""

    asked: Tensor
    shown: Tensor


def masks(tokens: Tensor, drawn: Tensor, mask: int) -> Masks:
    """Masks from three numbers a token, (rows, length, 3), uniform in [0, 1).

    They say whether the token is asked for, how it is then shown, and as what else. mask: its number, above all others.
    """
    chance, look, other = drawn.unbind(dim=2)
    asked = (chance < _ASKED) & (tokens != PADDING)
    # Any real token: numbers from _FIRST to mask - 1.
    any_token = (_FIRST + (other * (mask - _FIRST)).long()).clamp_max(mask - 1)
    replaced = torch.where(look < _SHOWN_AS_MASK, mask, torch.where(look < _SHOWN_AS_ANY, any_token, tokens))
    return Masks(asked, torch.where(asked, replaced, tokens))


class MaskedLanguageModel(nn.Module):
    """The encoder, and a linear layer back to tokens that shares its embedding. tokens: with padding, without mask."""

    def __init__(self, tokens: int, sizes: LanguageSizes) -> None:
        super().__init__()
        self.mask = tokens
        self.encoder = TransformerEncoder(tokens + 1, sizes.width, sizes.width // 32, sizes.layers, sizes.dropout)
        self.bias = nn.Parameter(torch.zeros(tokens))

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean −log p of the tokens asked for, in nats, and their number; masks are drawn from torch's generator."""
        tokens = batch["tokens"]
        found = masks(tokens, torch.rand(*tokens.shape, 3, device=tokens.device), self.mask)
        costs = self._costs(found, tokens)[0]
        return costs.sum() / found.asked.sum().clamp_min(1), found.asked.sum()

    def judge(self, batch: Batch) -> Tensor:
        """Of each row: sum of −log p over the tokens asked for, their number, how many are guessed; (rows, 3)."""
        tokens = batch["tokens"]
        found = masks(tokens, batch["drawn"], self.mask)
        costs, right = self._costs(found, tokens)
        rows = found.asked.nonzero()[:, 0]
        counts = torch.stack([costs, torch.ones_like(costs), right.to(costs.dtype)], dim=1)
        return torch.zeros(len(tokens), 3, device=tokens.device).index_add_(0, rows, counts)

    def _costs(self, found: Masks, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Of every token asked for: −log p in nats, float32, and whether it is the likeliest."""
        states = self.encoder.states(found.shown)[found.asked]
        scores = (states @ self.encoder.embedding.weight[: self.mask].T + self.bias).float()
        wanted = tokens[found.asked]
        return nn.functional.cross_entropy(scores, wanted, reduction="none"), scores.argmax(dim=1) == wanted


def drawn(corpus: Corpus, rows: Rows, seed: int) -> Matrix:
    """Three uniform numbers for every token of some rows, float32 (rows, longest of them, 3), always the same."""
    length = int(corpus.lengths[rows].max(initial=1))
    places = corpus.starts[rows][:, None] + np.arange(length)
    keys = mix(mix(np.full(1, seed, dtype=np.uint64)) ^ places.astype(np.uint64))[..., None] ^ np.arange(
        3, dtype=np.uint64
    )
    return ((mix(keys) >> np.uint64(40)).astype(np.float32) / np.float32(2**24)).astype(np.float32)


class MaskedTask:
    """`TrainingTask` of a corpus: training rows as they are, validation rows with masks of their own."""

    def __init__(self, module: MaskedLanguageModel, train: Corpus, validation: Corpus, seed: int) -> None:
        self.module = module
        self.splits = {"train": train, "validation": validation}
        self.seed = seed

    def rows(self, split: str) -> int:
        """Number of rows of a split."""
        return len(self.splits[split])

    def batch(self, split: str, rows: Rows) -> Batch:
        """`tokens`, int64 (rows, length); of validation rows `drawn`, too, float32 (rows, length, 3)."""
        corpus, rows = self.splits[split], np.asarray(rows)
        found = {"tokens": torch.from_numpy(corpus.padded(rows))}
        if split == "validation":
            found["drawn"] = torch.from_numpy(drawn(corpus, rows, self.seed))
        return found

    def predict(self, batch: Batch) -> Tensor:
        """See `MaskedLanguageModel.judge`."""
        return self.module.judge(batch)

    def keys(self, split: str, rows: Rows) -> list[str]:
        """Numbers of the rows."""
        return [f"{split} row {row}" for row in rows]

    def metrics(self, outputs: Tensor) -> dict[str, float]:
        """nats: mean −log p of a token asked for; accuracy: share that is guessed."""
        costs, asked, right = outputs.double().sum(dim=0).tolist()
        return {"nats": costs / max(asked, 1), "accuracy": right / max(asked, 1)}

    def fingerprint(self) -> dict[str, str | int | float | bool | None]:
        """Data, masks and size."""
        shapes = [tuple(parameter.shape) for parameter in self.module.parameters()]
        data = {f"{split}_data": corpus.digest() for split, corpus in self.splits.items()}
        return {"model": "masked_language", "masks": self.seed, "shapes": repr(shapes), **data}


def asked_of(corpus: Corpus, seed: int) -> Tokens:
    """Places in `corpus.numbers` of the tokens that a validation asks for, as `MaskedTask` does, ascending."""
    rows = np.arange(len(corpus))
    found = []
    for part in np.array_split(rows, -(-len(rows) // 4096)):
        asked = (drawn(corpus, part, seed)[..., 0] < _ASKED) & (corpus.padded(part) != PADDING)
        places = corpus.starts[part][:, None] + np.arange(asked.shape[1])
        found.append(places[asked])
    return np.concatenate(found)
