"""Completion of a symmetric matrix of pairs by a Gaussian process whose covariance is the same on both sides.

The prior is cov(Z_gh, Z_g'h') = K_gg' K_hh', of which the posterior mean of a fully measured matrix is known in K's
eigenbasis (Stegle et al. 2011, NIPS 24:630); cells that are not, or not fully, measured are filled in by expectation
maximisation. K mixes what is known of the genes with what their residual profiles show.
"""

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from knockon.models.soft_impute import LowRank

Matrix = NDArray[np.float32]

# Chosen on validation rows of the ε matrix: shares of profiles, of side information and of identity in K; the power of
# a profile component's strength; noise in units of the prior variance of a cell.
_PROFILES, _SIDE, _IDENTITY = 0.4, 0.4, 0.2
_POWER = 1.2
_NOISE = 15.0
_STEPS = 8


def complete(observed: Matrix, weights: Matrix, start: LowRank, side: Matrix | None) -> Matrix:
    """The posterior mean of all cells, float32 (genes, genes).

    observed: symmetric, any finite value where unmeasured. weights: 0 (unmeasured) to 1. start: a completion, which
    gives the first guess and the likeness of profiles. side: likeness of the genes by side information, or None.
    """
    values, vectors = scipy.linalg.eigh(_covariance(start, side), check_finite=False)
    values = np.maximum(values, 0)
    gain = np.outer(values, values)
    gain /= gain + np.float32(_NOISE)
    measured, estimate = weights * observed, start.dense().astype(np.float32)
    for _ in range(_STEPS):
        turned = vectors.T @ (measured + (1 - weights) * estimate) @ vectors
        estimate = vectors @ (gain * turned) @ vectors.T
    return estimate


def _covariance(start: LowRank, side: Matrix | None) -> Matrix:
    """K, of mean diagonal 1."""
    size = len(start.vectors)
    profiles = (start.vectors * np.abs(start.values) ** _POWER) @ start.vectors.T
    mixed = _PROFILES * _scaled(profiles) + _IDENTITY * np.eye(size)
    if side is not None:
        mixed += _SIDE * _scaled(side.astype(np.float64))
    return _scaled(mixed).astype(np.float32)


def _scaled(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    return kernel * (len(kernel) / max(float(np.trace(kernel)), 1e-12))
