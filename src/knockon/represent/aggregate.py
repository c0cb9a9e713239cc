"""From gene vectors to strain vectors: sums and means over the perturbed or over the intact genes, by sparse products.

A strain's vector is a product of two small factors, `strains · basis`: a sparse row that picks its perturbed genes, and
the gene vectors. What lies on the intact genes is the whole genome's sum minus the perturbed: O(perturbed genes) a
strain, never O(genome).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.represent.representation import Representation

Method = Literal["pert_sum", "pert_mean", "intact_sum", "intact_mean"]
METHODS: tuple[str, ...] = get_args(Method)

Features = NDArray[np.float32] | sp.csr_matrix
"""Strain vectors, float32, shape (strains, dimensions)."""


@dataclass(frozen=True)
class FeatureFactors:
    """Strain vectors as a product that need not be computed.

    strains: sparse float32, shape (strains, terms). basis: dense or sparse float32, shape (terms, dimensions). The
    terms are the genes of the representation; for intact_* the last term is the whole genome's sum.
    """

    strains: sp.csr_matrix
    basis: NDArray[np.float32] | sp.csr_matrix

    @property
    def shape(self) -> tuple[int, int]:
        """(strains, dimensions)."""
        return self.strains.shape[0], self.basis.shape[1]

    def product(self) -> Features:
        """All strain vectors; sparse where the basis is."""
        return cast(Features, self.strains @ self.basis)

    def blocks(self, rows: int) -> Iterator[tuple[slice, Features]]:
        """Strain vectors in blocks of `rows` strains, for what would not fit into memory at once."""
        for start in range(0, self.shape[0], rows):
            chosen = slice(start, min(start + rows, self.shape[0]))
            yield chosen, cast(Features, self.strains[chosen] @ self.basis)


def aggregate(genotypes: Genotypes, representation: Representation, method: str) -> Features:
    """Strain vectors, float32, shape (strains, dimensions).

    pert_sum, pert_mean: over the perturbed genes; sparse (CSR) where the representation is; a strain without
    perturbations gets zeros. intact_sum, intact_mean: over all other genes of the representation; always dense.
    Raises KnockonError for an unknown method and for a perturbed gene that the representation does not know.
    """
    product = factors(genotypes, representation, method).product()
    # A dense genome sum in a sparse container would cost more than the dense array.
    return product.toarray() if sp.issparse(product) and method.startswith("intact") else product


def factors(genotypes: Genotypes, representation: Representation, method: str) -> FeatureFactors:
    """The two factors of the strain vectors; arguments and errors as in `aggregate`."""
    if method not in METHODS:
        raise KnockonError(f"aggregation {method!r} is unknown; choose one of {', '.join(METHODS)}")
    indices = _representation_rows(genotypes, representation)
    counts = genotypes.counts
    genes = len(representation.names)
    over, statistic = method.split("_")
    size = counts if over == "pert" else genes - counts
    share = 1.0 / np.maximum(size, 1) if statistic == "mean" else np.ones(len(genotypes))
    signed = share if over == "pert" else -share
    picked = sp.csr_matrix(
        (np.repeat(signed, counts).astype(np.float32), indices, genotypes.indptr), shape=(len(genotypes), genes)
    )
    if over == "pert":
        return FeatureFactors(picked, representation.matrix)
    whole = sp.csr_matrix(share.astype(np.float32)[:, None])
    return FeatureFactors(sp.hstack([picked, whole], format="csr"), _with_genome_sum(representation.matrix))


def _with_genome_sum(matrix: NDArray[np.float32] | sp.csr_matrix) -> NDArray[np.float32] | sp.csr_matrix:
    """Add the sum over all genes as a last row; summed in float64, since thousands of genes add up."""
    total = np.asarray(matrix.sum(axis=0, dtype=np.float64)).reshape(1, -1).astype(np.float32)
    if sp.issparse(matrix):
        return sp.vstack([matrix, sp.csr_matrix(total)], format="csr")
    return np.vstack([matrix, total])


def _representation_rows(genotypes: Genotypes, representation: Representation) -> NDArray[np.int32]:
    """Perturbed genes as rows of the representation, shape (perturbations,)."""
    if genotypes.genes == representation.names:
        return genotypes.indices
    names = pa.array(genotypes.genes, type=pa.string())
    positions = pc.index_in(names, value_set=pa.array(representation.names, type=pa.string())).fill_null(-1)
    rows = positions.to_numpy(zero_copy_only=False).astype(np.int32)[genotypes.indices]
    if (rows < 0).any():
        unknown = sorted({genotypes.genes[gene] for gene in np.unique(genotypes.indices[rows < 0])})
        raise KnockonError(
            f"representation {representation.name}: {len(unknown)} perturbed genes have no vector, e.g. {unknown[:5]}: "
            "rebuild the representation from the same graph"
        )
    return rows
