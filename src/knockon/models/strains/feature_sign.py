"""The elastic net's minimum from its moments, where coordinate descent crawls: steps to the minimum of a sign pattern.

Lee, Battle, Raina and Ng 2006, "Efficient sparse coding algorithms", NIPS 19: with the signs of the coefficients held,
the minimum is the solution of linear equations. A step goes there, or to the best point on the way at which a
coefficient becomes zero; each lowers the objective, and as there are finitely many patterns of signs, it ends.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from knockon.arrays import Mask, Values

STEPS = 2_000
"""Steps after which a solution is given as it is."""


@dataclass(frozen=True)
class Solution:
    """The minimum, or how far it is.

    coefficients: float64 (dimensions,). violation: by how much the worst gradient breaks the optimality conditions,
    as a share of the largest gradient at zero.
    """

    coefficients: Values
    violation: float


def elastic_net_minimum(
    covariance: Values, with_label: Values, absolute: float, squared: float, start: Values, steps: int = STEPS
) -> Solution:
    """Minimise ½ β·C·β − c·β + absolute · |β|₁ + ½ squared · |β|₂² from `start`.

    covariance: C, float64 (dimensions, dimensions), positive semidefinite. with_label: c, (dimensions,).
    """
    matrix = covariance + squared * np.eye(len(with_label))
    scale = max(float(np.abs(with_label).max(initial=0.0)), np.finfo(np.float64).tiny)
    found = start.copy()
    for _ in range(steps):
        gradient = matrix @ found - with_label
        if _violation(gradient, found, absolute) <= 1e-9 * scale:
            break
        found = _step(matrix, with_label, absolute, found, gradient)
    violation = _violation(matrix @ found - with_label, found, absolute)
    return Solution(found, violation / scale)


def _violation(gradient: Values, found: Values, absolute: float) -> float:
    """The largest breach: |gradient + absolute · sign| of a coefficient that is not zero; of others what exceeds it."""
    breach = np.where(
        found != 0, np.abs(gradient + absolute * np.sign(found)), np.maximum(np.abs(gradient) - absolute, 0.0)
    )
    return float(breach.max(initial=0.0))


def _step(matrix: Values, with_label: Values, absolute: float, found: Values, gradient: Values) -> Values:
    """One step. A coefficient enters only once those that are not zero are at their minimum, the worst breach first."""
    signs = np.sign(found)
    inside = np.where(found != 0, np.abs(gradient + absolute * signs), 0.0)
    outside = np.where(found == 0, np.abs(gradient) - absolute, 0.0)
    entering = int(np.argmax(outside))
    if inside.max(initial=0.0) <= 1e-3 * outside[entering]:
        signs[entering] = -np.sign(gradient[entering])
    active: Mask = signs != 0
    target = np.zeros_like(found)
    target[active] = scipy.linalg.solve(
        matrix[np.ix_(active, active)], (with_label - absolute * signs)[active], assume_a="pos", check_finite=False
    )
    return _best_on_the_way(matrix, with_label, absolute, found, target)


def _best_on_the_way(matrix: Values, with_label: Values, absolute: float, found: Values, target: Values) -> Values:
    """The lowest of the target and of the points before it at which a coefficient changes its sign."""
    crossing = np.flatnonzero(found * target < 0)
    shares = np.append(found[crossing] / (found[crossing] - target[crossing]), 1.0)
    points = found + shares[:, None] * (target - found)
    points[np.arange(len(crossing)), crossing] = 0.0
    objective = 0.5 * np.einsum("pi,pi->p", points @ matrix, points) - points @ with_label
    return np.asarray(points[np.argmin(objective + absolute * np.abs(points).sum(axis=1))])
