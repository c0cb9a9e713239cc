"""Strains as sparse sets of perturbed genes: the form in which every model reads them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.errors import KnockonError


@dataclass(frozen=True)
class Genotypes:
    """Strains × perturbed genes.

    genes: sorted systematic names, the columns. indptr int64 (strains + 1,) and indices int32 (perturbations,):
    the perturbed genes of strain i are `indices[indptr[i]:indptr[i + 1]]`, as in scipy's CSR.
    """

    genes: tuple[str, ...]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of perturbed genes of each strain, shape (strains,)."""
        return np.diff(self.indptr)

    def matrix(self) -> sp.csr_matrix:
        """Indicator matrix, float32, shape (strains, genes)."""
        ones = np.ones(len(self.indices), dtype=np.float32)
        return sp.csr_matrix((ones, self.indices, self.indptr), shape=(len(self), len(self.genes)))

    def pairs(self) -> NDArray[np.int32]:
        """The two genes of every strain, shape (strains, 2). Raises ValueError if a strain has not exactly two."""
        if not (self.counts == 2).all():
            raise ValueError("pairs() needs strains of exactly two perturbed genes; select them by counts first")
        return self.indices.reshape(-1, 2)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "Genotypes":
        """The chosen strains, in the chosen order, over the same genes."""
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        counts = self.counts[rows]
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        within = np.arange(indptr[-1]) - np.repeat(indptr[:-1], counts)
        return Genotypes(self.genes, indptr, self.indices[np.repeat(self.indptr[rows], counts) + within])


def genotypes_from(perturbations: pa.Array | pa.ChunkedArray, genes: tuple[str, ...]) -> Genotypes:
    """Read strains from a `perturbations` column (list of structs with `gene`).

    Raises KnockonError where a perturbed gene is not among `genes` (sorted systematic names).
    """
    if isinstance(perturbations, pa.ChunkedArray):
        perturbations = perturbations.combine_chunks()
    names = perturbations.flatten().field("gene")
    positions = pc.index_in(names, value_set=pa.array(genes, type=pa.string()))
    if positions.null_count:
        unknown = pc.unique(names.filter(pc.is_null(positions))).to_pylist()
        raise KnockonError(
            f"{len(unknown)} perturbed genes are unknown, e.g. {unknown[:5]}: rebuild the representation"
        )
    lengths = pc.list_value_length(perturbations).to_numpy(zero_copy_only=False)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Genotypes(genes, indptr, positions.to_numpy(zero_copy_only=False).astype(np.int32))
