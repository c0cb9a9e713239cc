"""Quantiles of (measured − told) / spread: intervals that need not be symmetric, and probabilities that hold.

Rows of a few groups, each off by something of its own, tell little of the next group: `grouped_quantiles` takes each
group's own error as one draw, Student's t with as many degrees of freedom as there are groups.
"""

from collections.abc import Iterator

import numpy as np

from knockon.arrays import Integers, Mask, Values

LEVELS = np.arange(1, 200) / 200
"""Levels of the quantiles that are kept."""

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Bounds of told probabilities whose rows are counted together."""


def error_quantiles(relative: Values) -> Values:
    """Quantiles of errors in units of their spread at LEVELS, float64 (LEVELS,); relative: (rows,)."""
    return np.quantile(relative, LEVELS)


def grouped_quantiles(relative: Values, groups: Integers) -> Values:
    """The same for a row of a new group, float64 (LEVELS,): a group's mean error is about 0, rows lie about that.

    groups: of each row, int64 (rows,).
    """
    from scipy.special import stdtrit

    known, place = np.unique(groups, return_inverse=True)
    shifts = np.bincount(place, relative) / np.bincount(place)
    drawn = stdtrit(len(known), LEVELS) * np.sqrt(np.mean(shifts**2))
    return error_quantiles(np.add.outer(drawn, error_quantiles(relative - shifts[place])).ravel())


def between(quantiles: Values, level: float) -> tuple[float, float]:
    """The two quantiles that hold a share `level` between them."""
    low, high = np.interp([(1 - level) / 2, (1 + level) / 2], LEVELS, quantiles)
    return float(low), float(high)


def chance_above(quantiles: Values, relative: Values) -> Values:
    """Probability that (measured − told) / spread is at least `relative`, float64 (rows,); never 0, nor 1."""
    rare = LEVELS[0] / 2
    return np.asarray(1 - np.interp(relative, quantiles, LEVELS, left=rare, right=1 - rare))


def interval_score(relative: Values, spreads: Values, level: float) -> float:
    """Mean Winkler score of the interval by the rows' own quantiles: width, and what misses by 2 / (1 − level) as much.

    Smaller is better: of two spreads that one which tells wide from narrow.
    """
    low, high = between(error_quantiles(relative), level)
    missed = np.maximum(low - relative, 0) + np.maximum(relative - high, 0)
    return float(np.mean(spreads * (high - low + 2 / (1 - level) * missed)))


def gene_folds(members: Integers, fold_of_gene: Integers) -> Iterator[tuple[Mask, Mask]]:
    """Of each fold of genes the rows without any of its genes, and those with one: rows of several genes come in the
    fold of each. members: int64 (rows, genes of a row).
    """
    folds = fold_of_gene[members]
    for fold in range(int(fold_of_gene.max()) + 1):
        held = (folds == fold).any(axis=1)
        if held.any() and not held.all():
            yield ~held, held


def calibration_rows(told: Values, reached: Mask, weights: Values) -> list[dict[str, float]]:
    """Of each bin of told probability its rows, the mean that was told and the share that did; empty bins are left out.

    weights: of rows that were judged several times.
    """
    place = np.clip(np.searchsorted(BINS, told, side="right") - 1, 0, len(BINS) - 2)
    found = []
    for number in np.unique(place).tolist():
        own, total = place == number, weights[place == number].sum()
        found.append(
            {
                "from": BINS[number], "to": BINS[number + 1], "rows": float(total),
                "told": float(told[own] @ weights[own] / total), "reached": float(reached[own] @ weights[own] / total),
            }
        )  # fmt: skip
    return found
