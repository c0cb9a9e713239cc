"""A unit of a phenotype: how its values look, and what they become."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
Formula: TypeAlias = Callable[[Values, float], Values]

# Below so many values a share of negative ones, or the largest of them, tells nothing.
_FEWEST = 5
# So far below zero noise takes a value that can't be negative.
_NOISE = 0.02


def _same(values: Values, wild_type: float) -> Values:
    return values


@dataclass(frozen=True)
class Unit:
    """A unit of one phenotype.

    name: as a person states it. says: what it is, in words. becomes: the unit of the records. formula: in words.
    low, high: where single values lie, in this unit, the wild type counting as 1 where it is needed.
    middle: where their median lies. negative: the smallest and the largest share of values below zero.
    reach: what the largest absolute value must exceed.
    convert: values and the wild type's value → values of the records. slope: its derivative, for errors.
    """

    name: str
    says: str
    becomes: str
    low: float
    high: float
    middle: tuple[float, float]
    negative: tuple[float, float] = (0.0, 1.0)
    reach: float = 0.0
    formula: str = "as it stands"
    convert: Formula = _same
    slope: Formula = lambda values, wild_type: np.ones_like(values)
    needs_wild_type: bool = False

    def bounds(self, wild_type: float | None) -> tuple[float, float]:
        """Lowest and highest believable value."""
        scale = wild_type if self.needs_wild_type and wild_type is not None else 1.0
        return self.low * scale, self.high * scale

    def fits(self, values: Values, wild_type: float | None = None) -> bool:
        """Whether finite values, at least one, can be in this unit. False where the wild type is needed and missing."""
        if self.needs_wild_type:
            if wild_type is None:
                return False
            values = values / wild_type
        outside = int(((values < self.low) | (values > self.high)).sum())
        if outside == len(values) or outside > max(1.0, 0.1 * len(values)):
            return False
        if not self.middle[0] <= float(np.median(values)) <= self.middle[1]:
            return False
        if len(values) < _FEWEST:
            return True
        share = float((values < -_NOISE).mean())
        return self.negative[0] <= share <= self.negative[1] and float(np.abs(values).max()) >= self.reach
