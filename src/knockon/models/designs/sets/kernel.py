"""How alike two strains are: a weighted sum of fixed kernels over their sets of knock-outs, and of nuisances.

With no variance lost between them, the parts are what a strain's value is made of: a constant, a shift of all strains
with any knock-out, an effect of each gene, one of each pair of genes, and a shift of each cycle of building. Genes and
pairs come twice: each on its own, and shared between genes that are alike (`GeneFeatures`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures

PARTS = ("constant", "built", "gene", "alike", "pair", "alike_pair", "cycle")
"""Names of the kernels, in the order of their variances."""


@dataclass(frozen=True)
class Rows:
    """Strains and the cycle that each was built in: int64 (strains,), or -1 for one that nothing is known of."""

    strains: Genotypes
    cycles: Integers

    def take(self, rows: np.ndarray) -> "Rows":
        """The chosen strains."""
        return Rows(self.strains.take(rows), self.cycles[rows])


def alikeness(features: GeneFeatures | None, genes: Integers, alike: float) -> Values | None:
    """exp(−mean |difference of features| / alike), float64 (genes, genes); None where there are no features.

    genes: numbers of genes. A feature that one of two genes lacks does not count; a gene that lacks all is like itself
    alone.
    """
    if features is None or not features.names:
        return None
    values = features.values[genes].astype(np.float64)
    total, count = np.zeros((len(genes), len(genes))), np.zeros((len(genes), len(genes)))
    for column in values.T:
        apart = np.abs(column[:, None] - column)
        known = np.isfinite(apart)
        total += np.where(known, apart, 0.0)
        count += known
    found: Values = np.where(count > 0, np.exp(-total / np.maximum(count, 1) / alike), 0.0)
    np.fill_diagonal(found, 1.0)
    return found


class SetKernel:
    """The kernels between strains over the genes that occur in them.

    features: of all genes; alike: the mean difference of two genes' features at which their likeness is 1/e.
    """

    def __init__(self, features: GeneFeatures | None, alike: float) -> None:
        self._features, self._alike = features, alike

    def parts(self, left: Rows, right: Rows, names: Collection[str] = PARTS) -> dict[str, Values]:
        """The kernels of these names, float64 (left strains, right strains). A cycle of -1 is like none, nor itself."""
        return dict(self._each(left, right, names))

    def total(self, left: Rows, right: Rows, variances: Mapping[str, float]) -> Values:
        """Their sum by the variances, with one of them in memory at a time."""
        total = np.zeros((len(left.strains), len(right.strains)))
        for name, kernel in self._each(left, right, [name for name, variance in variances.items() if variance > 0]):
            total += variances[name] * kernel
        return total

    def _each(self, left: Rows, right: Rows, names: Collection[str]) -> Iterator[tuple[str, Values]]:
        used = _used(left.strains, right.strains)
        one, other = _indicator(left.strains, used), _indicator(right.strains, used)
        shape = (len(left.strains), len(right.strains))
        alike = None
        if {"alike", "alike_pair"} & {*names}:
            alike = alikeness(self._features, used, self._alike)
        if "constant" in names:
            yield "constant", np.ones(shape)
        if "built" in names:
            yield "built", np.outer(left.strains.counts > 0, right.strains.counts > 0).astype(np.float64)
        if "gene" in names:
            yield "gene", (one @ other.T).toarray()
        if "alike" in names:
            yield "alike", np.zeros(shape) if alike is None else one @ (other @ alike).T
        if "pair" in names:
            shared = (one @ other.T).toarray()
            yield "pair", shared * (shared - 1) / 2
        if "alike_pair" in names:
            yield "alike_pair", np.zeros(shape) if alike is None else _pairs(one, other, alike)
        if "cycle" in names:
            same = (left.cycles[:, None] == right.cycles) & (left.cycles >= 0)[:, None]
            yield "cycle", same.astype(np.float64)

    def diagonal(self, rows: Rows, variances: Mapping[str, float]) -> Values:
        """The total of each strain with itself, float64 (strains,), without the matrix between them."""
        found, step = np.empty(len(rows.strains)), 256
        for start in range(0, len(found), step):
            block = rows.take(np.arange(start, min(start + step, len(found))))
            found[start : start + step] = np.diag(self.total(block, block, variances))
        return found


def _used(left: Genotypes, right: Genotypes) -> Integers:
    return np.unique(np.concatenate([left.indices, right.indices])).astype(np.int64)


def _indicator(strains: Genotypes, used: Integers) -> sp.csr_matrix:
    """1 where a strain has a gene, float64 (strains, used genes)."""
    columns = np.searchsorted(used, strains.indices)
    ones = np.ones(len(columns))
    return sp.csr_matrix((ones, columns, strains.indptr), shape=(len(strains), len(used)))


def _pairs(one: sp.csr_matrix, other: sp.csr_matrix, alike: Values) -> Values:
    """Σ over pairs i<j of the left and k<l of the right strain of a_ik a_jl + a_il a_jk, a the likeness of genes.

    The inner product of the strains' pairs where a pair is the symmetric product of its genes: positive semidefinite,
    1 for a pair with itself where no gene is like another.
    """
    left, right = one @ alike, other @ alike
    sums = one @ right.T
    own_left, own_right = (other @ (left**2).T).T, one @ (right**2).T
    both = one @ (other @ alike**2).T
    return np.asarray((sums**2 - own_left - own_right + both) / 2)
