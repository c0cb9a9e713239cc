"""What a model of transcriptomes is asked: samples in, with or without hidden genes, and whole samples out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from knockon.arrays import Mask, Matrix, Rows
from knockon.errors import KnockonError
from knockon.hashing import digest

_BACTERIAL = re.compile(r"([a-xz][a-z]{2})[A-Z]")


@dataclass(frozen=True)
class Transcriptomes:
    """values: float32 (samples, genes), log2(level + 1), NaN where missing, maybe mapped from a store. names: of the
    samples. train, validation: row numbers; whatever rows are in neither no model may look at while it is fitted.
    groups: what is known of the genes, by name (operon, family): int64 (genes,), a number for each group, −1 where a
    gene is in none.
    """

    values: Matrix
    names: tuple[str, ...]
    train: Rows
    validation: Rows
    groups: Mapping[str, Rows] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or len(self.values) != len(self.names):
            raise KnockonError(f"transcriptomes: values of {self.values.shape} for {len(self.names)} samples")
        if np.intersect1d(self.train, self.validation).size:
            raise KnockonError("transcriptomes: a sample is both trained on and validated with")

    def digest(self) -> str:
        """What identifies the samples that are learnt from and those that validate."""
        if "digest" not in self._known:
            parts = [self.values[rows] for rows in (self.train, self.validation)]
            groups = [numbers for _, numbers in sorted(self.groups.items())]
            self._known["digest"] = digest(*parts, self.train, self.validation, *groups)
        return self._known["digest"]


class CellModel(Protocol):
    """A model of transcriptomes. With equal seeds and data, equal reconstructions, and equal bytes from `save`."""

    def fit(self, data: Transcriptomes, seed: int, folder: Path | None = None) -> None:
        """Learn from the training rows. validation rows stop early and choose. folder: of checkpoints, None for none.

        Raises TrainingStopped where a signal ended it early.
        """

    def reconstruct(self, values: Matrix) -> Matrix:
        """All genes of samples, float32 (samples, genes), from values of which some are hidden (NaN)."""

    def save(self, folder: Path) -> None:
        """Write the fitted model into an existing folder, without pickle."""

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError where it is absent, damaged or of another kind."""


def group_numbers(names: Sequence[str]) -> Rows:
    """A number for each group of genes, int64 (genes,), from its name by gene; −1 where it has none."""
    groups = np.asarray(names, dtype=str)
    numbers = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return np.where(groups == "", -1, numbers)


def family_names(symbols: Sequence[str | None]) -> list[str]:
    """The family of each gene by its symbol: `flg` of flgA and flgB, empty where the symbol tells none.

    Three lower-case letters name what genes of bacteria are for, a capital tells them apart (Demerec et al. 1966).
    Symbols in y are provisional and name a place on the map.
    """
    found = (_BACTERIAL.match(symbol or "") for symbol in symbols)
    return ["" if each is None else each[1] for each in found]


def hide(values: Matrix, hidden: Mask) -> Matrix:
    """A copy of samples without some genes. hidden: bool (genes,)."""
    found = np.array(values, dtype=np.float32)
    found[:, hidden] = np.nan
    return found


def hidden_genes(genes: int, share: float, seed: int) -> Mask:
    """Which genes are hidden, bool (genes,), about `share` of them, drawn from the seed."""
    drawn = np.random.default_rng([seed, 20]).permutation(genes)
    mask = np.zeros(genes, dtype=np.bool_)
    mask[drawn[: round(share * genes)]] = True
    return mask
