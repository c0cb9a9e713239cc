"""Dense vectors of genes from what is known about them, without any measurement of strains: for genes never seen."""

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp

from knockon.errors import KnockonError
from knockon.represent.rarity import holders, leading_directions
from knockon.represent.representation import Representation


def side_vectors(
    side: Mapping[str, sp.csr_matrix], genes: tuple[str, ...], dimensions: int, seed: int
) -> Representation:
    """Leading directions of all annotations and networks together, float32 (genes, dimensions), of unit variance.

    side: by kind, gene × feature matrices over `genes`. A feature weighs the less, the more genes have it (inverse
    document frequency), and every kind weighs the same in all. The directions are those of a truncated singular value
    decomposition; they are fitted on all genes, which no label enters. Where there are fewer features than dimensions,
    the vectors are shorter. Raises KnockonError where no kind has any entry.
    """

    kinds = sorted(kind for kind, matrix in side.items() if matrix.nnz)
    if not kinds:
        raise KnockonError("nothing is known about any gene: no annotation and no network has an entry")
    joined = sp.csr_matrix(sp.hstack([_balanced(side[kind]) for kind in kinds]))
    count = min(dimensions, min(joined.shape) - 1)
    vectors = leading_directions(joined, count, seed, least=1e-9)
    return Representation("side", genes, vectors.astype(np.float32), {"kinds": ", ".join(kinds)})


def _balanced(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Features by inverse document frequency, the whole of norm 1."""
    weights = np.log((1 + matrix.shape[0]) / holders(matrix))
    weighted = sp.csr_matrix(matrix.astype(np.float64) @ sp.diags(weights))
    return weighted / np.sqrt(weighted.multiply(weighted).sum())
