"""The noise floor: the mean squared error of the truth itself against labels that are means of repeats.

A row that was measured several times tells how far one measurement lies from the truth. The two classes of a label may
differ in that, so each has a variance of its own, pooled over rows with weights of their degrees of freedom.
"""

import math

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values


def repeat_variance(standard_error: Values, repeats: NDArray[np.integer]) -> float | None:
    """Pooled variance of one measurement, in the label's unit squared; None where no row has two.

    standard_error: of each row's mean, NaN where it was measured once. All of shape (rows,).
    """
    several = (repeats > 1) & np.isfinite(standard_error)
    if not several.any():
        return None
    variances = standard_error[several] ** 2 * repeats[several]
    return float(np.average(variances, weights=repeats[several] - 1))


def noise_floor(
    values: Values, standard_error: Values, repeats: NDArray[np.integer], scored: NDArray[np.bool_], threshold: float
) -> float | None:
    """Mean squared error of the truth itself on the scored rows; None where repeats say nothing.

    The variances come from all rows, whatever their split: they are of the measurement and know no label. threshold:
    between the two classes, in the label's unit.
    """
    expected = np.zeros(len(values))
    for group in (values > threshold, values <= threshold):
        variance = repeat_variance(standard_error[group], repeats[group])
        if variance is None and (group & scored).any():
            return None
        expected[group] = (variance or 0.0) / repeats[group]
    return float(expected[scored].mean()) if scored.any() else None


def ceiling(floor: float | None, variance: float) -> float | None:
    """Pearson's r of the truth with a label of this variance: √(1 − floor / variance)."""
    return None if floor is None or not variance > floor else math.sqrt(1 - floor / variance)
