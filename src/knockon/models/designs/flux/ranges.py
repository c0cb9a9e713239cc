"""Flux ranges: the least and the most of each reaction while growth keeps a share of its best.

Mahadevan & Schilling 2003, Metab. Eng. 5:264.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.linear_program import LinearProgram

_SEEN = 1e-7


@dataclass(frozen=True)
class Ranges:
    """By column of the cell: float64 (columns,). unsettled: columns whose program did not end at an optimum; their ends
    are the best that was seen."""

    least: Values
    most: Values
    unsettled: Mask

    @property
    def open(self) -> Mask:
        """Columns that can carry something."""
        return (self.most > _SEEN) | (self.least < -_SEEN)

    @property
    def forced(self) -> Mask:
        """Columns that must carry something."""
        return (self.least > _SEEN) | (self.most < -_SEEN)


def flux_ranges(cell: Cell, share: float = 0.9) -> Ranges:
    """Ranges of all columns while growth is at least `share` of the wild type's.

    Each program starts where the one before it ended, in the order of the columns; an end that is at its bound in any
    solution seen so far needs none.
    """
    lower = cell.lower.copy()
    lower[cell.growth_column] = share * cell.wild.value
    program = LinearProgram(cell.matrix, lower, cell.upper, cell.cost)
    seen = program.solve(cell.seconds, fresh=True).require("flux ranges").fluxes
    least, most = seen.copy(), seen.copy()
    unsettled = np.zeros(len(lower), dtype=bool)
    for sign, ends, bounds in ((1.0, most, cell.upper), (-1.0, least, lower)):
        for column in range(len(lower)):
            if sign * (bounds[column] - ends[column]) <= _SEEN:
                continue
            cost = np.zeros(len(lower))
            cost[column] = sign
            program.set_cost(cost)
            found = program.solve(cell.seconds)
            if found.status != "optimal":
                unsettled[column] = True
                continue
            ends[column] = sign * found.value
            np.maximum(most, found.fluxes, out=most)
            np.minimum(least, found.fluxes, out=least)
    return Ranges(least, most, unsettled)


def closed_by(ranges: Ranges, shut: Integers) -> tuple[int, int, float]:
    """Of some shut columns: how many could carry something, how many had to, and how wide their ranges were in all."""
    width = ranges.most[shut] - ranges.least[shut]
    return int(ranges.open[shut].sum()), int(ranges.forced[shut].sum()), float(width.sum())
