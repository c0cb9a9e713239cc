"""What the training labels around a pair say, as features: of similar proteins with its ligand, and the reverse."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.arrays import Matrix, Rows, Values
from knockon.models.binding.alike import Side, Sides

POWERS = (4, 16)
NAMES = tuple(
    f"{side}_{what}"
    for side in ("ligand", "protein")
    for what in (
        "mean",
        "count",
        *(f"{kind}_{power}" for power in POWERS for kind in ("value", "weight")),
        "nearest",
        "nearest_value",
        "profile_value",
        "profile_weight",
    )
)
_BLOCK = 512


def neighbour_features(sides: Sides) -> Matrix:
    """Features of pairs from the labels of known ones, float32 (asked, NAMES).

    Of a pair's ligand: mean and number of its labels, means weighted by similarity^power of their proteins to the
    pair's own with the sums of these weights, the highest similarity and the mean label there, and the mean weighted by
    how alike the labels of their proteins are over all ligands (collaborative filtering). The same of its protein. No
    pair asked about may be one of the known (see `hidden`). Where nothing is known the mean of all labels stands.
    """
    middle = float(sides.values.mean())
    ligand, protein = sides.ligand, sides.protein
    values, counts = _table(sides, sides.values - middle), _table(sides, np.ones(len(sides.values)))
    by_ligand = _one_side(values, counts, ligand, protein, middle)
    by_protein = _one_side(values.T.tocsr(), counts.T.tocsr(), protein, ligand, middle)
    return np.hstack([by_ligand, by_protein]).astype(np.float32)


def out_of_fold(own: Sides, folds: Sequence[tuple[Rows, Rows]]) -> Matrix:
    """Features of the known pairs, each without the labels hidden from it; float32 (pairs, NAMES).

    own: the known pairs asked about themselves.
    """
    found = np.empty((len(own.values), len(NAMES)), dtype=np.float32)
    for asked, told in folds:
        found[asked] = neighbour_features(own.rows(asked, told))
    return found


def _table(sides: Sides, weights: Values) -> sp.csr_matrix:
    """Sums of weights by ligand and protein."""
    ligand, protein = sides.ligand, sides.protein
    return sp.csr_matrix((weights, (ligand.known, protein.known)), shape=(ligand.size, protein.size))


def _profiles(values: sp.csr_matrix, counts: sp.csr_matrix) -> sp.csr_array:
    """How alike the labels of two of the other side are, in [0, 1]; (other side and a row of 0, other side).

    The shrunken cosine of what is left of the labels after the means of both sides.
    """
    present = counts.copy()
    present.data = np.minimum(present.data, 1.0)
    centred = values.multiply(_inverse(counts)).tocsr()
    for axis in (1, 0):
        total = np.asarray(centred.sum(axis=axis)).ravel()
        number = np.asarray(present.sum(axis=axis)).ravel()
        mean = sp.diags_array(total / (number + 1.0))
        centred = centred - (mean @ present if axis == 1 else present @ mean)
    # Sparse, since of two proteins of complexes hardly any have a ligand in common.
    alike = sp.coo_array(centred.T @ centred)
    length = np.sqrt(np.asarray(centred.multiply(centred).sum(axis=0)).ravel())
    row, column = alike.coords
    alike.data = np.clip(alike.data / (length[row] * length[column] + 1.0), 0.0, 1.0)
    return sp.csr_array(sp.vstack([alike, sp.csr_array((1, len(length)))]))


def _inverse(counts: sp.csr_matrix) -> sp.csr_matrix:
    found = counts.copy()
    found.data = 1 / found.data
    return found


def _power(values: Matrix, power: int) -> Matrix:
    """By squaring, a power of 2: a tenth of the time of `**`."""
    while power > 1:
        values, power = values * values, power // 2
    return values


def _one_side(values: sp.csr_matrix, counts: sp.csr_matrix, side: Side, other: Side, middle: float) -> Values:
    """Features of one side. values, counts: (own side, other side), sums and numbers of labels around the mean."""
    profiles = _profiles(values, counts)
    empty = sp.csr_matrix((1, values.shape[1]))
    values, counts = sp.vstack([values, empty]).tocsr(), sp.vstack([counts, empty]).tocsr()
    own, place = side.same[side.asked], other.same[other.asked]
    found = np.empty((len(own), len(NAMES) // 2))
    for start in range(0, len(own), _BLOCK):
        rows = slice(start, start + _BLOCK)
        value, count = values[own[rows]].toarray(), counts[own[rows]].toarray()
        near = other.alike[other.asked[rows]]
        total = count.sum(axis=1)
        columns = [middle + value.sum(axis=1) / (total + 1.0), np.log1p(total)]
        for power in POWERS:
            columns += _weighted(_power(near, power), value, count, middle)
        nearest = np.where(count > 0, near, -1.0).max(axis=1)
        columns.append(np.maximum(nearest, 0.0))
        columns.append(_weighted(near >= nearest[:, None] - 1e-6, value, count, middle)[0])
        columns += _weighted(profiles[place[rows]].toarray() ** 2, value, count, middle)
        found[rows] = np.column_stack(columns)
    return found


def _weighted(weight: NDArray[Any], value: Values, count: Values, middle: float) -> list[Values]:
    """Mean label by weight, pulled to the mean of all where there is little of it, and the logarithm of the weight."""
    mass = (weight * count).sum(axis=1)
    return [middle + (weight * value).sum(axis=1) / (mass + 0.05), np.log(mass + 1e-6)]
