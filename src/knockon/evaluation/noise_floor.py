"""The noise floor of a landscape: the mean squared error that a perfect model would still have.

A variant measured by several barcodes tells how far one barcode lies from the truth; dark and bright variants differ in
it, so each has a variance of its own, pooled over variants with weights of their degrees of freedom.
"""

import math

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values


def barcode_variance(standard_error: Values, barcodes: NDArray[np.integer]) -> float | None:
    """Pooled variance of one barcode, in the label's unit squared; None where no variant has two.

    standard_error: of each variant's mean, NaN where it has one barcode. All of shape (rows,).
    """
    several = (barcodes > 1) & np.isfinite(standard_error)
    if not several.any():
        return None
    variances = standard_error[several] ** 2 * barcodes[several]
    return float(np.average(variances, weights=barcodes[several] - 1))


def noise_floor(
    values: Values, standard_error: Values, barcodes: NDArray[np.integer], chosen: NDArray[np.bool_], bright: float
) -> float | None:
    """Mean squared error of the truth itself on the chosen rows; None where repeats say nothing.

    The variances come from all rows, whatever their split: they are of the measurement and know no label. bright:
    above it a variant counts as bright, in the label's unit.
    """
    expected = np.zeros(len(values))
    for group in (values > bright, values <= bright):
        variance = barcode_variance(standard_error[group], barcodes[group])
        if variance is None and (group & chosen).any():
            return None
        expected[group] = (variance or 0.0) / barcodes[group]
    return float(expected[chosen].mean()) if chosen.any() else None


def ceiling(floor: float | None, variance: float) -> float | None:
    """Pearson's r of the truth with a label of this variance: √(1 − floor / variance)."""
    return None if floor is None or not variance > floor else math.sqrt(1 - floor / variance)
