"""A linear program that is solved again and again with other bounds, by GLPK's simplex from a basis that is kept.

Every solve says how it ended; where a limit stopped it, with the best value so far and a bound on the optimum, so that
a gap can be told. GLPK 5, the solver that cobra takes by default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
import swiglpk as glp

from knockon.arrays import Integers, Values
from knockon.errors import KnockonError

Status = Literal["optimal", "infeasible", "unbounded", "limit"]

TOLERANCE = 1e-9
"""Of bounds and of reduced costs. GLPK's own is 1e-7, at which yeast-GEM makes its vitamins out of nothing: they need
fluxes of 1e-7. At 1e-10 rounding alone makes programs infeasible."""

_LONGEST = 2_000_000_000
_KINDS = {(True, True): glp.GLP_DB, (True, False): glp.GLP_LO, (False, True): glp.GLP_UP, (False, False): glp.GLP_FR}


@dataclass(frozen=True)
class Solution:
    """How a solve ended.

    value: of the objective at `fluxes`; NaN unless `fluxes` are feasible. bound: the optimum is no better than this.
    fluxes: float64 (columns,). prices: float64 (rows,), change of the optimum by a unit more on the row's right side.
    Where the status is infeasible or unbounded, fluxes and prices are empty.
    """

    status: Status
    value: float
    bound: float
    fluxes: Values
    prices: Values

    @property
    def gap(self) -> float:
        """How far the optimum may lie from `value`; NaN where there is none."""
        return abs(self.bound - self.value)

    def explain(self, what: str) -> str:
        """One line for people."""
        if self.status == "limit":
            best = "nothing feasible so far" if np.isnan(self.value) else f"best so far {self.value:.6g}"
            return f"{what}: stopped by its limit; {best}, the optimum is at most {self.gap:.3g} away"
        return f"{what}: {self.status}" + (f", {self.value:.6g}" if self.status == "optimal" else "")

    def require(self, what: str) -> "Solution":
        """Itself where it is optimal. Raises KnockonError that says how it ended otherwise."""
        if self.status != "optimal":
            raise KnockonError(self.explain(what))
        return self


@dataclass(frozen=True)
class Basis:
    """Which rows and columns are basic, and at which bound the others lie."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


class LinearProgram:
    """max (or min) cost · v subject to matrix · v = right side and lower ≤ v ≤ upper."""

    def __init__(
        self,
        matrix: sp.csc_matrix,
        lower: Values,
        upper: Values,
        cost: Values,
        maximise: bool = True,
        right: Values | None = None,
    ) -> None:
        """matrix: (rows, columns). Raises KnockonError where a lower bound lies above its upper one."""
        self.matrix, self.maximise = matrix.tocsc(), maximise
        self.right = np.zeros(matrix.shape[0]) if right is None else right
        self.lower, self.upper, self.cost = lower.copy(), upper.copy(), np.zeros(len(cost))
        self._problem = glp.glp_create_prob()
        glp.glp_set_obj_dir(self._problem, glp.GLP_MAX if maximise else glp.GLP_MIN)
        glp.glp_add_rows(self._problem, max(matrix.shape[0], 1))
        glp.glp_add_cols(self._problem, matrix.shape[1])
        for row, value in enumerate(self.right.tolist(), start=1):
            glp.glp_set_row_bnds(self._problem, row, glp.GLP_FX, value, value)
        self.set_bounds(np.arange(len(lower)), lower, upper)
        self.set_cost(cost)
        self._load()
        self._settings = self._simplex()

    def __del__(self) -> None:
        if problem := self.__dict__.pop("_problem", None):
            glp.glp_delete_prob(problem)

    def _load(self) -> None:
        entries = self.matrix.tocoo()
        count = entries.nnz
        rows, columns, values = glp.intArray(count + 1), glp.intArray(count + 1), glp.doubleArray(count + 1)
        listed = zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True)
        for place, (row, column, value) in enumerate(listed, start=1):
            rows[place], columns[place], values[place] = row + 1, column + 1, value
        glp.glp_load_matrix(self._problem, count, rows, columns, values)

    def _simplex(self) -> Any:
        settings = glp.glp_smcp()
        glp.glp_init_smcp(settings)
        settings.msg_lev = glp.GLP_MSG_OFF
        # From a kept basis the primal method is three times as fast as the dual one on yeast-GEM's deletions.
        settings.meth = glp.GLP_PRIMAL
        settings.tol_bnd = settings.tol_dj = TOLERANCE
        return settings

    def set_bounds(self, columns: Sequence[int] | Integers, lower: Values, upper: Values) -> None:
        """Other bounds of some columns."""
        if (lower > upper).any():
            place = int(np.argmax(lower > upper))
            raise KnockonError(
                f"column {columns[place]}: lower bound {lower[place]:g} above upper bound {upper[place]:g}"
            )
        self.lower[columns], self.upper[columns] = lower, upper
        for column, low, high in zip(np.asarray(columns).tolist(), lower.tolist(), upper.tolist(), strict=True):
            kind = glp.GLP_FX if low == high else _KINDS[np.isfinite(low), np.isfinite(high)]
            glp.glp_set_col_bnds(self._problem, column + 1, kind, low, high)

    def set_cost(self, cost: Values) -> None:
        """Another objective, float64 (columns,)."""
        for column in np.flatnonzero(cost != self.cost).tolist():
            glp.glp_set_obj_coef(self._problem, column + 1, float(cost[column]))
        self.cost = cost.copy()

    def basis(self) -> Basis:
        """Of the last solve."""
        rows, columns = (range(1, size + 1) for size in self.matrix.shape)
        return Basis(
            tuple(glp.glp_get_row_stat(self._problem, row) for row in rows),
            tuple(glp.glp_get_col_stat(self._problem, column) for column in columns),
        )

    def start_from(self, basis: Basis) -> None:
        """Begin the next solve at a basis, so that its result does not depend on what was solved before."""
        for row, status in enumerate(basis.rows, start=1):
            glp.glp_set_row_stat(self._problem, row, status)
        for column, status in enumerate(basis.columns, start=1):
            glp.glp_set_col_stat(self._problem, column, status)
        # The factors of an equal basis would else be kept, with the rounding of what was solved before.
        glp.glp_factorize(self._problem)

    def solve(self, seconds: float | None = None, fresh: bool = False, iterations: int | None = None) -> Solution:
        """Solve. seconds, iterations: limits. fresh: from no basis, with GLPK's presolver."""
        self._settings.it_lim = _LONGEST if iterations is None else iterations
        self._settings.tm_lim = _LONGEST if seconds is None else max(1, round(1000 * seconds))
        self._settings.presolve = glp.GLP_ON if fresh else glp.GLP_OFF
        if fresh:
            glp.glp_std_basis(self._problem)
        ended = glp.glp_simplex(self._problem, self._settings)
        if ended in (glp.GLP_ETMLIM, glp.GLP_EITLIM):
            return self._limited()
        if ended in (glp.GLP_ENOPFS, glp.GLP_ENODFS) or (
            ended == 0 and glp.glp_get_status(self._problem) != glp.GLP_OPT
        ):
            # From a kept basis rounding may end a program that has an optimum: only a fresh solve is believed.
            return self._without_optimum(ended) if fresh else self.solve(seconds, True, iterations)
        if ended:
            # A basis that the new bounds made singular, or a loss of digits.
            if fresh:
                raise KnockonError(f"the solver failed (GLPK's code {ended}); are the model's numbers of sane sizes?")
            return self.solve(seconds, True, iterations)
        value = float(glp.glp_get_obj_val(self._problem))
        return Solution("optimal", value, value, self._fluxes(), self._prices())

    def _without_optimum(self, ended: int) -> Solution:
        status = glp.glp_get_status(self._problem)
        none = np.empty(0)
        if ended == glp.GLP_ENOPFS or status in (glp.GLP_NOFEAS, glp.GLP_INFEAS):
            return Solution("infeasible", np.nan, np.nan, none, none)
        if ended == glp.GLP_ENODFS or status == glp.GLP_UNBND:
            infinite = np.inf if self.maximise else -np.inf
            return Solution("unbounded", infinite, infinite, none, none)
        return self._limited()

    def _limited(self) -> Solution:
        fluxes, prices = self._fluxes(), self._prices()
        feasible = glp.glp_get_prim_stat(self._problem) == glp.GLP_FEAS
        value = float(self.cost @ fluxes) if feasible else np.nan
        return Solution("limit", value, self.weak_bound(prices), fluxes, prices)

    def weak_bound(self, prices: Values) -> float:
        """A bound on the optimum from any prices of the rows (weak duality): what all columns' boxes leave possible."""
        reduced = self.cost - self.matrix.T @ prices
        sign = 1.0 if self.maximise else -1.0
        reduced[np.abs(reduced) < TOLERANCE] = 0.0
        ends = np.where(sign * reduced > 0, self.upper, self.lower)
        used = reduced != 0
        return float(prices @ self.right + reduced[used] @ ends[used])

    def _fluxes(self) -> Values:
        problem, columns = self._problem, range(1, self.matrix.shape[1] + 1)
        return np.array([glp.glp_get_col_prim(problem, column) for column in columns])

    def _prices(self) -> Values:
        problem, rows = self._problem, range(1, self.matrix.shape[0] + 1)
        return np.array([glp.glp_get_row_dual(problem, row) for row in rows])
