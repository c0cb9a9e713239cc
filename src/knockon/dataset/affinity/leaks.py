"""What a split promises, measured on the split itself and not on how it was made; a broken promise is an error."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Integers
from knockon.dataset.affinity.groups import alike_proteins, near_ligands
from knockon.dataset.affinity.splits import TEST, TRAIN, VALIDATION, Rows, Sides
from knockon.dataset.splits import SIDES
from knockon.errors import KnockonError


def known(sides: Sides) -> NDArray[np.bool_]:
    """Rows that a model has seen before it is tested."""
    return (sides == TRAIN) | (sides == VALIDATION)


def shared_pairs(rows: Rows, sides: Sides) -> int:
    """Tested rows whose protein and ligand (without stereo) stand together in a row that was seen."""
    return shared_groups(rows.pair, sides)


def shared_groups(groups: Integers, sides: Sides) -> int:
    """Tested rows whose ligand, protein, scaffold or cluster has a row that was seen."""
    return int(np.isin(groups[sides == TEST], groups[known(sides)]).sum())


def related_proteins(rows: Rows, sides: Sides, held: sp.csr_matrix, share: float) -> int:
    """Tested proteins that share at least so much of the 6-mers with a protein that was seen."""
    tested, seen = np.unique(rows.protein[sides == TEST]), np.unique(rows.protein[known(sides)])
    return len(np.unique(alike_proteins(held, tested, seen, share).row))


def similar_ligands(rows: Rows, sides: Sides, bits: NDArray[np.uint8], similarity: float) -> int:
    """Tested ligands with a Tanimoto similarity of at least so much to a ligand that was seen."""
    tested, seen = np.unique(rows.ligand[sides == TEST]), np.unique(rows.ligand[known(sides)])
    return int(near_ligands(bits[tested], bits[seen], similarity).sum())


def refuse_leaks(split: str, found: dict[str, int]) -> None:
    """Raise KnockonError where a promise is broken. found: promise → how many tested rows or entities break it."""
    if broken := {promise: count for promise, count in found.items() if count}:
        listed = ", ".join(f"{count} {promise}" for promise, count in broken.items())
        raise KnockonError(f"split {split} leaks from training into the test: {listed}")


def refuse_empty(split: str, sides: Sides) -> None:
    """Raise KnockonError where a side has no row."""
    if missing := [side for side in SIDES if not (sides == side).any()]:
        raise KnockonError(f"split {split} has no row of {' and '.join(missing)}")
