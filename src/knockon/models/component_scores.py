"""Correlation of many components at once, each over the strains in which it was measured."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# A variance below this share of the mean square is the rounding error of a constant.
_ROUNDING = 1e-12


def component_correlations(values: Values, predicted: Values, weights: Values | None = None) -> Values:
    """Pearson's r of each component, float64 (replicates, components); one replicate of equal weights by default.

    values, predicted: (strains, components), values NaN where missing: such a cell is in no sum. weights: (replicates,
    strains). NaN where a component has fewer than two strains or the same value in all; 0 where only the prediction is
    constant.
    """
    known = ~np.isnan(values)
    counts = np.maximum(known.sum(axis=0), 1)
    # About their own means, so that differences of sums lose no digits.
    values, predicted = np.where(known, values, 0.0), np.where(known, predicted, 0.0)
    y = np.where(known, values - values.sum(axis=0) / counts, 0.0)
    p = np.where(known, predicted - predicted.sum(axis=0) / counts, 0.0)
    weights = np.ones((1, len(values))) if weights is None else weights
    sums = weights @ np.concatenate([known, y, p, y * y, p * p, y * p], axis=1)
    total, *moments = np.split(sums, 6, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_y, mean_p, square_y, square_p, product = (moment / total for moment in moments)
        variance_y, variance_p = square_y - mean_y**2, square_p - mean_p**2
        found = np.clip((product - mean_y * mean_p) / np.sqrt(variance_y * variance_p), -1, 1)
    flat_y, flat_p = (
        ~(variance > _ROUNDING * (own**2).sum(axis=0) / counts)
        for variance, own in ((variance_y, values), (variance_p, predicted))
    )
    return np.where(flat_y | (known.sum(axis=0) < 2), np.nan, np.where(flat_p, 0.0, found))


def mean_correlation(values: Values, predicted: Values, weights: Values | None = None) -> Values:
    """Mean over the components whose correlation is defined, float64 (replicates,); NaN where none is."""
    found = component_correlations(values, predicted, weights)
    defined = ~np.isnan(found)
    counts = defined.sum(axis=1)
    return np.where(counts > 0, np.where(defined, found, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)
