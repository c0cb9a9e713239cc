"""Prediction intervals by split-conformal prediction, and how often they hold (Lei et al. 2018, JASA 113:1094).

An interval is prediction ± q · deviation. q is the quantile of |error| / deviation over validation rows, so that a
share `level` of new rows from the same distribution falls inside, whatever the model; on others the coverage is
measured, not promised.
"""

from collections.abc import Iterable

import numpy as np

from knockon.arrays import Values
from knockon.errors import KnockonError

LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Of the intervals that a served model has."""


def conformal_quantile(errors: Values, deviations: Values, level: float) -> float:
    """q for one level, from validation rows; errors and deviations: shape (rows,), in the label's unit.

    Raises KnockonError where the level is no share, or there are too few rows for it: at least level / (1 − level).
    """
    if not 0 < level < 1:
        raise KnockonError(f"interval level {level}: it must lie between 0 and 1")
    if not _enough(len(errors), level):
        raise KnockonError(f"{len(errors)} validation rows are too few for intervals of {level:.0%}")
    return float(np.sort(np.abs(errors) / deviations)[_rank(len(errors), level) - 1])


def conformal_quantiles(errors: Values, deviations: Values, levels: Iterable[float] = LEVELS) -> dict[str, float]:
    """q of every level that there are rows enough for, by the level as text. Raises KnockonError where none is."""
    levels = tuple(levels)
    possible = [level for level in levels if not 0 < level < 1 or _enough(len(errors), level)]
    return {f"{level:g}": conformal_quantile(errors, deviations, level) for level in possible or levels}


def _rank(rows: int, level: float) -> int:
    """The (n + 1) · level-th smallest: the correction for few rows. 1e-9, since 10 · 0.9 may round to above 9."""
    return int(np.ceil((rows + 1) * level - 1e-9))


def _enough(rows: int, level: float) -> bool:
    return 0 < _rank(rows, level) <= rows


def coverage(errors: Values, deviations: Values, quantile: float) -> float:
    """Share of rows whose measurement lies within prediction ± quantile · deviation."""
    return float((np.abs(errors) <= quantile * deviations).mean())


def calibration_error(values: Values, predicted: Values, bins: int = 10) -> float:
    """Mean distance between mean prediction and mean measurement in equally filled bins of the prediction.

    In the label's unit; 0 for a model whose predictions are right on average wherever it makes them. Equal predictions
    share a bin, so that the order of rows does not matter.
    """
    edges = np.unique(np.quantile(predicted, np.arange(1, bins) / bins))
    place = np.searchsorted(edges, predicted, side="left")
    counts = np.bincount(place, minlength=len(edges) + 1)
    sums = np.bincount(place, weights=values - predicted, minlength=len(edges) + 1)
    return float(np.abs(sums).sum() / counts.sum())


def diversity(members: Values, values: Values) -> dict[str, float]:
    """How differently the members of an ensemble predict; members: (rows, members), in the label's unit.

    spread: root mean variance between members. correlation: mean Pearson correlation of their errors, 1 for members
    that are all alike. gain: mean squared error of a member less that of the mean, which is the mean variance between
    members (Krogh & Vedelsby 1995).
    """
    errors = members - values[:, None]
    correlations = np.atleast_2d(np.corrcoef(errors.T))
    above = np.triu_indices(members.shape[1], 1)
    variance = float(np.square(members - members.mean(axis=1, keepdims=True)).mean())
    return {
        "spread": float(np.sqrt(variance)),
        "correlation": float(correlations[above].mean()) if len(above[0]) else 1.0,
        "gain": variance,
    }
