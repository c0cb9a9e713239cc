"""Wide blocks of which a gene has few entries: weighted by rarity, of length 1, and how alike genes are by all."""

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Matrix
from knockon.represent.rarity import holders

# Genes whose likenesses to all others are made at once.
_BLOCK = 1000


def by_rarity(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Links weighted by their rarity; those with negative values, as interactions, stay as they are."""
    matrix = sp.csr_matrix(matrix, dtype=np.float64)
    if matrix.nnz and matrix.data.min() < 0:
        return matrix
    return sp.csr_matrix(matrix @ sp.diags(np.log(1 + matrix.shape[0] / holders(matrix))))


def unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Rows of length 1; a row without an entry stays empty."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.where(length > 0, length, 1)) @ matrix)


def likeness(links: Mapping[str, sp.csr_matrix], genes: int) -> Matrix:
    """Mean cosine over the blocks of each gene with each other, float32 (genes, genes), at least 0, 0 with itself."""
    unit = [unit_rows(by_rarity(matrix)) for _, matrix in sorted(links.items())]
    found = np.zeros((genes, genes), dtype=np.float32)
    if unit:
        # The product of rows put side by side is the sum of the blocks' products.
        rows = sp.csr_matrix(sp.hstack(unit) / np.sqrt(len(unit)))
        across = sp.csr_matrix(rows.T)
        for start in range(0, genes, _BLOCK):
            part = slice(start, start + _BLOCK)
            found[part] = np.maximum((rows[part] @ across).toarray(), 0)
    np.fill_diagonal(found, 0)
    return found
