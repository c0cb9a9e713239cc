"""What the training labels around a pair say, as features: of similar proteins with its ligand, and the reverse."""

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Matrix, Rows, Values
from knockon.models.binding.features import ligand_similarity, protein_similarity
from knockon.models.binding.protocol import Pairs

POWERS = (4, 16)
NAMES = tuple(
    f"{side}_{what}"
    for side in ("ligand", "protein")
    for what in (
        "mean",
        "count",
        *(f"{kind}_{power}" for power in POWERS for kind in ("value", "weight")),
        "nearest",
        "profile_value",
        "profile_weight",
    )
)
_BLOCK = 512


def neighbour_features(known: Pairs, asked: Pairs) -> Matrix:
    """Features of `asked` from the labels of `known`, float32 (asked, NAMES).

    Of a pair's ligand: mean and number of its labels, means weighted by similarity^power of their proteins to the
    pair's own with the sums of these weights, the highest similarity, and the mean weighted by how alike the labels of
    their proteins are over all ligands (collaborative filtering). The same of its protein. No row of `asked` may be one
    of `known` (see `out_of_fold`). Where nothing is known the mean of all labels stands.
    """
    ligands = ligand_similarity(asked.ligands, known.ligands)
    proteins = protein_similarity(asked.proteins, known.proteins)
    return _features(known, asked, ligands, proteins)


def _features(known: Pairs, asked: Pairs, ligands: Matrix, proteins: Matrix) -> Matrix:
    """See `neighbour_features`. ligands, proteins: how alike those asked about are to those known."""
    middle = float(known.values.mean())
    values, counts = _table(known, known.values - middle), _table(known, np.ones(len(known)))
    # A ligand of the two lists is the same one where its text is the same.
    own_ligand = _places(asked.ligands, known.ligands)[asked.ligand]
    own_protein = _places(asked.proteins, known.proteins)[asked.protein]
    sides = (
        (values, counts, own_ligand, proteins, asked.protein, own_protein),
        (values.T.tocsr(), counts.T.tocsr(), own_protein, ligands, asked.ligand, own_ligand),
    )
    by_ligand, by_protein = (_one_side(*side, middle) for side in sides)
    return np.hstack([by_ligand, by_protein]).astype(np.float32)


def out_of_fold(train: Pairs, folds: int, seed: int) -> Matrix:
    """Features of the training pairs, each from the pairs of the other folds; float32 (pairs, NAMES).

    Pairs of one ligand and protein share a fold: a repeat would tell a pair its own label.
    """
    cell = np.unique(train.ligand * len(train.proteins) + train.protein, return_inverse=True)[1]
    fold = np.random.default_rng(seed).permutation(cell.max() + 1)[cell] % folds
    found = np.empty((len(train), len(NAMES)), dtype=np.float32)
    # All folds name the same ligands and proteins.
    ligands, proteins = (
        ligand_similarity(train.ligands, train.ligands),
        protein_similarity(train.proteins, train.proteins),
    )
    for number in np.unique(fold):
        rows: Rows = np.flatnonzero(fold == number)
        others = np.flatnonzero(fold != number)
        found[rows] = _features(train.take(others), train.take(rows), ligands, proteins)
    return found


def _table(pairs: Pairs, weights: Values) -> sp.csr_matrix:
    """Sums of weights by ligand and protein."""
    shape = len(pairs.ligands), len(pairs.proteins)
    return sp.csr_matrix((weights, (pairs.ligand, pairs.protein)), shape=shape)


def _places(asked: tuple[str, ...], known: tuple[str, ...]) -> Integers:
    """Place of each asked name among the known ones, their number where it is none of them."""
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, len(known)) for name in asked], dtype=np.int64)


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


def _one_side(
    values: sp.csr_matrix,
    counts: sp.csr_matrix,
    own: Integers,
    alike: Matrix,
    other: Integers,
    known_other: Integers,
    middle: float,
) -> Values:
    """Features of one side. values, counts: (own side, other side), sums and numbers of labels around the mean."""
    profiles = _profiles(values, counts)
    empty = sp.csr_matrix((1, values.shape[1]))
    values, counts = sp.vstack([values, empty]).tocsr(), sp.vstack([counts, empty]).tocsr()
    found = np.empty((len(own), len(NAMES) // 2))
    for start in range(0, len(own), _BLOCK):
        rows = slice(start, start + _BLOCK)
        value, count = values[own[rows]].toarray(), counts[own[rows]].toarray()
        near = alike[other[rows]]
        total = count.sum(axis=1)
        columns = [middle + value.sum(axis=1) / (total + 1.0), np.log1p(total)]
        for power in POWERS:
            weight = _power(near, power)
            mass = (weight * count).sum(axis=1)
            columns += [middle + (weight * value).sum(axis=1) / (mass + 0.05), np.log(mass + 1e-6)]
        columns.append(np.where(count > 0, near, 0.0).max(axis=1))
        weight = profiles[known_other[rows]].toarray() ** 2
        mass = (weight * count).sum(axis=1)
        columns += [middle + (weight * value).sum(axis=1) / (mass + 0.05), np.log(mass + 1e-6)]
        found[rows] = np.column_stack(columns)
    return found
