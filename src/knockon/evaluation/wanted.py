"""How well a wanted phenotype is told of genes that were held out: the order, the top, and the intervals.

A hit is a gene among the top 5 % of those measured, or, of a phenotype that is reported or not, a gene of which it was
reported. Rows that tie at a cut count in part, as if the tie were broken at random. Intervals draw genes with
replacement; scores that are compared are taken of the same draws.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Mask, Values
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval
from knockon.evaluation.ranking import auroc
from knockon.evaluation.ranks import average_ranks

TOP, TAKEN = 0.05, 50
"""Share of the measured genes that are hits; genes that a laboratory builds."""

SCORES = ("spearman", "pearson", "auroc", "precision", "enrichment")


@dataclass(frozen=True)
class Wanted:
    """value: what was measured of each gene. told: what a model told of it unseen. Each (genes,). taken: how many of
    those told highest are looked at.
    """

    value: Values
    told: Values
    taken: int = TAKEN

    def take(self, rows: np.ndarray) -> "Wanted":
        """Some genes, in any number."""
        return Wanted(self.value[rows], self.told[rows], self.taken)


def hits_of(value: Values) -> Mask:
    """Which genes a designer would have wanted to find, bool (genes,)."""
    if set(np.unique(value).tolist()) <= {0.0, 1.0}:
        return np.asarray(value == 1.0)
    count = max(1, round(TOP * len(value)))
    return np.asarray(value >= np.sort(value)[-count])


def precision_at(hits: Mask, told: Values, taken: int) -> float:
    """Share of hits among the `taken` genes of which most is told; of all genes where there are fewer."""
    taken = min(taken, len(told))
    cut = np.partition(told, len(told) - taken)[len(told) - taken]
    above, tied = told > cut, told == cut
    return float((hits[above].sum() + hits[tied].mean() * (taken - above.sum())) / taken)


def scores_of(genes: Wanted, hits: Mask) -> dict[str, float]:
    """SCORES; a score that is not defined is NaN. enrichment: precision over the share of hits, 1 is chance."""
    precision, base = precision_at(hits, genes.told, genes.taken), float(hits.mean())
    ranks = average_ranks(genes.value), average_ranks(genes.told)
    found = (
        pearson(*ranks),
        pearson(genes.value, genes.told),
        auroc(hits, genes.told),
        precision,
        precision / base if base > 0 else float("nan"),
    )
    return dict(zip(SCORES, found, strict=True))


def drawn_scores(genes: Wanted, resampling: Resampling) -> dict[str, Values]:
    """SCORES in every draw of genes, each float64 (replicates,): of two models of the same genes the same draws."""
    hits, random = hits_of(genes.value), np.random.default_rng([resampling.seed, 5])
    found = []
    for _ in range(resampling.replicates):
        rows = random.integers(len(hits), size=len(hits))
        found.append(scores_of(genes.take(rows), hits[rows]))
    return {name: np.array([each[name] for each in found]) for name in SCORES}


def with_intervals(genes: Wanted, drawn: dict[str, Values], resampling: Resampling) -> dict[str, float | None]:
    """SCORES with `_low` and `_high` from the draws."""
    own = scores_of(genes, hits_of(genes.value))
    found: dict[str, float | None] = {}
    for name, value in own.items():
        found[name] = None if np.isnan(value) else value
        found[f"{name}_low"], found[f"{name}_high"] = interval(drawn[name], resampling.confidence)
    return found


def coverage_of(value: Values, told: Values, deviation: Values, width: float) -> float:
    """Share of the values within `width` deviations of what was told."""
    return float((np.abs(value - told) <= width * deviation).mean())


def ceiling_of(value: Values, error: Values) -> float | None:
    """Largest r that any model can have with measurements of these standard errors: the root of their reliability.

    None where an error is unknown, or more of the spread is error than not.
    """
    variance = float(value.var())
    if not np.isfinite(error).all() or variance <= 0:
        return None
    reliability = 1 - float((error**2).mean()) / variance
    return float(np.sqrt(reliability)) if reliability > 0 else None
