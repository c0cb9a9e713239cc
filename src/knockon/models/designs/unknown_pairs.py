"""A model of single genes asked of sets: their effects add up, and what two deletions do together widens the interval.

No strain of several deletions was measured, so that nothing says how far a pair is from its sum. A pair is given the
variance that the models of sets give one before anything was measured (`sets.process.USUAL`).
"""

from pathlib import Path

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Values
from knockon.dataset.genotypes import Genotypes
from knockon.models.designs.protocol import GeneFeatures, Measured, PhenotypeModel, Told
from knockon.models.designs.sets.process import USUAL


class UnknownPairs:
    """See `PhenotypeModel`. base: of single genes. variance: of a pair, in the phenotype's unit squared."""

    def __init__(self, base: PhenotypeModel, variance: float) -> None:
        self.base, self.variance = base, variance

    def fit(self, measured: Measured, features: GeneFeatures, seed: int) -> None:
        """See `PhenotypeModel.fit`; the pairs' variance is a share of the values'."""
        self.base.fit(measured, features, seed)
        self.variance = usual_variance(measured)

    def predict(self, strains: Genotypes) -> Told:
        """See `PhenotypeModel.predict`."""
        told = self.base.predict(strains)
        pairs = strains.counts * (strains.counts - 1) / 2
        return Told(told.mean, np.sqrt(told.deviation**2 + self.variance * pairs))

    def draw(self, strains: Genotypes, draws: int, seed: int) -> Values:
        """See `PhenotypeModel.draw`: strains that have a pair in common share what it does."""
        own = self.base.draw(strains, draws, seed)
        matrix = pairs_of(strains)
        effects = np.random.default_rng([seed, 2]).standard_normal((draws, matrix.shape[1]))
        return np.asarray(own + np.sqrt(self.variance) * (matrix @ effects.T).T)

    def save(self, folder: Path) -> None:
        """See `PhenotypeModel.save`; the variance is the caller's."""
        self.base.save(folder)

    def load(self, folder: Path) -> None:
        """See `PhenotypeModel.load`."""
        self.base.load(folder)


def usual_variance(measured: Measured) -> float:
    """Of what a pair does beyond its sum, before any was measured."""
    return USUAL["pair"] * float(measured.values.var())


def pairs_of(strains: Genotypes) -> sp.csr_matrix:
    """1 where a strain has both genes of a pair, float64 (strains, pairs that occur), pairs in order of their genes."""
    rows, cells = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(strains.counts).tolist():
        own = np.flatnonzero(strains.counts == size)
        members = np.sort(strains.take(own).indices.reshape(len(own), size).astype(np.int64), axis=1)
        for one in range(size):
            for two in range(one + 1, size):
                rows.append(own)
                cells.append(members[:, one] * len(strains.genes) + members[:, two])
    row, cell = np.concatenate(rows), np.concatenate(cells)
    known, place = np.unique(cell, return_inverse=True)
    return sp.csr_matrix((np.ones(len(row)), (row, place)), shape=(len(strains), len(known)))
