"""Vectors for all genes where some have none: what is not known becomes the mean, which tells nothing of a gene."""

import numpy as np

from knockon.represent.representation import Representation


def completed(vectors: Representation) -> tuple[Representation, int]:
    """Rows that are NaN become the mean of the others; and how many these were.

    The mean is over genes, never over strains or sides of a split. A sparse matrix has no such rows.
    """
    if not isinstance(vectors.matrix, np.ndarray):
        return vectors, 0
    missing = np.isnan(vectors.matrix).any(axis=1)
    if not missing.any():
        return vectors, 0
    matrix = vectors.matrix.copy()
    matrix[missing] = vectors.matrix[~missing].mean(axis=0, dtype=np.float64)
    return Representation(vectors.name, vectors.names, matrix, vectors.provenance), int(missing.sum())
