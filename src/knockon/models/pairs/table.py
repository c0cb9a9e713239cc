"""Tables of pair features, what learns from them, and how rows are put aside so that no feature knows its own label."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.models.protocol import Examples

# A fold of genes holds out one part of this many, about what a gene split holds out.
_GENE_PARTS = 7


@dataclass(frozen=True)
class PairTable:
    """Features of labelled pairs. values: float32 (pairs, features), NaN where a feature has no value."""

    names: tuple[str, ...]
    values: NDArray[np.float32]
    examples: Examples


class PairLearner(Protocol):
    """Learns the label from pair features."""

    @property
    def history(self) -> list[dict[str, Any]]:
        """Losses of the last `fit`, a dictionary a line, as a network's metric log."""

    def fit(self, train: PairTable, held: PairTable | None, seed: int) -> None:
        """Learn from a table; `held`, where there is one, tells when to stop."""

    def refit(self, train: PairTable, seed: int) -> None:
        """Learn from a table alone, for as long as the last `fit` found best."""

    def predict(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """The label in its unit, shape (pairs,), from features of the names that were learnt."""

    def parts(self) -> "Mapping[str, PairLearner]":
        """The learners that it is a mean of, by the name of the model that each would be alone; empty for one piece."""

    def save(self, folder: Path) -> None:
        """Write everything that `predict` needs into an existing empty folder."""

    def load(self, folder: Path) -> None:
        """Read what `save` wrote. Raises FormatError for damaged files."""


def pairs_within(genotypes: Genotypes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of genes within each strain: the strain's number, shape (pairs,), and the genes, shape (pairs, 2)."""
    strains, genes = [np.zeros(0, dtype=np.int64)], [np.zeros((0, 2), dtype=np.int64)]
    for count in np.unique(genotypes.counts[genotypes.counts >= 2]):
        rows = np.flatnonzero(genotypes.counts == count)
        members = genotypes.indices[genotypes.indptr[rows][:, None] + np.arange(count)]
        first, second = np.triu_indices(count, k=1)
        strains.append(np.repeat(rows, len(first)))
        genes.append(np.stack([members[:, first], members[:, second]], axis=2).reshape(-1, 2).astype(np.int64))
    return np.concatenate(strains), np.concatenate(genes)


def pair_folds(train: Examples, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
    """Rows of each fold; strains of one pair (other alleles) are in one fold."""
    pairs = np.sort(train.genotypes.pairs(), axis=1)
    _, owner = np.unique(pairs, axis=0, return_inverse=True)
    part = rng.integers(0, count, size=owner.max() + 1)[owner.ravel()]
    return (part == number for number in range(count))


def gene_folds(train: Examples, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
    """Rows of each fold: all pairs with a gene of one part of the genes; there are 7 folds at most."""
    part = rng.permutation(len(train.genotypes.genes)) % _GENE_PARTS
    pairs = part[train.genotypes.pairs()]
    return ((pairs == number).any(axis=1) for number in range(min(count, _GENE_PARTS)))
