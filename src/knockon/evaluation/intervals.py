"""Prediction intervals by split-conformal prediction, and how often they hold (Lei et al. 2018, JASA 113:1094).

An interval is prediction ± q · deviation. q is the quantile of |error| / deviation over validation rows, so that a
share `level` of new rows from the same distribution falls inside, whatever the model; on others the coverage is
measured, not promised.
"""

import numpy as np

from knockon.arrays import Values
from knockon.errors import KnockonError


def conformal_quantile(errors: Values, deviations: Values, level: float) -> float:
    """q for one level, from validation rows; errors and deviations: shape (rows,), in the label's unit.

    Raises KnockonError where the level is no share or there is no row.
    """
    if not 0 < level < 1:
        raise KnockonError(f"interval level {level}: it must lie between 0 and 1")
    if not len(errors):
        raise KnockonError("there are no validation rows to make intervals from")
    ratios = np.sort(np.abs(errors) / deviations)
    # The (n + 1) · level-th smallest: the correction for a finite number of rows.
    rank = min(len(ratios), int(np.ceil((len(ratios) + 1) * level)))
    return float(ratios[rank - 1])


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
