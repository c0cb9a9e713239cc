"""Additive baseline of the avGFP study: ridge regression on mutation indicators."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve

from knockon.arrays import Values
from knockon.errors import KnockonError


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
