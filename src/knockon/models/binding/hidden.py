"""Out of fold: which training labels are hidden from which training pair, so that it looks like a pair asked about."""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from knockon.arrays import Integers, Matrix, Rows
from knockon.errors import KnockonError
from knockon.models.binding.features import protein_similarity
from knockon.models.binding.protocol import Pairs

HIDES = ("pairs", "ligands", "proteins", "families")
"""What is hidden together with a pair's own label: nothing, its ligand's labels, its sequence's, those of similar ones."""

FAMILY = 0.3
"""Cosine of the counts of 3-mers that joins two sequences into a family."""


def folds_of(train: Pairs, folds: int, hides: Sequence[str], seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Rows of training pairs, and the rows whose labels they may be told; all pairs come once.

    hides: of HIDES; with several, each pair is drawn one. Raises KnockonError for an unknown one.
    """
    unknown = [name for name in hides if name not in HIDES]
    if unknown or not hides:
        raise KnockonError(f"boosted: hide {', '.join(unknown) or 'is empty'}; choose of {', '.join(HIDES)}")
    random = np.random.default_rng(seed)
    kind = random.integers(len(hides), size=len(train))
    for number, name in enumerate(hides):
        fold = _folds(_groups(train, name), folds, random)
        for place in np.unique(fold):
            asked = np.flatnonzero((fold == place) & (kind == number))
            if len(asked):
                yield asked, np.flatnonzero(fold != place)


def _groups(train: Pairs, hide: str) -> Integers:
    """What stays together, (pairs,)."""
    if hide == "families":
        return families(protein_similarity(train.proteins, train.proteins))[train.protein]
    by = {"pairs": np.arange(len(train)), "ligands": train.ligand, "proteins": train.protein}
    return by[hide]


def families(alike: Matrix) -> Integers:
    """Single-linkage families of sequences, (sequences,)."""
    found = connected_components(sp.csr_matrix(alike >= FAMILY), directed=False)[1]
    return np.asarray(found, dtype=np.int64)


def _folds(groups: Integers, folds: int, random: np.random.Generator) -> Integers:
    present, place = np.unique(groups, return_inverse=True)
    found: Integers = (random.permutation(len(present)) % folds)[place]
    return found
