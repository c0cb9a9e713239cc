"""The fluxes nearest to given ones: min Σ|v - reference|, a linear program.

With a reference of zero it is parsimonious FBA (Lewis et al. 2010, Mol. Syst. Biol. 6:390), with the wild type's fluxes
linear MOMA (Segrè et al. 2002, PNAS 99:15112, with distances instead of their squares). v is written as reference +
rise - fall, so the program needs no more rows than the network has, and one basis serves all deletions.
"""

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Values
from knockon.models.designs.flux.linear_program import Basis, LinearProgram, Solution


class DeviationProgram:
    """min Σ|v - reference| subject to matrix · v = 0, lower ≤ v ≤ upper; columns may be bounded otherwise."""

    def __init__(self, matrix: sp.csc_matrix, lower: Values, upper: Values, reference: Values) -> None:
        self.reference, self.lower, self.upper = reference, lower.copy(), upper.copy()
        self.size = len(reference)
        low, high = self._parts(np.arange(self.size), lower, upper)
        both = sp.hstack([matrix, -matrix], format="csc")
        self._program = LinearProgram(both, low, high, np.ones(2 * self.size), False, -(matrix @ reference))
        self._start: Basis | None = None

    def _parts(self, columns: Integers, lower: Values, upper: Values) -> tuple[Values, Values]:
        """Bounds of rises and falls that are the bounds of the fluxes."""
        rise, fall = upper - self.reference[columns], self.reference[columns] - lower
        least_rise, least_fall = np.maximum(-fall, 0.0), np.maximum(-rise, 0.0)
        low = np.concatenate([least_rise, least_fall])
        return low, np.concatenate([np.maximum(rise, 0.0), np.maximum(fall, 0.0)])

    def bound(self, columns: Integers, lower: Values, upper: Values) -> None:
        """Other bounds of some fluxes."""
        self.lower[columns], self.upper[columns] = lower, upper
        low, high = self._parts(columns, lower, upper)
        self._program.set_bounds(np.concatenate([columns, columns + self.size]), low, high)

    def solve(self, seconds: float | None = None) -> Solution:
        """Solve from a fresh start; the next `without` begin at its basis. value: the distance; fluxes: v."""
        found = self._program.solve(seconds, fresh=True)
        self._start = self._program.basis()
        return self._as_fluxes(found)

    def without(self, columns: Integers, seconds: float | None = None) -> Solution:
        """Solve where some columns carry nothing."""
        return self.within(columns, np.zeros(len(columns)), np.zeros(len(columns)), seconds)

    def within(self, columns: Integers, lower: Values, upper: Values, seconds: float | None = None) -> Solution:
        """Solve with other bounds of some columns, for this once."""
        before = self.lower[columns].copy(), self.upper[columns].copy()
        if self._start is not None:
            self._program.start_from(self._start)
        self.bound(columns, lower, upper)
        found = self._program.solve(seconds, fresh=self._start is None)
        self.bound(columns, *before)
        return self._as_fluxes(found)

    def _as_fluxes(self, found: Solution) -> Solution:
        if not len(found.fluxes):
            return found
        rise, fall = found.fluxes[: self.size], found.fluxes[self.size :]
        fluxes = self.reference + rise - fall
        return Solution(found.status, found.value, found.bound, fluxes, found.prices)
