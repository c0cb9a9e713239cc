"""Annotations and networks of genes as numbers: a feature counts by its rarity, as a word does in a text search."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


def holders(features: sp.csr_matrix) -> NDArray[np.int64]:
    """How many genes have each feature, at least 1, shape (features,)."""
    return np.maximum(np.bincount(features.indices, minlength=features.shape[1]), 1)


def leading_directions(features: sp.csr_matrix, count: int, seed: int, least: float) -> NDArray[np.floating]:
    """Coordinates of the rows along the leading directions, centred and of unit variance, shape (rows, count).

    By a truncated singular value decomposition. least: standard deviation below which a direction is left small.
    """
    # scikit-learn takes a second to import, and not every model that has side information asks for directions.
    from sklearn.decomposition import TruncatedSVD

    found = TruncatedSVD(count, n_iter=7, random_state=seed).fit_transform(features)
    directions: NDArray[np.floating] = (found - found.mean(axis=0)) / np.maximum(found.std(axis=0), least)
    return directions
