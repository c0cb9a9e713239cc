"""Spreads that cover what they say: split conformal intervals by what was told (Vovk et al. 2005; Romano et al. 2019).

Residuals of held genes are sorted by what was told of them; in each run of them the quantile of |residual| is the half
width of the interval, drawn towards that of all where a run is short. A spread is that half width as the standard
deviation of a normal distribution, so that mean ± 1.645 spreads is the 90 % interval.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Values

SHARE = 0.9
"""Of new measurements that the interval is to cover."""

WIDTH = 1.6448536269514722
"""Half the width of that interval of a normal distribution, in standard deviations."""

_RUNS, _SHORTEST, _PULL = 8, 60, 60
_ORDER = 0.05


@dataclass(frozen=True)
class Spread:
    """at: float64 (runs,), what was told in the middle of a run, ascending. deviation: float64 (runs,)."""

    at: Values
    deviation: Values

    def of(self, told: Values) -> Values:
        """Standard deviation of a new measurement of genes of which this is told, between runs in proportion."""
        return np.asarray(np.interp(told, self.at, self.deviation))


def half_width(residuals: Values) -> float:
    """The least half width that covers SHARE of exchangeable new residuals; the largest residual where they are few."""
    count = len(residuals)
    rank = min(int(np.ceil((count + 1) * SHARE)), count)
    return float(np.sort(np.abs(residuals))[rank - 1])


def calibrated(told: Values, measured: Values) -> Spread:
    """From what was told of held genes and what was measured of them, (genes,) each, at least one."""
    order = np.argsort(told, kind="stable")
    everywhere = half_width(measured - told)
    # What tells all genes nearly alike has no order of its own: of held genes only that of their own values, turned
    # round, since each is told by a mean that leaves it out.
    ordered = told.std() > _ORDER * (measured - told).std()
    runs = min(_RUNS, max(1, len(told) // _SHORTEST)) if ordered else 1
    at, widths = [], []
    for part in np.array_split(order, runs):
        own = half_width((measured - told)[part])
        at.append(float(np.median(told[part])))
        widths.append((len(part) * own + _PULL * everywhere) / (len(part) + _PULL))
    scale = _kept(np.array(at), np.array(widths), told, measured)
    return Spread(np.maximum.accumulate(np.array(at)), np.array(widths) * scale / WIDTH)


def _kept(at: Values, widths: Values, told: Values, measured: Values) -> float:
    """What brings the share that is covered back after the runs were drawn together."""
    relative = np.abs(measured - told) / np.maximum(np.interp(told, at, widths), 1e-300)
    return half_width(relative)
