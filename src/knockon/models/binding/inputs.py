"""Pairs as networks read them: each distinct ligand and protein of a batch once, and which of them a pair names."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.arrays import Integers, Matrix, Rows
from knockon.correlation import pearson
from knockon.models.binding.protocol import Pairs
from knockon.models.supervised import Fingerprint, Labelled, Metrics, Scorer, SupervisedTask
from knockon.models.tokens import Vocabulary, padded
from knockon.progress import console
from knockon.training.task import Batch


class PairInputs:
    """`NetworkInputs` of pairs: ligand_rows (distinct, length), ligand_of (pairs,), the same of proteins, and ligand,
    protein (pairs,), their numbers; relation (pairs, 1). Rows are int64 tokens, or float32 features; the rest is int64.

    read: from the texts of a side's ligands or proteins to their rows. distinct: False encodes the ligand and the
    protein of each pair anew, the slow way that the other is measured by.
    """

    def __init__(self, pairs: Pairs, read: tuple["Reader", "Reader"], distinct: bool = True) -> None:
        self.pairs, self.distinct = pairs, distinct
        self._ligands, self._proteins = read[0](pairs.ligands), read[1](pairs.proteins)

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """See the class."""
        ligand, protein = self.pairs.ligand[rows], self.pairs.protein[rows]
        found = {"ligand": ligand, "protein": protein, "relation": self.pairs.relation[rows].astype(np.int64)[:, None]}
        found |= self._side("ligand", self._ligands, ligand) | self._side("protein", self._proteins, protein)
        return {name: torch.from_numpy(array) for name, array in found.items()}

    def _side(self, name: str, rows: "RowsOf", place: Integers) -> dict[str, NDArray[Any]]:
        shown, of = np.unique(place, return_inverse=True) if self.distinct else (place, np.arange(len(place)))
        return {f"{name}_rows": rows(shown), f"{name}_of": of}

    def names(self, rows: Rows) -> list[str]:
        """SMILES and the first residues."""
        pairs = self.pairs
        return [f"{pairs.ligands[pairs.ligand[row]]} {pairs.proteins[pairs.protein[row]][:20]}" for row in rows]


RowsOf = Callable[[Integers], NDArray[Any]]
"""From numbers of ligands or of proteins to their rows, side by side."""

Reader = Callable[[tuple[str, ...]], RowsOf]


def token_reader(what: str, vocabulary: Vocabulary, tokens: Callable[[str], Sequence[str]], longest: int) -> Reader:
    """Reads texts as tokens, int64 (rows, at most `longest`); longer ones are cut, which is said.

    what: ligand or protein, for the message.
    """

    def read(texts: tuple[str, ...]) -> RowsOf:
        rows = [vocabulary.numbers(tokens(text)) for text in texts]
        if cut := sum(len(row) > longest for row in rows):
            console.print(f"{cut} of {len(rows)} {what}s have more than {longest} tokens: the model reads the first")
        return lambda numbers: padded([rows[number] for number in numbers], longest)[0]

    return read


def feature_reader(features: Callable[[tuple[str, ...]], Matrix]) -> Reader:
    """Reads texts as features, float32 (rows, features)."""

    def read(texts: tuple[str, ...]) -> RowsOf:
        rows = features(texts)
        return lambda numbers: rows[numbers]

    return read


def labelled(inputs: PairInputs) -> Labelled:
    """A split of the supervised task."""
    values = inputs.pairs.values[:, None]
    return Labelled(inputs, values, np.ones(len(values)), inputs.names)


def tiles(pairs: Pairs, size: int, seed: int) -> list[Rows]:
    """Rows cut into tiles of at most `size` pairs of one protein, in random order within it.

    A batch of tiles names few proteins, so that few are encoded; with size 1 any pairs meet.
    """
    shuffled = np.random.default_rng(seed).permutation(len(pairs))
    order = shuffled[np.argsort(pairs.protein[shuffled], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(pairs.protein[order])) + 1)
    return [group[start : start + size] for group in groups for start in range(0, len(group), size)]


class TiledTask(SupervisedTask):
    """A supervised task whose training rows are tiles of pairs."""

    def __init__(
        self,
        module: Scorer,
        train: PairInputs,
        validation: PairInputs,
        fingerprint: Fingerprint,
        tile: list[Rows],
        metrics: Metrics,
    ) -> None:
        super().__init__(module, labelled(train), labelled(validation), fingerprint, metrics)
        self._tiles = tile

    def rows(self, split: str) -> int:
        """Number of tiles, or of validation pairs."""
        return len(self._tiles) if split == "train" else super().rows(split)

    def batch(self, split: str, rows: NDArray[np.int64]) -> Batch:
        """See `SupervisedTask.batch`."""
        return super().batch(split, self._pairs(split, rows))

    def keys(self, split: str, rows: NDArray[np.int64]) -> list[str]:
        """See `SupervisedTask.keys`."""
        return super().keys(split, self._pairs(split, rows))

    def _pairs(self, split: str, rows: NDArray[np.int64]) -> Rows:
        return np.concatenate([self._tiles[row] for row in rows]) if split == "train" else rows


def strength_metrics(relation: NDArray[np.int8]) -> Metrics:
    """mse in the labels' unit squared, and pearson; NaN where predictions are constant.

    relation: (pairs,), see `Pairs`. A prediction on the right side of a bound is no error; zeros take all as exact.
    """

    def metrics(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> dict[str, float]:
        error = predicted[:, 0] - values[:, 0]
        wrong = np.where(relation == 0, error, np.maximum(-relation * error, 0.0))
        return {
            "mse": float(np.mean(wrong**2)),
            "pearson": pearson(values[:, 0], predicted[:, 0], constant=float("nan")),
        }

    return metrics
