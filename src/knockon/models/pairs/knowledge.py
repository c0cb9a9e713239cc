"""What a set of training pairs teaches about genes and pairs of genes: the raw material of the pair features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.models.protocol import Examples
from knockon.models.soft_impute import LowRank, soft_impute_path
from knockon.models.storage import Arrays
from knockon.models.strains.additive import Additive
from knockon.models.strains.factorisation import pair_matrix

SHRINKAGES = (0.6, 0.35)
"""Of the completed residual, see soft_impute.py; the last is used."""

RANK = 160

SCALE_ROUNDS = 5
"""In which the scales of genes, or of both sides of a screen, are found; they hardly move after the third."""


@dataclass(frozen=True)
class PairKnowledge:
    """Learnt from some pairs over G genes, of which T are in such a pair.

    scales (T,): spread of a gene's residuals beside that of its partners. Residuals are completed in units of the root
    of both genes' scales, so that genes that are measured badly don't drown the others.

    seen: numbers of the T genes, sorted. place: of each of the G genes among those, −1 where unseen. intercept and
    effects (G,): of the additive model, 0 for unseen genes. observed and weights (T, T): residual by pair and its
    weight, 0 where unmeasured. scaled: the low-rank completion of the residual in those units.
    """

    seen: NDArray[np.int64]
    place: NDArray[np.int64]
    intercept: float
    effects: NDArray[np.float64]
    observed: NDArray[np.float32]
    weights: NDArray[np.float32]
    scales: NDArray[np.float64]
    scaled: LowRank

    @property
    def completed(self) -> LowRank:
        """The residual's completion in the label's unit; its vectors are not of length 1."""
        return LowRank(self.scaled.vectors * np.sqrt(self.scales)[:, None], self.scaled.values)

    def additive(self, pairs: NDArray[np.integer]) -> NDArray[np.float64]:
        """The additive prediction, in the label's unit, for pairs of shape (pairs, 2)."""
        return self.intercept + self.effects[pairs].sum(axis=1)

    def spread(self) -> NDArray[np.float32]:
        """Standard deviation of each gene's residuals, in the label's unit, (G,); NaN for unseen genes."""
        total = self.weights.sum(axis=1)
        return self._of_all_genes(np.sqrt((self.weights * self.observed**2).sum(axis=1) / np.maximum(total, 1e-12)))

    def low_tail(self) -> NDArray[np.float32]:
        """Share of each gene's pairs among the lowest 3 % of all residuals, (G,); NaN for unseen genes."""
        measured = self.weights > 0
        limit = np.quantile(self.observed[measured], 0.03) if measured.any() else 0.0
        low = (measured & (self.observed < limit)).sum(axis=1)
        return self._of_all_genes(low / np.maximum(measured.sum(axis=1), 1))

    def _of_all_genes(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        result = np.full(len(self.place), np.nan, dtype=np.float32)
        result[self.seen] = values
        return result

    def arrays(self) -> Arrays:
        """For a file."""
        return {
            "seen": self.seen,
            "place": self.place,
            "intercept": np.array([self.intercept]),
            "effects": self.effects,
            "observed": self.observed,
            "weights": self.weights,
            "scales": self.scales,
            "vectors": self.scaled.vectors,
            "values": self.scaled.values,
        }


def knowledge_from(arrays: Arrays) -> PairKnowledge:
    """Take back what `PairKnowledge.arrays` gave."""
    fields = {name: arrays[name] for name in ("seen", "place", "effects", "observed", "weights", "scales")}
    scaled = LowRank(arrays["vectors"], arrays["values"])
    return PairKnowledge(intercept=float(arrays["intercept"][0]), scaled=scaled, **fields)


def learn(pairs: Examples, ridge: float) -> PairKnowledge:
    """Learn from strains of two genes. ridge: penalty of the additive effects."""
    additive = Additive(refit=False)
    additive.solve(pairs, ridge)
    genes = np.searchsorted(np.array(pairs.genotypes.genes), np.array(additive.genes)).astype(np.int64)
    effects = np.zeros(len(pairs.genotypes.genes))
    effects[genes] = additive.effects
    place = np.full(len(effects), -1, dtype=np.int64)
    place[genes] = np.arange(len(genes))
    residual = pairs.values - additive.predict(pairs.genotypes)
    observed, weights = pair_matrix(pairs, additive.genes, residual)
    scales = _gene_scales(observed, weights)
    units = np.sqrt(np.outer(scales, scales))
    *_, (_, scaled) = soft_impute_path((observed / units).astype(observed.dtype), weights, SHRINKAGES, RANK)
    single = (observed.astype(np.float32), weights.astype(np.float32))
    return PairKnowledge(genes, place, additive.intercept, effects, *single, scales, scaled.in_rows())


def _gene_scales(observed: NDArray[np.floating], weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scales s, of geometric mean 1, so that residual_gh² ≈ s_g² s_h² · constant / weight; float64 (T,)."""
    measured = weights > 0
    counts = np.maximum(measured.sum(axis=1), 1)
    squares = weights * observed.astype(np.float64) ** 2
    scales = np.ones(len(observed))
    for _ in range(SCALE_ROUNDS):
        scales = centred(np.sqrt((squares / scales**2).sum(axis=1) / counts))
    return scales


def centred(scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scales of geometric mean 1; one whose residuals are all zero has no spread to divide by, and gets a small one."""
    scales = np.maximum(scales, 1e-3 * max(float(scales.max(initial=0.0)), 1e-12))
    return np.asarray(scales / np.exp(np.log(scales).mean()))
