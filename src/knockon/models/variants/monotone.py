"""The curve from a latent scale to brightness: it never falls, and is flat where the data show no trend.

Isotonic regression (Barlow et al. 1972) cuts the variants into blocks, more of them than there is evidence for. Blocks
that do not differ significantly are joined: the reduced monotonic regression of Schell & Singh 1997, JASA 92:128.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from knockon.arrays import Values

# Of χ² with one degree of freedom at 5 %: blocks that differ by less are joined.
_CRITICAL = 3.84


@dataclass(frozen=True)
class Monotone:
    """A curve that never falls, given by its knots, flat beyond them; x and y: float64, shape (knots,)."""

    x: Values
    y: Values

    def __call__(self, latent: Values) -> Values:
        """The curve at each latent value, same shape."""
        return np.interp(latent, self.x, self.y)


@dataclass(frozen=True)
class _Block:
    """Neighbouring variants: weight, mean and squared deviations of the values; first, last and mean latent."""

    rows: int
    weight: float
    mean: float
    squares: float
    first: float
    last: float
    centre: float

    def joined(self, above: "_Block") -> "_Block":
        """This block and the one above it as one."""
        weight = self.weight + above.weight
        share = above.weight / weight
        return _Block(
            rows=self.rows + above.rows,
            weight=weight,
            mean=self.mean + share * (above.mean - self.mean),
            squares=self.squares + above.squares + self.gap(above),
            first=self.first,
            last=above.last,
            centre=self.centre + share * (above.centre - self.centre),
        )

    def gap(self, above: "_Block") -> float:
        """Squared deviations that joining the two would add."""
        return self.weight * above.weight / (self.weight + above.weight) * (above.mean - self.mean) ** 2

    def statistic(self, above: "_Block") -> float:
        """F of the difference, about χ² with one degree of freedom; the noise is that of these two blocks alone."""
        squares = self.joined(above).squares
        return self.gap(above) * (self.rows + above.rows - 1) / squares if squares > 0 else 0.0


def fit_monotone(latent: Values, values: Values, weights: Values) -> Monotone:
    """The reduced monotone curve through the values; all of shape (rows,), weights positive.

    The lowest block is a plateau: dark variants, whose brightness is noise, get one prediction and not an order. Above
    it the curve runs straight from block to block.
    """
    blocks = _isotonic_blocks(latent, values, weights)
    statistics = [below.statistic(above) for below, above in pairwise(blocks)]
    while statistics and min(statistics) < _CRITICAL:
        place = int(np.argmin(statistics))
        blocks[place : place + 2] = [blocks[place].joined(blocks[place + 1])]
        statistics.pop(place)
        for changed in (place - 1, place):
            if 0 <= changed < len(statistics):
                statistics[changed] = blocks[changed].statistic(blocks[changed + 1])
    lowest = blocks[0]
    x = [lowest.first, lowest.last, *[block.centre for block in blocks[1:]]]
    return Monotone(np.array(x), np.array([lowest.mean, *[block.mean for block in blocks]]))


def _isotonic_blocks(latent: Values, values: Values, weights: Values) -> list[_Block]:
    # A served curve is only read: it needs no scikit-learn.
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(latent, kind="stable")
    x, y, w = latent[order], values[order], weights[order]
    fitted: Any = IsotonicRegression().fit_transform(x, y, sample_weight=w)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(fitted)) + 1, [len(x)]])
    blocks = []
    for start, end in pairwise(starts.tolist()):
        part = slice(start, end)
        weight = float(w[part].sum())
        mean, centre = float(w[part] @ y[part]) / weight, float(w[part] @ x[part]) / weight
        squares = float(w[part] @ (y[part] - mean) ** 2)
        blocks.append(_Block(end - start, weight, mean, squares, float(x[start]), float(x[end - 1]), centre))
    return blocks
