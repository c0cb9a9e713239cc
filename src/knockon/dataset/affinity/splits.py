"""Splits of a source's measurements, by name. A measurement is train, validation, test, or left out (empty)."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Integers, Mask
from knockon.dataset.affinity.groups import alike_proteins, near_ligands
from knockon.dataset.splits import SIDES
from knockon.errors import KnockonError
from knockon.hashing import Hashes, combine, unit_interval

Sides = NDArray[np.str_]

TRAIN, VALIDATION, TEST = SIDES
LEFT_OUT = ""

_PUBLISHED = {
    "fold1": TRAIN, "fold2": TRAIN, "fold3": TRAIN, "fold4": TRAIN, "fold5": VALIDATION, "test": TEST,
    "train": TRAIN, "training": TRAIN, "validation": VALIDATION,
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """A source's measurements, as splits look at them. All arrays have shape (measurements,).

    ligand, protein: numbers from 0, of the molecule without its stereo and of the sequence. ligand_key, protein_key:
    their hashes. parts: the published side's name.
    """

    ligand: Integers
    protein: Integers
    ligand_key: Hashes
    protein_key: Hashes
    parts: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.ligand)

    @property
    def pair(self) -> Integers:
        """A number for each protein's sequence with each ligand without its stereo."""
        return self.ligand * (self.protein.max(initial=0) + 1) + self.protein


@dataclass(frozen=True)
class Shares:
    """How much of the measurements tests and validates."""

    validation: float
    test: float
    seed: int


def published(rows: Rows, shares: Shares) -> Sides:
    """The published sides: test; validation, or the last of five folds; train.

    Where there is no published validation side (BindingDB), so much of training is taken for it, pairs as a whole.
    Parts of other names (PDBbind's test105, BindingDB's classes) are left out.
    """
    sides = _named(rows.parts, _PUBLISHED)
    if (sides == VALIDATION).any():
        return sides
    draw = unit_interval(combine([rows.ligand_key, rows.protein_key]), shares.seed)
    return np.where((sides == TRAIN) & (draw < shares.validation), VALIDATION, sides)


def published_classes(rows: Rows, shares: Shares, classes: tuple[str, ...]) -> Sides:
    """Train and validation as published, and the parts of these names (classes of proteins) as the test."""
    sides = published(rows, shares)
    return np.where(np.isin(rows.parts, classes), TEST, np.where(sides == TEST, LEFT_OUT, sides))


def _named(parts: NDArray[np.str_], names: dict[str, str]) -> Sides:
    distinct, codes = np.unique(parts, return_inverse=True)
    return np.array([names.get(part, LEFT_OUT) for part in distinct], dtype="<U10")[codes]


def unseen(rows: Rows, sides: Sides) -> Sides:
    """The same without test rows whose pair is trained or validated on, and validation rows that are trained on."""
    pair = rows.pair
    trained = np.isin(pair, pair[sides == TRAIN])
    known = trained | np.isin(pair, pair[sides == VALIDATION])
    seen = ((sides == TEST) & known) | ((sides == VALIDATION) & trained)
    return np.where(seen, LEFT_OUT, sides)


def by_group(groups: Integers, keys: Hashes, shares: Shares) -> Sides:
    """Whole groups on one side each, drawn by the hash of their least member: other rows move no group.

    groups: number of each row's group. keys: hash of each row's ligand or protein. A group of more than half of what a
    test should hold trains, so that no family alone is the test.
    """
    distinct, place = np.unique(groups, return_inverse=True)
    least = np.full(len(distinct), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, place, keys)
    sizes = np.bincount(place)
    total = len(groups)
    small = sizes <= max(1.0, shares.test * total / 2)
    order = np.lexsort((unit_interval(least, shares.seed), ~small))
    running = np.cumsum(sizes[order])
    side = np.where(running <= (shares.test + shares.validation) * total, VALIDATION, TRAIN).astype("<U10")
    side[running <= shares.test * total] = TEST
    side[~small[order]] = TRAIN
    found = np.empty(len(distinct), dtype="<U10")
    found[order] = side
    if not {TRAIN, VALIDATION, TEST} <= set(found.tolist()):
        raise KnockonError(
            f"{len(distinct)} groups of {total} measurements can't fill train, validation and test: "
            "more data, a higher threshold of likeness, or larger shares (affinity.split)"
        )
    return found[place]


def cold_both(ligand_groups: Integers, protein_groups: Integers, rows: Rows, shares: Shares) -> Sides:
    """New ligands with new proteins: rows whose two groups are on one side; the others are left out."""
    ligand = by_group(ligand_groups, rows.ligand_key, shares)
    protein = by_group(protein_groups, rows.protein_key, shares)
    return np.where(ligand == protein, ligand, LEFT_OUT)


def without_relatives(rows: Rows, sides: Sides, held: sp.csr_matrix, share: float) -> Sides:
    """Leave out what is trained or validated on with a protein that shares so much of the 6-mers with a tested one.

    held: 6-mers by protein number (`groups.words`). The share is of the shorter of both proteins.
    """
    tested = np.unique(rows.protein[sides == TEST])
    others = np.arange(held.shape[0])
    related = np.zeros(len(others), dtype=np.bool_)
    related[np.unique(alike_proteins(held, tested, others, share).col)] = True
    return np.where((sides != TEST) & related[rows.protein], LEFT_OUT, sides)


def without_near_ligands(rows: Rows, sides: Sides, bits: NDArray[np.uint8], similarity: float) -> Sides:
    """Leave out what is trained or validated on with a ligand at least so similar to a tested one.

    bits: packed fingerprints by ligand number (`groups.fingerprints`).
    """
    tested = np.unique(rows.ligand[sides == TEST])
    near = near_ligands(bits, bits[tested], similarity)
    return np.where((sides != TEST) & near[rows.ligand], LEFT_OUT, sides)


def by_ids(names: pa.Array, train: Mask, validation: Mask, test: Mask) -> Sides:
    """Sides by lists of ids, as CleanSplit's. names: ids by measurement; masks: whether each is in a list."""
    sides = np.full(len(names), LEFT_OUT, dtype="<U10")
    sides[train] = TRAIN
    sides[validation] = VALIDATION
    sides[test] = TEST
    return sides
