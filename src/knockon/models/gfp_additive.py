"""Additive baselines of the avGFP study: ridge regression on mutation indicators, and what a monotone curve adds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from sklearn.isotonic import IsotonicRegression

from knockon.errors import KnockonError

Values = NDArray[np.float64]


@dataclass(frozen=True)
class AdditiveRidge:
    """y = intercept + Σ effect of the mutations carried; effects: float64 by mutation token, 0 where never trained."""

    intercept: float
    effects: Values

    def predict(self, indicators: sp.csr_matrix) -> Values:
        """Brightness, shape (variants,)."""
        predicted: Values = indicators @ self.effects + self.intercept
        return predicted


def fit_additive(indicators: sp.csr_matrix, values: Values, weights: Values, shrinkage: float) -> AdditiveRidge:
    """Weighted least squares with a penalty of `shrinkage` on each squared effect; the intercept is not shrunk.

    indicators: CSR (variants, mutations). Raises KnockonError where `shrinkage` is not positive.
    """
    if not shrinkage > 0:
        raise KnockonError(f"additive ridge: shrinkage is {shrinkage}; it must be above 0")
    carried = np.flatnonzero(np.asarray(indicators.sum(axis=0)).ravel())
    design = sp.csr_matrix(indicators[:, carried], dtype=np.float64)
    share = weights / weights.sum()
    means = np.asarray(design.T @ share).ravel()
    average = float(share @ values)
    weighted = sp.csr_matrix(design.multiply(weights[:, None]))
    gram = (design.T @ weighted).toarray() - weights.sum() * np.outer(means, means)
    gram[np.diag_indices_from(gram)] += shrinkage
    right = weighted.T @ values - weights.sum() * average * means
    effects = np.zeros(indicators.shape[1])
    effects[carried] = cho_solve(cho_factor(gram), right)
    return AdditiveRidge(average - float(means @ effects[carried]), effects)


@dataclass(frozen=True)
class Monotone:
    """A curve that never falls, given by its knots, flat beyond them; x and y: float64, shape (knots,)."""

    x: Values
    y: Values

    def __call__(self, latent: Values) -> Values:
        """The curve at each latent value, same shape."""
        return np.interp(latent, self.x, self.y)


def fit_monotone(latent: Values, values: Values, weights: Values) -> Monotone:
    """Isotonic regression: of all curves that never fall, the one nearest to the values (Barlow et al. 1972).

    Where the values show no trend, as among dark variants, it is flat: such variants get the same prediction.
    """
    fitted: Any = IsotonicRegression(out_of_bounds="clip").fit(latent, values, sample_weight=weights)
    return Monotone(fitted.X_thresholds_.astype(np.float64), fitted.y_thresholds_.astype(np.float64))
