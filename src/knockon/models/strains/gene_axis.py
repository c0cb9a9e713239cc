"""Strains over the genes that a fitted model knows, whatever genes the dataset of the day lists."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes


def perturbed_genes(genotypes: Genotypes) -> tuple[str, ...]:
    """Genes that at least one strain perturbs, sorted."""
    return tuple(genotypes.genes[gene] for gene in np.unique(genotypes.indices))


def positions(genotypes: Genotypes, genes: tuple[str, ...]) -> NDArray[np.int64]:
    """Place in `genes` of each of the genotypes' genes, shape (genotype genes,); -1 where it is not among them."""
    names = pa.array(genotypes.genes, type=pa.string())
    found = pc.index_in(names, value_set=pa.array(genes, type=pa.string())).fill_null(-1)
    return found.to_numpy(zero_copy_only=False).astype(np.int64)


def indicator(genotypes: Genotypes, genes: tuple[str, ...]) -> sp.csr_matrix:
    """Indicator matrix over `genes`, float64, shape (strains, genes); other perturbed genes are left out."""
    place = positions(genotypes, genes)
    known = np.flatnonzero(place >= 0)
    ones = np.ones(len(known))
    selector = sp.csr_matrix((ones, (known, place[known])), shape=(len(genotypes.genes), len(genes)))
    return sp.csr_matrix(genotypes.matrix().astype(np.float64) @ selector)
