"""Weights of kernels by the evidence of a Gaussian process (Rasmussen & Williams 2006, chapter 5)."""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor, lapack
from scipy.optimize import minimize

from knockon.arrays import Values
from knockon.errors import KnockonError

# Bounds of a variance, as shares of the labels'. A part at the lower one counts as absent.
_LEAST, _MOST = 1e-4, 3.0
_START = 0.3


def most_likely(kernels: Sequence[Values], values: Values, steps: int) -> Values:
    """Variances of the kernels and, last, of what none of them tells, float64 (kernels + 1,), in the label's unit
    squared; 0 for a kernel without use.

    kernels: (genes, genes) each, of the same genes. values: (genes,). steps: of L-BFGS at most.
    """
    centred = values - values.mean()
    variance = float(centred.var())
    if variance <= 0:
        return np.zeros(len(kernels) + 1)
    start = np.full(len(kernels) + 1, np.log(_START / max(len(kernels), 1)))
    start[-1] = np.log(1 - _START)
    bounds = [(np.log(_LEAST), np.log(_MOST))] * len(start)

    def cost(logs: Values) -> tuple[float, Values]:
        return _negative_evidence(kernels, centred / np.sqrt(variance), logs)

    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps})
    shares = np.exp(found.x)
    shares[:-1][shares[:-1] < 2 * _LEAST] = 0.0
    return np.asarray(shares * variance)


def _negative_evidence(kernels: Sequence[Values], values: Values, logs: Values) -> tuple[float, Values]:
    """−log p(values) a gene, and its slope by the logarithms of the variances."""
    weights, count = np.exp(logs), len(values)
    total = np.zeros((count, count))
    for weight, kernel in zip(weights, kernels, strict=False):
        total += weight * kernel
    total[np.diag_indices(count)] += weights[-1]
    inverse, log_root = inverse_of(total)
    weighed = inverse @ values
    slope = [
        weight * (np.vdot(inverse, each) - weighed @ each @ weighed)
        for weight, each in zip(weights, kernels, strict=False)
    ]
    slope.append(weights[-1] * (np.trace(inverse) - weighed @ weighed))
    return float(0.5 * values @ weighed + log_root) / count, 0.5 * np.array(slope) / count


def inverse_of(matrix: Values) -> tuple[Values, float]:
    """The inverse of a positive definite matrix, which is overwritten, and half the logarithm of its determinant."""
    try:
        factor, _ = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError as error:
        raise KnockonError(f"a kernel of {len(matrix)} genes is not positive definite ({error})") from error
    log_root = float(np.log(np.diag(factor)).sum())
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse, -1)
    return np.asarray(np.tril(inverse) + lower.T), log_root
