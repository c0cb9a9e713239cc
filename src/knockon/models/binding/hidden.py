"""Out of fold: which training labels are hidden from which training pair, so that it looks like a pair asked about."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from knockon.arrays import Integers, Mask, Matrix, Rows
from knockon.errors import KnockonError
from knockon.models.binding.features import ligand_similarity, protein_similarity
from knockon.models.binding.protocol import Pairs

HIDES = ("pairs", "series", "proteins", "families")
"""What is hidden together with a pair's own label: nothing, labels of its ligand's series, of its sequence, of its
sequence's family."""

SERIES, FAMILY = 0.6, 0.3
"""Tanimoto that joins two ligands into a series, and cosine of 3-mer counts that joins two sequences into a family."""


def folds_of(train: Pairs, folds: int, hides: Sequence[str], seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Rows of training pairs, and the rows whose labels they may be told; all pairs come once.

    hides: of HIDES; several are hidden at once, which leaves less to be told. Raises KnockonError for an unknown one.
    """
    unknown = [name for name in hides if name not in HIDES]
    if unknown or not hides:
        raise KnockonError(f"boosted: hide {', '.join(unknown) or 'is empty'}; choose of {', '.join(HIDES)}")
    random = np.random.default_rng(seed)
    drawn = [_folds(_groups(train, name), folds, random) for name in hides]
    for places in itertools.product(range(folds), repeat=len(hides)):
        held: list[Mask] = [fold == place for fold, place in zip(drawn, places, strict=True)]
        asked, told = np.logical_and.reduce(held), ~np.logical_or.reduce(held)
        if asked.any():
            yield np.flatnonzero(asked), _some(told)


def _some(told: Mask) -> Rows:
    if not told.any():
        raise KnockonError(
            "boosted: training pairs have nothing left to be told of each other; hide less, or take more folds"
        )
    return np.flatnonzero(told)


def _groups(train: Pairs, hide: str) -> Integers:
    """What stays together, (pairs,)."""
    if hide == "families":
        return joined_by(protein_similarity(train.proteins, train.proteins), FAMILY)[train.protein]
    if hide == "series":
        return joined_by(ligand_similarity(train.ligands, train.ligands), SERIES)[train.ligand]
    return train.protein if hide == "proteins" else np.arange(len(train))


def joined_by(alike: Matrix, least: float) -> Integers:
    """Single-linkage groups, (members,): members of different ones are less alike than `least`."""
    found = connected_components(sp.csr_matrix((alike >= least).astype(np.int8)), directed=False)[1]
    return np.asarray(found, dtype=np.int64)


def _folds(groups: Integers, folds: int, random: np.random.Generator) -> Integers:
    present, place = np.unique(groups, return_inverse=True)
    found: Integers = (random.permutation(len(present)) % folds)[place]
    return found
