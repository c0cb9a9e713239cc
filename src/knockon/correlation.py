"""Pearson's product-moment correlation, and the one rule for the cases in which it is not defined.

- Fewer than two rows, or a label that is the same in all: undefined, NaN.
- Only the prediction is the same in all: it carries no order, and its score is 0. Where models are selected it is NaN
  (`constant=nan`), so that any other prediction is preferred.
"""

import numpy as np

from knockon.arrays import Values

ROUNDING = 1e-20
"""A variance below this share of the mean square is the rounding error of a constant: its standard deviation is below
1e-10 of its size, and a float64 has 16 digits."""

SUBTRACTED = 1e-12
"""The same for a variance that is a difference of two mean squares, as of weighted sums: all its digits but the first
16 of the mean square are lost, so that it can't be told from 0 much below 1e-16 of it."""


def is_constant(variance: Values | float, square: Values | float, rounding: float = ROUNDING) -> np.ndarray:
    """Whether a column is constant but for rounding, from its variance and mean square; NaN counts as constant."""
    return ~(np.asarray(variance) > rounding * np.asarray(square))


def correlation_of_moments(
    covariance: Values | float,
    variance_y: Values | float,
    variance_p: Values | float,
    square_y: Values | float,
    square_p: Values | float,
    constant: float = 0.0,
    rounding: float = ROUNDING,
) -> Values:
    """Correlations from second moments of labels y and predictions p, of any one shape.

    The mean squares tell rounding from variance; rounding: ROUNDING or SUBTRACTED, as the variances were computed. NaN
    where the label is constant, `constant` where only the prediction is.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.clip(covariance / np.sqrt(np.asarray(variance_y) * variance_p), -1.0, 1.0)
    found = np.where(is_constant(variance_p, square_p, rounding), constant, found)
    return np.where(is_constant(variance_y, square_y, rounding), np.nan, found)


def pearson(values: Values, predicted: Values, weights: Values | None = None, constant: float = 0.0) -> float:
    """Correlation of labels and predictions, each of shape (rows,); weighted where weights (rows,) are given.

    NaN where it is undefined; `constant` where only the prediction is constant.
    """
    if len(values) < 2:
        return float("nan")
    weights = np.ones(len(values)) if weights is None else weights
    share = weights / weights.sum()
    y, p = values - share @ values, predicted - share @ predicted
    squares = share @ (values * values), share @ (predicted * predicted)
    return float(correlation_of_moments(share @ (y * p), share @ (y * y), share @ (p * p), *squares, constant))
