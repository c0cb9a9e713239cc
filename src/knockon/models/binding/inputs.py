"""Pairs as networks read them: each distinct ligand and protein of a batch once, and which of them a pair names."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.arrays import Integers, Rows
from knockon.correlation import pearson
from knockon.models.binding.protocol import Pairs
from knockon.models.supervised import Fingerprint, Labelled, Metrics, Scorer, SupervisedTask
from knockon.models.tokens import Vocabulary, padded, smiles_tokens
from knockon.progress import console
from knockon.training.task import Batch


class PairInputs:
    """`NetworkInputs` of pairs: int64 tensors ligand_tokens (distinct, length), ligand_of (pairs,), the same of
    proteins, and ligand, protein (pairs,), their numbers; relation (pairs, 1).

    distinct: False encodes the ligand and the protein of each pair anew, the slow way that the other is measured by.
    longest: of a ligand's and a protein's tokens; longer ones are cut, which is said.
    """

    def __init__(
        self, pairs: Pairs, vocabularies: tuple[Vocabulary, Vocabulary], longest: tuple[int, int], distinct: bool = True
    ) -> None:
        self.pairs, self.longest, self.distinct = pairs, longest, distinct
        ligand, protein = vocabularies
        self._ligands = [ligand.numbers(smiles_tokens(smiles)) for smiles in pairs.ligands]
        self._proteins = [protein.numbers(list(sequence)) for sequence in pairs.proteins]
        for what, rows, most in (("ligand", self._ligands, longest[0]), ("protein", self._proteins, longest[1])):
            if cut := sum(len(row) > most for row in rows):
                console.print(f"{cut} of {len(rows)} {what}s have more than {most} tokens: the model reads the first")

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """See the class."""
        ligand, protein = self.pairs.ligand[rows], self.pairs.protein[rows]
        found = {"ligand": ligand, "protein": protein, "relation": self.pairs.relation[rows].astype(np.int64)[:, None]}
        found |= self._side("ligand", self._ligands, ligand, self.longest[0])
        found |= self._side("protein", self._proteins, protein, self.longest[1])
        return {name: torch.from_numpy(array) for name, array in found.items()}

    def _side(self, name: str, tokens: Sequence[Integers], place: Integers, longest: int) -> dict[str, Integers]:
        shown, of = np.unique(place, return_inverse=True) if self.distinct else (place, np.arange(len(place)))
        matrix, _ = padded([tokens[number] for number in shown], longest)
        return {f"{name}_tokens": matrix, f"{name}_of": of}

    def names(self, rows: Rows) -> list[str]:
        """SMILES and the first residues."""
        pairs = self.pairs
        return [f"{pairs.ligands[pairs.ligand[row]]} {pairs.proteins[pairs.protein[row]][:20]}" for row in rows]


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
