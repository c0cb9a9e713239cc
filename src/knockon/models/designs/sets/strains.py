"""From replicates to strains: one value for each set of knock-outs and cycle, with the error of its mean.

Three replicates tell little of a strain's own noise, so it is pooled: a share of the value (the root mean square of all
strains' coefficients of variation), and a strain's error is that share of its value over the root of its replicates.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from knockon.arrays import Integers, Mask, Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures, Measured


@dataclass(frozen=True)
class Strains:
    """Measured strains by cycle, then by genes. cycles, replicates: int64 (strains,). coefficient: of variation."""

    measured: Measured
    cycles: Integers
    replicates: Integers
    coefficient: float

    def take(self, rows: Integers | Mask) -> "Strains":
        """The chosen strains."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Strains(self.measured.take(chosen), self.cycles[chosen], self.replicates[chosen], self.coefficient)


def strains_of(table: pa.Table) -> Strains:
    """Replicates with columns `genes`, `cycle` and `value`, as `sources.design.cycles` reads them, to strains."""
    keys = list(zip(table["cycle"].to_pylist(), map(tuple, table["genes"].to_pylist()), strict=True))
    order = sorted(set(keys))
    place = {key: row for row, key in enumerate(order)}
    rows = np.array([place[key] for key in keys], dtype=np.int64)
    values = table["value"].to_numpy()
    counts = np.bincount(rows, minlength=len(order))
    means = np.bincount(rows, values, len(order)) / counts
    coefficient = pooled_variation(values, rows, means, counts)
    errors = coefficient * np.abs(means) / np.sqrt(counts)
    measured = Measured(genotypes_of([genes for _, genes in order]), means, errors)
    return Strains(measured, np.array([cycle for cycle, _ in order], dtype=np.int64), counts, coefficient)


def pooled_variation(values: Values, rows: Integers, means: Values, counts: Integers) -> float:
    """Replicates' standard deviation as a share of their strain's mean, over all strains that have several.

    The median of the strains' variances, not their mean, scaled as it is for normal noise: a few strains whose
    replicates are of two builds would make the error of all.
    """
    from scipy.special import chdtri

    squares = np.bincount(rows, (values - means[rows]) ** 2, len(means))
    several = (counts > 1) & (means > 0)
    if not several.any():
        return 0.0
    free = counts[several] - 1
    shares = squares[several] / free / means[several] ** 2
    # Median of a χ² of `free` degrees of freedom, over its mean.
    return float(np.sqrt(np.median(shares * free / chdtri(free, 0.5))))


def genotypes_of(sets: list[tuple[str, ...]], genes: tuple[str, ...] | None = None) -> Genotypes:
    """Sets of genes as strains; over the genes that occur where none are given."""
    names = tuple(sorted({gene for genes_ in sets for gene in genes_})) if genes is None else genes
    place = {gene: row for row, gene in enumerate(names)}
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in sets])]).astype(np.int64)
    indices = np.array([place[gene] for each in sets for gene in sorted(each)], dtype=np.int32)
    return Genotypes(names, indptr, indices)


def loci_features(genes: tuple[str, ...]) -> GeneFeatures:
    """The number in each gene's locus tag (PP_0815 → 815): neighbours on a bacterial chromosome share an operon.

    A knock-down by CRISPR interference silences the genes downstream of it, too. NaN where a name has no number.
    """
    digits = ["".join(letter for letter in gene.rpartition("_")[2] if letter.isdigit()) for gene in genes]
    values = np.array([[float(each) if each else np.nan] for each in digits], dtype=np.float32)
    return GeneFeatures(genes, ("locus",), values.reshape(len(genes), 1))
