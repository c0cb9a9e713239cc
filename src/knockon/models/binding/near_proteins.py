"""How alike new proteins are to known ones, by vectors or by words, and what the strengths of the near ones tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.models.binding.every_pair import compact
from knockon.models.binding.features import protein_similarity
from knockon.models.binding.few_labels import LabelTable
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.shared_binders import (
    best_temperature,
    cosines,
    looked_up,
    neighbour_scores,
    shared_binders,
)

Likeness = dict[str, Values]
"""Side → how alike its proteins are to the training ones, (proteins, training proteins)."""


@dataclass(frozen=True, eq=False)
class ProteinTables:
    """Sides of a split as tables of strengths: side → proteins, and (proteins, ligands) over the ligands of all sides.

    tested: the test's pairs over the same ligands, repeats and all, which are what errors are taken on.
    """

    tested: Pairs
    proteins: Mapping[str, tuple[str, ...]]
    strengths: Mapping[str, Values]
    threshold: float
    least: int

    @classmethod
    def of(cls, sides: Mapping[str, Pairs], threshold: float, least: int) -> "ProteinTables":
        """Repeats of a protein and ligand are averaged in the tables."""
        short = {side: compact(pairs) for side, pairs in sides.items()}
        ligands = tuple(sorted(set().union(*(pairs.ligands for pairs in short.values()))))
        place = {smiles: number for number, smiles in enumerate(ligands)}
        over = {side: _over(pairs, ligands, place) for side, pairs in short.items()}
        return cls(
            over["test"],
            {side: pairs.proteins for side, pairs in over.items()},
            {side: LabelTable.of(pairs).values for side, pairs in over.items()},
            threshold,
            least,
        )

    def labels(self, side: str, other: str) -> Values:
        """Shared binders, (proteins of a side, of the other); a protein has none with itself."""
        found = shared_binders(self.strengths[side], self.strengths[other], self.threshold, self.least)
        if side == other:
            np.fill_diagonal(found, np.nan)
        return found

    def own_labels(self) -> dict[str, Values]:
        """Side → shared binders of every two of its proteins: what a tuning learns and is chosen by."""
        return {side: self.labels(side, side) for side in self.proteins}


def _over(pairs: Pairs, ligands: tuple[str, ...], place: Mapping[str, int]) -> Pairs:
    """The same pairs over a longer list of ligands."""
    ligand = np.array([place[smiles] for smiles in pairs.ligands], dtype=np.int64)[pairs.ligand]
    return Pairs(ligands, pairs.proteins, ligand, pairs.protein, pairs.values, pairs.relation)


def likeness(vectors: Mapping[str, Matrix]) -> Likeness:
    """Cosines to the training proteins."""
    return {side: cosines(each, vectors["train"]) for side, each in vectors.items()}


def scaled(vectors: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """About 0 with a spread of 1 on the training side: raw means of states all point one way."""
    rows = vectors["train"]
    spread = rows.std(axis=0)
    factor = np.where(spread > 0, spread, np.inf)
    return {side: (each - rows.mean(axis=0)) / factor for side, each in vectors.items()}


def words(tables: ProteinTables, length: int) -> Likeness:
    """Cosines of the counts of words of so many residues."""
    train = tables.proteins["train"]
    found = {side: protein_similarity(texts, train, length) for side, texts in tables.proteins.items()}
    return {side: each.astype(np.float64) for side, each in found.items()}


def judged(
    tables: ProteinTables, alike: Sequence[Likeness], near: int, temperatures: Sequence[float]
) -> dict[str, Values]:
    """Of every tested protein, mean over `alike`: what `neighbour_scores` says of its nearest `near`, and `squared`.

    That is the sum of squared errors of a look-up of the near proteins' strengths, whose temperature is chosen on
    validation proteins.
    """
    shared, known, tested = tables.labels("test", "train"), tables.strengths["train"], tables.tested
    found: list[dict[str, Values]] = []
    for each in alike:
        choices = (each["validation"], known, tables.strengths["validation"])
        told = looked_up(each["test"], known, best_temperature(*choices, temperatures))
        # A ligand that no training protein was measured with is told the mean of all.
        said = np.nan_to_num(told[tested.protein, tested.ligand], nan=float(np.nanmean(known)))
        squared = np.bincount(tested.protein, (said - tested.values) ** 2, len(tested.proteins)).astype(np.float64)
        found.append({**neighbour_scores(each["test"], shared, near), "squared": squared})
    return {name: np.mean([scores[name] for scores in found], axis=0) for name in found[0]}
