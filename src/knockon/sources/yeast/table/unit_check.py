"""Wrong units, told by their range: a column that can't be in the unit that was stated is refused, and asked about.

Fitness in percent of the wild type lies about 100, its log2 about 0 with many values below, doubling times in minutes
above 60.
"""

from dataclasses import dataclass

import numpy as np

from knockon.errors import FormatError
from knockon.sources.yeast.table.unit import Unit, Values
from knockon.sources.yeast.table.units import PHENOTYPES

# A last block of so few values is no column of its own.
_WHOLE = 1000
# A fast doubling, in minutes.
_MINUTES = 45.0


def looks_like(values: Values, wild_type: float | None = None) -> list[tuple[str, Unit]]:
    """All (phenotype, unit) of single values in whose range finite values lie; profiles are left out."""
    single = ("fitness", "interaction", "s_score")
    return [(name, unit) for name in single for unit in PHENOTYPES[name] if unit.fits(values, wild_type)]


@dataclass
class UnitCheck:
    """Holds a column of values against the unit that was stated, block by block."""

    where: str
    phenotype: str
    unit: Unit
    wild_type: float | None
    enabled: bool = True
    _passed: bool = False

    def check(self, values: Values) -> None:
        """Raise FormatError where finite values can't be in the unit; the message names those in which they can."""
        if not self.enabled or not len(values) or (self._passed and len(values) < _WHOLE):
            return
        if self.unit.fits(values, self.wild_type):
            self._passed = True
            return
        low, high = self.unit.bounds(self.wild_type)
        raise FormatError(
            f"{self.where}: these can't be {self.phenotype} in the unit {self.unit.name} ({self.unit.says}): they run "
            f"from {values.min():g} to {values.max():g}, half of them below {np.median(values):g}, "
            f"{(values < 0).mean():.0%} negative; such values lie between {low:g} and {high:g}. {self._advice(values)} "
            "(or `check_unit: false`, if they are right)"
        )

    def _advice(self, values: Values) -> str:
        own = [unit for unit in PHENOTYPES[self.phenotype] if unit.fits(values, self.wild_type)]
        lines = [f"`unit: {unit.name}` ({unit.says})" for unit in own]
        if self._are_times(values) and (not own or np.median(values) >= _MINUTES):
            lines.append("`unit: doubling_time` with `wild_type: …`, the wild type's own (minutes or hours)")
        others = [(name, unit) for name, unit in looks_like(values) if name != self.phenotype]
        lines += [f"`phenotype: {name}` with `unit: {unit.name}` ({unit.says})" for name, unit in others]
        if lines:
            return f"They look like something else. Which is it? Write {' or '.join(lines)}"
        return "Is it another column? State the right one, or the right unit"

    def _are_times(self, values: Values) -> bool:
        """Whether positive values of one order of magnitude lie where doubling times in minutes or hours do."""
        timed = any(unit.name == "doubling_time" for unit in PHENOTYPES[self.phenotype])
        if not timed or self.unit.needs_wild_type or (values <= 0).any():
            return False
        return 0.8 <= float(np.median(values)) <= 1500.0 and values.max() <= 30 * np.median(values)
