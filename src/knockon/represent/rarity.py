"""Annotations and networks of genes as numbers: a feature counts by its rarity, as a word does in a text search."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import svds


def holders(features: sp.csr_matrix) -> NDArray[np.int64]:
    """How many genes have each feature, at least 1, shape (features,)."""
    return np.maximum(np.bincount(features.indices, minlength=features.shape[1]), 1)


def leading_directions(features: sp.csr_matrix, count: int, seed: int, least: float) -> NDArray[np.float64]:
    """Coordinates of the rows along the leading directions, centred and of unit variance, shape (rows, count).

    By a truncated singular value decomposition (ARPACK), strongest direction first, each with its largest entry
    positive. count: below both numbers of `features`. least: standard deviation below which a direction is left small.
    """
    # ARPACK needs no import of scikit-learn, whose own decomposition costs a prediction more than all else but torch.
    start = np.random.default_rng(seed).normal(size=min(features.shape))
    left, strength, _ = svds(features.astype(np.float64), k=count, v0=start)
    order = np.argsort(-strength, kind="stable")
    found = left[:, order] * strength[order]
    found *= np.sign(found[np.abs(found).argmax(axis=0), np.arange(count)])
    directions: NDArray[np.float64] = (found - found.mean(axis=0)) / np.maximum(found.std(axis=0), least)
    return directions
