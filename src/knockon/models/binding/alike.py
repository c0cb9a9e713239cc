"""How alike the two sides of pairs asked about are to those of known pairs: what neighbours and kernels are made of."""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Matrix, Values
from knockon.models.binding.constructs import constructs_of
from knockon.models.binding.features import ligand_similarity, protein_similarity
from knockon.models.binding.protocol import Pairs


@dataclass(frozen=True)
class Side:
    """One side of pairs asked about, against that of known pairs.

    alike: float32 (asked, known), in [0, 1]. same: int64 (asked,), the place among the known ones, their number where
    it is none of them. asked, known: int64 (pairs,), places of the pairs' own.
    """

    alike: Matrix
    same: Integers
    asked: Integers
    known: Integers

    @property
    def size(self) -> int:
        """Number of known ones."""
        return self.alike.shape[1]

    def rows(self, asked: Integers, known: Integers) -> "Side":
        """The same of some of the pairs."""
        return Side(self.alike, self.same, self.asked[asked], self.known[known])


@dataclass(frozen=True)
class Sides:
    """Both sides; proteins are constructs. values: float64 (known pairs,)."""

    ligand: Side
    protein: Side
    values: Values

    def rows(self, asked: Integers, known: Integers) -> "Sides":
        """The same of some of the pairs."""
        return Sides(self.ligand.rows(asked, known), self.protein.rows(asked, known), self.values[known])


def sides(known: Pairs, asked: Pairs) -> Sides:
    """Compare pairs; a ligand is the same one where its text is, a protein where sequence and construct are."""
    texts = {text: place for place, text in enumerate(known.ligands)}
    same = np.array([texts.get(text, len(texts)) for text in asked.ligands], dtype=np.int64)
    ligand = Side(ligand_similarity(asked.ligands, known.ligands), same, asked.ligand, known.ligand)
    here, there = constructs_of(asked), constructs_of(known)
    sequences = protein_similarity(asked.proteins, known.proteins)
    alike = sequences[np.ix_(here.sequence, there.sequence)]
    return Sides(ligand, Side(alike, here.same_as(there), here.of_pair, there.of_pair), known.values)
