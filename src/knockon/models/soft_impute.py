"""Completion of a symmetric matrix by iterated soft-thresholding of its eigenvalues (soft-impute).

Mazumder, Hastie and Tibshirani 2010, JMLR 11:2287, algorithm 1, with weights as in Srebro and Jaakkola 2003, ICML: a
cell of weight w < 1 takes the share w of its measured value and 1 − w of the current estimate. For a symmetric matrix
singular values are the absolute eigenvalues. The eigenvectors of one step start the next: subspace iteration
(Halko, Martinsson and Tropp 2011, SIAM Review 53:217) follows them, since the matrix changes little between steps.
"""

from collections.abc import Iterator, Sequence
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
    """A symmetric matrix vectors · diag(values) · vectorsᵀ; largest |values| first. Shapes (size, rank) and (rank,)."""

    vectors: NDArray[np.float64]
    values: NDArray[np.float64]

    def dense(self) -> NDArray[np.float64]:
        """The matrix, shape (size, size)."""
        return (self.vectors * self.values) @ self.vectors.T

    def truncated(self, rank: int) -> "LowRank":
        """The part with the `rank` largest |values|."""
        return LowRank(self.vectors[:, :rank], self.values[:rank])

    def shrunk(self, threshold: float, rank: int) -> "LowRank":
        """Every value brought nearer to zero by `threshold`; at most `rank` of what remains."""
        kept = np.flatnonzero(np.abs(self.values) > threshold)[:rank]
        values = self.values[kept]
        return LowRank(self.vectors[:, kept], np.sign(values) * (np.abs(values) - threshold))


def soft_impute_path(
    observed: NDArray[np.float64],
    weights: NDArray[np.float64],
    shrinkages: Sequence[float],
    rank: int,
    tolerance: float = 2e-3,
    steps: int = 50,
) -> Iterator[tuple[float, LowRank]]:
    """Complete a matrix with ever less shrinkage, each solution starting the next.

    observed: symmetric, any finite value where unmeasured. weights: symmetric, 0 (unmeasured) to 1. shrinkages: shares
    of the largest |eigenvalue| of the measured matrix (zero where unmeasured); taken largest first. rank: at most this
    many eigenvalues are kept; a cap that binds makes convergence slow, so cap generously and truncate the solution. It
    is final when a step changes it by less than `tolerance` (relative, Frobenius norm).
    """
    measured = weights * observed
    pairs = _first_eigenpairs(measured, min(rank + _SPARE, len(measured)))
    largest = float(np.abs(pairs.values).max(initial=0.0))
    estimate = np.zeros_like(measured)
    for shrinkage in sorted(shrinkages, reverse=True):
        for _ in range(steps):
            pairs = _next_eigenpairs(measured + (1 - weights) * estimate, pairs.vectors)
            solution = pairs.shrunk(shrinkage * largest, rank)
            following = solution.dense()
            change = np.linalg.norm(following - estimate)
            estimate = following
            if change <= tolerance * max(float(np.linalg.norm(estimate)), 1e-300):
                break
        yield shrinkage, solution


def _first_eigenpairs(matrix: NDArray[np.float64], count: int) -> LowRank:
    """About the `count` eigenpairs of largest |value|, from a fixed random start."""
    vectors = np.random.default_rng(0).standard_normal((len(matrix), count)).astype(matrix.dtype)
    pairs = LowRank(vectors, np.zeros(count))
    for _ in range(_WARM_UP):
        pairs = _next_eigenpairs(matrix, pairs.vectors)
    return pairs


def _next_eigenpairs(matrix: NDArray[np.float64], vectors: NDArray[np.float64]) -> LowRank:
    """One step of subspace iteration, then the eigenpairs within the subspace; largest |value| first."""
    basis = scipy.linalg.qr(matrix @ vectors, mode="economic", check_finite=False)[0]
    values, rotation = scipy.linalg.eigh(basis.T @ matrix @ basis, driver="evd", check_finite=False)
    order = np.argsort(-np.abs(values), kind="stable")
    return LowRank(basis @ rotation[:, order], values[order])
