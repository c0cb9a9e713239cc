"""Completion of a matrix by iterated soft-thresholding of its singular values (soft-impute).

Mazumder, Hastie and Tibshirani 2010, JMLR 11:2287, algorithm 1, with weights as in Srebro and Jaakkola 2003, ICML: a
cell of weight w < 1 takes the share w of its measured value and 1 − w of the current estimate. For a symmetric matrix
singular values are the absolute eigenvalues. The vectors of one step start the next: subspace iteration (Halko,
Martinsson and Tropp 2011, SIAM Review 53:217) follows them, since the matrix changes little between steps.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

# Steps of subspace iteration before the first shrinkage, from a random start.
_WARM_UP = 6
# Eigenvectors followed beyond the rank that is kept, so that the last kept ones are right too.
_SPARE = 32


@dataclass(frozen=True)
class LowRank:
    """The matrix vectors · diag(values) · rightᵀ; largest |values| first.

    vectors: (rows, rank). values: (rank,). right: (columns, rank), or None for a symmetric matrix, whose right side
    are the vectors themselves.
    """

    vectors: NDArray[np.float64]
    values: NDArray[np.float64]
    right: NDArray[np.float64] | None = None

    @property
    def other(self) -> NDArray[np.float64]:
        """The vectors of the right side."""
        return self.vectors if self.right is None else self.right

    def dense(self) -> NDArray[np.float64]:
        """The matrix, shape (rows, columns)."""
        return (self.vectors * self.values) @ self.other.T

    def in_rows(self) -> "LowRank":
        """The same numbers, row by row in memory, as a file gives them back.

        Products of another memory layout are summed in another order: a fitted model keeps this one, so that it
        predicts the same bits when it is loaded again, on any processor.
        """
        right = None if self.right is None else np.ascontiguousarray(self.right)
        return LowRank(np.ascontiguousarray(self.vectors), np.ascontiguousarray(self.values), right)

    def truncated(self, rank: int) -> "LowRank":
        """The part with the `rank` largest |values|."""
        return self._part(slice(rank), self.values[:rank])

    def shrunk(self, threshold: float, rank: int) -> "LowRank":
        """Every value brought nearer to zero by `threshold`; at most `rank` of what remains."""
        kept = np.flatnonzero(np.abs(self.values) > threshold)[:rank]
        values = self.values[kept]
        return self._part(kept, np.sign(values) * (np.abs(values) - threshold))

    def _part(self, kept: slice | NDArray[np.intp], values: NDArray[np.float64]) -> "LowRank":
        return LowRank(self.vectors[:, kept], values, None if self.right is None else self.right[:, kept])


_Step = Callable[[NDArray[np.float64], NDArray[np.float64]], LowRank]


def soft_impute_path(
    observed: NDArray[np.floating],
    weights: NDArray[np.floating],
    shrinkages: Sequence[float],
    rank: int,
    tolerance: float = 2e-3,
    steps: int = 50,
    symmetric: bool = True,
) -> Iterator[tuple[float, LowRank]]:
    """Complete a matrix with ever less shrinkage, each solution starting the next.

    observed: any finite value where unmeasured. weights: 0 (unmeasured) to 1. Both are symmetric if `symmetric`.
    shrinkages: shares of the largest singular value of the measured matrix (zero where unmeasured); taken largest
    first. rank: at most this many values are kept; a cap that binds makes convergence slow, so cap generously and
    truncate the solution. It is final when a step changes it by less than `tolerance` (relative, Frobenius norm).
    """
    measured = weights * observed
    following_pairs = _next_eigenpairs if symmetric else _next_triplets
    pairs = _first_pairs(measured, min(rank + _SPARE, *measured.shape), following_pairs)
    largest = float(np.abs(pairs.values).max(initial=0.0))
    estimate = np.zeros_like(measured)
    for shrinkage in sorted(shrinkages, reverse=True):
        for _ in range(steps):
            pairs = following_pairs(measured + (1 - weights) * estimate, pairs.other)
            solution = pairs.shrunk(shrinkage * largest, rank)
            following = solution.dense()
            change = np.linalg.norm(following - estimate)
            estimate = following
            if change <= tolerance * max(float(np.linalg.norm(estimate)), 1e-300):
                break
        yield shrinkage, solution


def _first_pairs(matrix: NDArray[np.float64], count: int, following: _Step) -> LowRank:
    """About the `count` pairs of vectors of largest |value|, from a fixed random start."""
    vectors = np.random.default_rng(0).standard_normal((matrix.shape[1], count)).astype(matrix.dtype)
    pairs = LowRank(vectors, np.zeros(count))
    for _ in range(_WARM_UP):
        pairs = following(matrix, pairs.other)
    return pairs


def _next_eigenpairs(matrix: NDArray[np.float64], vectors: NDArray[np.float64]) -> LowRank:
    """One step of subspace iteration, then the eigenpairs within the subspace; largest |value| first."""
    basis = scipy.linalg.qr(matrix @ vectors, mode="economic", check_finite=False)[0]
    values, rotation = scipy.linalg.eigh(basis.T @ matrix @ basis, driver="evd", check_finite=False)
    order = np.argsort(-np.abs(values), kind="stable")
    return LowRank(basis @ rotation[:, order], values[order])


def _next_triplets(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> LowRank:
    """The same for a matrix whose two sides differ: singular values and the vectors of both sides."""
    basis = scipy.linalg.qr(matrix @ right, mode="economic", check_finite=False)[0]
    rotation, values, turned = scipy.linalg.svd(basis.T @ matrix, full_matrices=False, check_finite=False)
    return LowRank(basis @ rotation, values, turned.T)
