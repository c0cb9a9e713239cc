"""Correlation of many components at once, each over the strains in which it was measured."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.correlation import SUBTRACTED, correlation_of_moments


@dataclass(frozen=True)
class ComponentProducts:
    """What the correlations of one prediction need, summed over strains once for each set of weights.

    columns: (strains, 6 × components): whether it is known, y, ŷ, y², ŷ², y ŷ, about their own means, 0 where missing.
    square_y, square_p: mean squares of what is known, not about the mean. counts: strains in which it is known.
    """

    columns: Values
    square_y: Values
    square_p: Values
    counts: NDArray[np.int64]

    def correlations(self, weights: Values) -> Values:
        """Pearson's r of each component under weights of shape (replicates, strains), (replicates, components).

        NaN where a component has fewer than two strains or the same value in all; 0 where only the prediction is
        constant.
        """
        total, *moments = np.split(weights @ self.columns, 6, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean_y, mean_p, square_y, square_p, product = (moment / total for moment in moments)
        variances = square_y - mean_y**2, square_p - mean_p**2
        squares = self.square_y, self.square_p
        found = correlation_of_moments(product - mean_y * mean_p, *variances, *squares, rounding=SUBTRACTED)
        return np.where(self.counts < 2, np.nan, found)

    def mean_correlation(self, weights: Values) -> Values:
        """Mean over the components whose correlation is defined, (replicates,); NaN where none is."""
        found = self.correlations(weights)
        defined = ~np.isnan(found)
        counts = defined.sum(axis=1)
        return np.where(counts > 0, np.where(defined, found, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)


def component_products(values: Values, predicted: Values) -> ComponentProducts:
    """values, predicted: (strains, components), values NaN where missing: such a cell is in no sum."""
    known = ~np.isnan(values)
    counts = known.sum(axis=0)
    divisor = np.maximum(counts, 1)
    values, predicted = np.where(known, values, 0.0), np.where(known, predicted, 0.0)
    # About their own means, so that differences of sums lose no digits.
    y = np.where(known, values - values.sum(axis=0) / divisor, 0.0)
    p = np.where(known, predicted - predicted.sum(axis=0) / divisor, 0.0)
    columns = np.concatenate([known, y, p, y * y, p * p, y * p], axis=1)
    return ComponentProducts(columns, (values**2).sum(axis=0) / divisor, (predicted**2).sum(axis=0) / divisor, counts)


def component_correlations(values: Values, predicted: Values, weights: Values | None = None) -> Values:
    """Pearson's r of each component, (replicates, components); one replicate of equal weights where none are given."""
    weights = np.ones((1, len(values))) if weights is None else weights
    return component_products(values, predicted).correlations(weights)


def mean_correlation(values: Values, predicted: Values, weights: Values | None = None) -> Values:
    """Mean of `component_correlations` over the components for which it is defined, (replicates,)."""
    weights = np.ones((1, len(values))) if weights is None else weights
    return component_products(values, predicted).mean_correlation(weights)
