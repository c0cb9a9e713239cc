"""Completion of a matrix of pairs by a Gaussian process with a covariance of its rows and one of its columns.

The prior is cov(Z_gh, Z_g'h') = K_gg' L_hh', of which the posterior mean of a fully measured matrix is known in the
eigenbases of K and L (Stegle et al. 2011, NIPS 24:630); cells that are not, or not fully, measured are filled in by
expectation maximisation. K and L mix what is known of the genes with what their residual profiles show; of a symmetric
matrix they are one.
"""

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from knockon.arrays import Matrix
from knockon.models.soft_impute import LowRank

# Chosen on validation rows of the ε matrix: shares of profiles, of side information and of identity in K; the power of
# a profile component's strength; noise in units of the prior variance of a cell.
_PROFILES, _SIDE, _IDENTITY = 0.4, 0.4, 0.2
_POWER = 1.2
_NOISE = 15.0
_STEPS = 8


def complete(
    observed: Matrix, weights: Matrix, start: LowRank, side: Matrix | None, other: Matrix | None = None
) -> Matrix:
    """The posterior mean of all cells, float32 (rows, columns).

    observed: any finite value where unmeasured. weights: 0 (unmeasured) to 1. start: a completion, which gives the
    first guess and the likeness of profiles; symmetric where it has one side only. side, other: likeness of the genes
    of the rows, and of the columns of a matrix that is not symmetric, by side information, or None.
    """
    values, vectors = _eigenpairs(start.vectors, start.values, side)
    across, turn = (values, vectors) if start.right is None else _eigenpairs(start.right, start.values, other)
    gain = np.outer(values, across)
    gain /= gain + np.float32(_NOISE)
    measured, estimate = weights * observed, start.dense().astype(np.float32)
    for _ in range(_STEPS):
        turned = vectors.T @ (measured + (1 - weights) * estimate) @ turn
        estimate = vectors @ (gain * turned) @ turn.T
    return estimate


def _eigenpairs(
    profiles: NDArray[np.float64], strengths: NDArray[np.float64], side: Matrix | None
) -> tuple[Matrix, Matrix]:
    values, vectors = scipy.linalg.eigh(_covariance(profiles, strengths, side), check_finite=False)
    return np.maximum(values, 0).astype(np.float32), vectors.astype(np.float32)


def _covariance(vectors: NDArray[np.float64], strengths: NDArray[np.float64], side: Matrix | None) -> Matrix:
    """K, of mean diagonal 1."""
    size = len(vectors)
    profiles = (vectors * np.abs(strengths) ** _POWER) @ vectors.T
    mixed = _PROFILES * _scaled(profiles) + _IDENTITY * np.eye(size)
    if side is not None:
        mixed += _SIDE * _scaled(side.astype(np.float64))
    return _scaled(mixed).astype(np.float32)


def _scaled(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    return kernel * (len(kernel) / max(float(np.trace(kernel)), 1e-12))
