"""Ridge with a kernel of pairs, the product of one of ligands and one of proteins, solved by conjugate gradients.

KronRLS (Pahikkala et al. 2015, Brief Bioinform 16:325), for tables of which only some pairs are known. The kernel of a
side is similarity + a constant + a bonus for the very same one, so that the product holds biases as well. Where the
table of all pairs is small the fit is done twice: the first one fills the table, and how alike two filled rows
(columns) are joins the kernels of the second, as in collaborative filtering.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Integers, Matrix, Rows, Values
from knockon.models.binding.alike import Side, Sides

_TOLERANCE, _ROUNDS = 1e-3, 200
_DENSE = 16_000
"""Pairs up to which their kernel is held as one matrix, where that takes fewer operations than the table."""
_TABLE = 2_000_000
"""Cells up to which the table is filled, for the second fit."""
_BLOCK = 1024


@dataclass(frozen=True)
class Ridge:
    """noise: variance of a label, where that of the kernel of one pair is about 1. constant, same: of the kernels of
    both sides. profile: weight of the filled table in the kernels of the second fit.
    """

    noise: float = 0.3
    constant: float = 0.1
    same: float = 0.5
    profile: float = 1.0

    def kernel(self, side: Side) -> Matrix:
        """float32 (asked, known)."""
        found = side.alike + np.float32(self.constant)
        rows = np.flatnonzero(side.same < side.size)
        found[rows, side.same[rows]] += np.float32(self.same)
        return found


class PairKernel:
    """Products with the kernel of known pairs. ligands, proteins: kernels of the sides, float32, square."""

    def __init__(self, ligands: Matrix, proteins: Matrix, ligand: Integers, protein: Integers) -> None:
        self.ligands, self.proteins, self.ligand, self.protein = ligands, proteins, ligand, protein
        count, shape = len(ligand), (len(ligands), len(proteins))
        dense = count <= _DENSE and count**2 < shape[0] * shape[1] * sum(shape)
        self._dense = self._matrix() if dense else None

    def _matrix(self) -> Matrix:
        found = np.empty((len(self.ligand), len(self.ligand)), dtype=np.float32)
        for start in range(0, len(found), _BLOCK):
            rows = slice(start, start + _BLOCK)
            found[rows] = self.ligands[self.ligand[rows]][:, self.ligand]
            found[rows] *= self.proteins[self.protein[rows]][:, self.protein]
        return found

    def table(self, coefficients: Values) -> Matrix:
        """Sums of coefficients by ligand and protein, float32."""
        return _table(self.ligand, self.protein, (len(self.ligands), len(self.proteins)), coefficients)

    def filled(self, coefficients: Values) -> Matrix:
        """What the coefficients say of every ligand with every protein, float32."""
        return np.asarray(self.ligands @ self.table(coefficients) @ self.proteins, dtype=np.float32)

    def __call__(self, vectors: Values) -> Values:
        """float64 (pairs, k) from (pairs, k)."""
        if self._dense is not None:
            return (self._dense @ vectors.astype(np.float32)).astype(np.float64)
        each = [self.filled(vector)[self.ligand, self.protein] for vector in vectors.T]
        return np.column_stack(each).astype(np.float64)


def _table(ligand: Integers, protein: Integers, shape: tuple[int, int], weights: Values) -> Matrix:
    cells = np.bincount(ligand * shape[1] + protein, weights, shape[0] * shape[1])
    return cells.reshape(shape).astype(np.float32)


def solve(kernel: PairKernel, targets: Values, taught: NDArray[np.bool_], noise: float) -> Values:
    """Coefficients of ridge, float64 (pairs, k), one column for each set of pairs that teaches; all (pairs, k)."""
    residual = np.where(taught, targets, 0.0)
    found, direction = np.zeros_like(residual), residual.copy()
    size = (residual**2).sum(axis=0)
    enough = _TOLERANCE**2 * size
    for _ in range(_ROUNDS):
        ahead = np.where(taught, kernel(direction), 0.0) + noise * direction
        # A column that is done rests: how long the others take must not tell it anything.
        step = np.where(size > enough, size / np.maximum((direction * ahead).sum(axis=0), 1e-30), 0.0)
        found += step * direction
        residual -= step * ahead
        before, size = size, (residual**2).sum(axis=0)
        if (size <= enough).all():
            break
        direction = residual + size / np.maximum(before, 1e-30) * direction
    return found


def fills(known: Sides) -> bool:
    """Whether the table of all pairs is small enough to be filled, and has rows and columns to compare."""
    sizes = known.ligand.size, known.protein.size
    return min(sizes) > 1 and sizes[0] * sizes[1] <= _TABLE


def out_of_fold(own: Sides, folds: Sequence[tuple[Rows, Rows]], ridge: Ridge) -> Values:
    """Predictions for the known pairs, each without the labels hidden from it: float64 (pairs, 2).

    own: the known pairs asked about themselves. The second column is the second fit's, the first's where there is none.
    """
    first = _pair_kernel(own, ridge.kernel(own.ligand), ridge.kernel(own.protein))
    taught = np.zeros((len(own.values), len(folds)), dtype=bool)
    for number, (_, rows) in enumerate(folds):
        taught[rows, number] = True
    # Not the mean of all: it would tell a pair something of its own label.
    middle = np.array([own.values[rows].mean() for _, rows in folds])
    targets = own.values[:, None] - middle
    coefficients = solve(first, targets, taught, ridge.noise)
    found = np.empty((len(own.values), 2))
    said = first(coefficients)
    for number, (asked, _) in enumerate(folds):
        found[asked] = middle[number] + said[asked, number, None]
        if fills(own):
            second = _second(own, first, coefficients[:, number], ridge)
            again = solve(second, targets[:, [number]], taught[:, [number]], ridge.noise)
            found[asked, 1] = middle[number] + second(again)[asked, 0]
    return found


@dataclass(frozen=True)
class RidgeFit:
    """coefficients: float64 (known pairs, 2), of both fits; the second is 0 where there is none."""

    ridge: Ridge
    coefficients: Values

    def predict(self, own: Sides, asked: Sides) -> Values:
        """See `out_of_fold`; own: the known pairs asked about themselves, asked: those to predict."""
        middle = float(own.values.mean())
        first = [self.ridge.kernel(side) for side in (asked.ligand, asked.protein)]
        found = np.repeat(_said(asked, first, self.coefficients[:, 0])[:, None], 2, axis=1)
        if fills(own):
            known = _pair_kernel(own, self.ridge.kernel(own.ligand), self.ridge.kernel(own.protein))
            profiles = _profiles(first, known, self.coefficients[:, 0])
            kernels = [one + self.ridge.profile * other for one, other in zip(first, profiles, strict=True)]
            found[:, 1] = _said(asked, kernels, self.coefficients[:, 1])
        return found + middle


def fit_ridge(own: Sides, ridge: Ridge) -> RidgeFit:
    """Fit all known pairs. own: these, asked about themselves."""
    targets = (own.values - own.values.mean())[:, None]
    every = np.ones(targets.shape, dtype=bool)
    first = _pair_kernel(own, ridge.kernel(own.ligand), ridge.kernel(own.protein))
    found = np.zeros((len(targets), 2))
    found[:, [0]] = solve(first, targets, every, ridge.noise)
    if fills(own):
        found[:, [1]] = solve(_second(own, first, found[:, 0], ridge), targets, every, ridge.noise)
    return RidgeFit(ridge, found)


def _pair_kernel(own: Sides, ligands: Matrix, proteins: Matrix) -> PairKernel:
    return PairKernel(ligands, proteins, own.ligand.known, own.protein.known)


def _second(own: Sides, first: PairKernel, coefficients: Values, ridge: Ridge) -> PairKernel:
    """The kernel of the second fit, from the table that the first one fills."""
    kernels = first.ligands, first.proteins
    profiles = _profiles(kernels, first, coefficients)
    return _pair_kernel(own, *(one + ridge.profile * other for one, other in zip(kernels, profiles, strict=True)))


def _profiles(asked: Sequence[Matrix], known: PairKernel, coefficients: Values) -> tuple[Matrix, Matrix]:
    """How alike the filled rows, and columns, of those asked are to those known: float32 (asked, known) each.

    asked: their kernels with those known.
    """
    table, whole = known.table(coefficients), known.filled(coefficients)
    rows = np.asarray(asked[0] @ table @ known.proteins, dtype=np.float32)
    columns = np.asarray((known.ligands @ table @ asked[1].T).T, dtype=np.float32)
    return _gaussian(rows, whole), _gaussian(columns, whole.T)


def _gaussian(asked: Matrix, known: Matrix) -> Matrix:
    """exp(−squared distance / its mean among the known), float32 (asked, known)."""
    squares = (known**2).sum(axis=1)
    width = 2 * (float(squares.mean()) - float((known.mean(axis=0) ** 2).sum()))
    distance = (asked**2).sum(axis=1)[:, None] + squares - 2 * asked @ known.T
    return np.exp(-np.maximum(distance, 0.0) / np.float32(max(width, 1e-12))).astype(np.float32)


def _said(asked: Sides, kernels: Sequence[Matrix], coefficients: Values) -> Values:
    """float64 (asked pairs,), without the mean."""
    ligand, protein = asked.ligand, asked.protein
    if ligand.size * protein.size <= _TABLE:
        table = _table(ligand.known, protein.known, (ligand.size, protein.size), coefficients)
        return (kernels[0] @ table @ kernels[1].T)[ligand.asked, protein.asked].astype(np.float64)
    found = np.empty(len(ligand.asked))
    weights = coefficients.astype(np.float32)
    for start in range(0, len(found), _BLOCK):
        rows = slice(start, start + _BLOCK)
        alike = kernels[0][ligand.asked[rows]][:, ligand.known]
        alike *= kernels[1][protein.asked[rows]][:, protein.known]
        found[rows] = alike @ weights
    return found
