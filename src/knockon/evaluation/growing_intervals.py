"""Intervals of rows of more perturbations than any fitted row: half widths that grow with each further perturbation.

A fit is judged by rows of as many perturbations as it saw at most, and of one more. Errors of single effects add up as
variances do, so each further perturbation adds what the first one added: q(s)² = q(1)² + (s − 1) · (q(1)² − q(0)²), for
rows of s perturbations beyond the fitted ones; nothing is taken off where one more was no worse.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Values
from knockon.evaluation.intervals import LEVELS, conformal_quantile, conformal_quantiles


@dataclass(frozen=True)
class Widths:
    """Half widths of intervals of one level. first: in predicted deviations, of rows one perturbation beyond the fit.

    added: what each further perturbation adds to its square; 0 where half widths do not grow.
    """

    first: float
    added: float = 0.0

    def at(self, beyond: Integers) -> Values:
        """Half widths, (rows,), of rows of so many perturbations beyond the fitted ones; of no more: as of one."""
        return np.sqrt(self.first**2 + self.added * np.maximum(beyond - 1, 0))


def growing_widths(errors: Values, deviations: Values, perturbed: Integers, level: float) -> Widths:
    """Half widths of one level from judged rows: of most perturbations, which the fit did not see, and of one fewer.

    errors, deviations: in the label's unit, (rows,), as `conformal_quantile` takes them. perturbed: numbers of
    perturbations. Widths do not grow where rows of one fewer are absent or too few for the level. Raises KnockonError
    where those of most are.
    """
    most = perturbed.max(initial=0)
    further, before = perturbed == most, perturbed == most - 1
    first = conformal_quantile(errors[further], deviations[further], level)
    if (before.sum() + 1) * (1 - level) < 1 - 1e-9:  # 1e-9, since 10 · (1 − 0.9) rounds to below 1
        return Widths(first)
    inside = conformal_quantile(errors[before], deviations[before], level)
    return Widths(first, max(first**2 - inside**2, 0.0))


def all_growing_widths(
    errors: Values, deviations: Values, perturbed: Integers, levels: Iterable[float] = LEVELS
) -> dict[str, Widths]:
    """Half widths of every level that there are rows enough for, by the level as text."""
    further = perturbed == perturbed.max(initial=0)
    possible = conformal_quantiles(errors[further], deviations[further], levels)
    return {level: growing_widths(errors, deviations, perturbed, float(level)) for level in possible}
