"""Variances of a Gaussian process with a fixed list of kernels: the most probable ones given the values.

A fraction of built strains are not what they should be (a guide that does not work, a swapped label): their noise is
heavy-tailed, Student's t, as a normal distribution whose variance is divided by a weight that each row has of its own.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize

from knockon.arrays import Values
from knockon.errors import KnockonError

_ROUNDS = 8
"""Of weights and variances in turn; the weights of the public isoprenol strains stand still after five."""
_SPREAD = 1.5
"""Standard deviation of the logarithm of a variance about its usual value, before anything was measured."""
_RANGE = 8.0


@dataclass(frozen=True)
class Evidence:
    """variances: of each kernel, in the order that they came in. noise: of a row of weight 1. weights: (rows,).

    logarithm: of the probability of values and variances, up to a constant.
    """

    variances: Values
    noise: float
    weights: Values
    logarithm: float


@dataclass(frozen=True)
class Problem:
    """kernels: float64 (kernels, rows, rows). values: (rows,), of mean about 0 and variance about 1. measuring: the
    variance of each row's measurement that is known, (rows,). usual: the variance that each kernel has before anything
    was measured, and last the noise's.
    """

    kernels: Values
    values: Values
    measuring: Values
    usual: Values


def most_probable(problem: Problem, tail: float) -> Evidence:
    """Variances and weights. tail: degrees of freedom of the noise, above 2; infinite for a normal one."""
    weights = np.ones(len(problem.values))
    logs = np.log(problem.usual)
    for _ in range(_ROUNDS if np.isfinite(tail) else 1):
        found = minimize(
            _loss,
            logs,
            args=(problem, weights),
            jac=True,
            method="L-BFGS-B",
            bounds=[(usual - _RANGE, usual + _RANGE) for usual in np.log(problem.usual)],
        )
        logs = found.x
        if np.isfinite(tail):
            weights = tail_weights(problem, np.exp(logs), weights, tail)
    return Evidence(np.exp(logs[:-1]), float(np.exp(logs[-1])), weights, -float(_loss(logs, problem, weights)[0]))


def tail_weights(problem: Problem, variances: Values, weights: Values, tail: float) -> Values:
    """The expected weight of each row given its distance from what the others say, (rows,)."""
    noise = variances[-1] / weights + problem.measuring
    factor = solvable(np.tensordot(variances[:-1], problem.kernels, 1) + np.diag(noise))
    # Of K + N = C the posterior mean is y − N C⁻¹ y, and its variance N − N C⁻¹ N.
    off = noise * cho_solve(factor, problem.values)
    left = noise - noise**2 * inverse_diagonal(factor)
    squared = off**2 + np.maximum(left, 0)
    return np.asarray((tail + 1) / (tail + squared / variances[-1]))


def inverse_diagonal(factor: tuple[Values, bool]) -> Values:
    """Diagonal of the inverse of what was factored, (rows,), at a third of what solving for every row costs."""
    inverse, failed = dpotri(factor[0], lower=factor[1])
    if failed:
        raise KnockonError("strains' covariance has no inverse: is a value infinite?")
    return np.diag(inverse).copy()


def solvable(matrix: Values) -> tuple[Values, bool]:
    """The Cholesky factor of a covariance. Raises KnockonError where it is none."""
    try:
        factor, lower = cho_factor(matrix, lower=True)
    except (LinAlgError, ValueError) as error:
        raise KnockonError(f"strains' covariance can't be factored ({error}): is a value infinite?") from error
    return factor, bool(lower)


def _loss(logs: Values, problem: Problem, weights: Values) -> tuple[float, Values]:
    """Minus the logarithm of the probability, and its slopes."""
    variances = np.exp(logs)
    noise = variances[-1] / weights
    factor = solvable(np.tensordot(variances[:-1], problem.kernels, 1) + np.diag(noise + problem.measuring))
    solved = cho_solve(factor, problem.values)
    inverse = cho_solve(factor, np.eye(len(solved)))
    # The slope by a variance is half the trace of this with its kernel.
    pull = inverse - np.outer(solved, solved)
    slopes = np.append(np.tensordot(problem.kernels, pull, 2), np.diag(pull) @ (1 / weights)) * variances / 2
    apart = (logs - np.log(problem.usual)) / _SPREAD
    loss = problem.values @ solved / 2 + np.log(np.diag(factor[0])).sum() + apart @ apart / 2
    return float(loss), slopes + apart / _SPREAD
