"""A metabolic network in a medium, as linear programs: growth and products of any set of deletions, and their fluxes.

Three things make many deletions quick, and none changes a result. A deletion whose shut reactions carry nothing in a
known optimum leaves that optimum as it is. Deletions that shut the same reactions are one program. Every program
starts at the wild type's basis, so a result does not depend on what was asked before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Mask, Values
from knockon.errors import KnockonError
from knockon.models.designs.flux.deviation import DeviationProgram
from knockon.models.designs.flux.linear_program import LinearProgram, Solution, Status
from knockon.models.designs.flux.media import Medium
from knockon.models.designs.flux.rules import GeneRules
from knockon.sources.design.metabolic_network import HIGHEST, MetabolicNetwork

NOTHING = 1e-11
"""A flux below this is rounding. The least that growth of .01 /h needs of a cofactor is 1e-8."""

DEAD = 1e-8
"""Growth below this, 1/h, is told as 0: it is what the solver's tolerance leaves of a lethal deletion."""

SLACK = 1e-9
"""Share of an optimum that is given up where a second program holds it."""


@dataclass(frozen=True)
class Growths:
    """Growth by set of deleted genes, 1/h: float64 (sets,). 0 where nothing lives at all (the status is infeasible).

    gaps: how far the optimum may lie above, 0 but where a limit stopped the solver; there the value may be NaN.
    programs: how many had to be solved.
    """

    values: Values
    statuses: tuple[Status, ...]
    gaps: Values
    programs: int


@dataclass(frozen=True)
class _Known:
    """One solved deletion. carries: the columns with flux, bool (columns,); shut: those that were shut."""

    status: Status
    value: float
    gap: float
    carries: Mask


class Cell:
    """A network in a medium. products: rows of metabolites that may be drawn off, each by a column of its own."""

    def __init__(
        self,
        network: MetabolicNetwork,
        medium: Medium | None = None,
        products: Sequence[int] = (),
        seconds: float | None = None,
    ) -> None:
        """seconds: a limit for each linear program.

        Raises KnockonError where the wild type can't live in the medium."""
        self.network, self.medium, self.seconds = network, medium or Medium("shipped"), seconds
        self.limit = HIGHEST
        self.products, self.rules = tuple(products), GeneRules(network)
        self._absent = frozenset(network.gene(name) for name in self.medium.deleted)
        lower, upper = self.medium.bounds(network)
        self._already = self.rules.shut(self._absent)
        lower[self._already] = upper[self._already] = 0.0
        self._build(lower, upper)
        self.wild = self._program.solve(seconds, fresh=True).require(f"growth in medium {self.medium.name}")
        if self.wild.value <= SLACK:
            raise KnockonError(f"medium {self.medium.name}: the metabolic model does not grow in it")
        self._basis = self._program.basis()
        self.parsimonious = self._parsimonious()
        self._known: dict[tuple[int, ...], _Known] = {}
        self._wild = _Known("optimal", self.wild.value, 0.0, np.abs(self.parsimonious.fluxes) > NOTHING)

    def _build(self, lower: Values, upper: Values) -> None:
        drawn = sp.csc_matrix(
            (-np.ones(len(self.products)), (list(self.products), range(len(self.products)))),
            shape=(len(self.network.metabolites), len(self.products)),
        )
        matrix = sp.hstack([self.network.stoichiometry, drawn], format="csc")
        zero = np.zeros(len(self.products))
        lower, upper = np.append(lower, zero), np.append(upper, zero + HIGHEST)
        self.kept = live_columns(matrix, lower, upper)
        upper[len(self.network.reactions) :] = 0.0
        used = np.flatnonzero(np.diff(matrix[:, self.kept].tocsr().indptr))
        self.rows, self.matrix = used, matrix[used][:, self.kept].tocsc()
        self._column = np.full(matrix.shape[1], -1)
        self._column[self.kept] = np.arange(len(self.kept))
        self.lower, self.upper = lower[self.kept], upper[self.kept]
        cost = np.append(self.network.objective, zero)
        if np.count_nonzero(cost) != 1:
            raise KnockonError("the metabolic model's objective must be one reaction, its growth")
        self.growth_column = int(self._column[np.flatnonzero(cost)[0]])
        if self.growth_column < 0:
            raise KnockonError(f"medium {self.medium.name}: growth lacks a metabolite that nothing makes")
        self.cost = cost[self.kept]
        self._program = LinearProgram(self.matrix, self.lower, self.upper, self.cost)

    def _parsimonious(self) -> Solution:
        self._least = DeviationProgram(self.matrix, self.lower, self.upper, np.zeros(len(self.kept)))
        self._least.bound(*self._growing(self.wild.value))
        return self._least.solve(self.seconds).require(f"parsimonious fluxes in medium {self.medium.name}")

    def _growing(self, growth: float) -> tuple[Integers, Values, Values]:
        """Bounds of the growth column that keep a growth."""
        column = np.array([self.growth_column])
        return column, np.array([growth * (1 - SLACK)]), self.upper[column]

    def least_flux_within(self, lower: Values, upper: Values) -> Solution:
        """Parsimonious fluxes in other bounds of all columns, growth's among them; value: Σ|v|."""
        changed = (lower != self.lower) | (upper != self.upper)
        changed[self.growth_column] = True
        columns = np.flatnonzero(changed)
        return self._least.within(columns, lower[columns], upper[columns], self.seconds)

    def least_flux(self, shut: Integers, growth: float) -> Solution:
        """Parsimonious fluxes at a growth, with some columns shut; value: Σ|v|."""
        column, low, high = self._growing(growth)
        nothing = np.zeros(len(shut))
        bounds = np.append(nothing, low), np.append(nothing, high)
        return self._least.within(np.append(shut, column), *bounds, self.seconds)

    @property
    def carries(self) -> Mask:
        """The columns with flux in the wild type's parsimonious optimum."""
        return self._wild.carries

    def demand(self, product: int) -> int:
        """The column by which the product-th of `products` is drawn off; -1 where nothing can make it."""
        return self.column(len(self.network.reactions) + product)

    def column(self, reaction: int) -> int:
        """The column of a reaction; -1 where it can carry nothing."""
        return int(self._column[reaction])

    def shut(self, genes: Iterable[int]) -> Integers:
        """The columns that a set of deletions shuts besides what the medium's strain lacks, sorted."""
        columns = self._column[self.rules.shut(self._absent.union(genes))]
        columns = columns[columns >= 0]
        return columns[(self.lower[columns] != 0) | (self.upper[columns] != 0)]

    def fluxes(self, found: Solution) -> Values:
        """Of all reactions of the network, float64 (reactions,)."""
        whole = np.zeros(len(self._column))
        whole[self.kept] = found.fluxes
        return whole[: len(self.network.reactions)]

    def prices(self, found: Solution) -> Values:
        """Shadow prices of all metabolites, growth for a mmol more: float64 (metabolites,); 0 for those left out."""
        whole = np.zeros(len(self.network.metabolites))
        whole[self.rows] = -found.prices
        return whole

    def grow(self, columns: Integers) -> Solution:
        """The growth program with some columns shut, from the wild type's basis."""
        lower, upper = self.lower[columns], self.upper[columns]
        nothing = np.zeros(len(columns))
        self._program.start_from(self._basis)
        self._program.set_bounds(columns, nothing, nothing)
        found = self._program.solve(self.seconds)
        self._program.set_bounds(columns, lower, upper)
        return found

    def growths(self, sets: Sequence[Iterable[int]]) -> Growths:
        """Growth of many sets of deleted genes, each given by the genes' numbers, in any order."""
        before = len(self._known)
        found = [self._growth(tuple(sorted(set(genes)))) for genes in sets]
        return Growths(
            np.array([each.value for each in found], dtype=np.float64),
            tuple(each.status for each in found),
            np.array([each.gap for each in found], dtype=np.float64),
            len(self._known) - before,
        )

    def known(self, genes: Sequence[int]) -> tuple[float, Mask]:
        """Growth of one set of deletions and the columns that carry flux in its optimum."""
        found = self._growth(tuple(sorted(set(genes))))
        return found.value, found.carries

    def _growth(self, genes: tuple[int, ...]) -> _Known:
        shut = self.shut(genes)
        if not self._wild.carries[shut].any():
            return self._wild
        if len(genes) > 1:
            # Fewer deletions can only grow better: a lethal one settles it, and so does an optimum that still stands.
            for gene in genes:
                part = self._growth((gene,))
                if part.status == "infeasible" or (part.status == "optimal" and not part.carries[shut].any()):
                    return part
        key = tuple(shut.tolist())
        if key not in self._known:
            self._known[key] = self._solved(self.grow(shut))
        return self._known[key]

    def _solved(self, found: Solution) -> _Known:
        if found.status == "infeasible":
            return _Known(found.status, 0.0, 0.0, np.zeros(len(self.kept), dtype=bool))
        if found.status == "unbounded":
            raise KnockonError(f"growth in medium {self.medium.name} is unbounded: does an uptake lack a limit?")
        dead = found.status == "optimal" and found.value < DEAD
        return _Known(found.status, 0.0 if dead else found.value, found.gap, np.abs(found.fluxes) > NOTHING)


def live_columns(matrix: sp.csc_matrix, lower: Values, upper: Values) -> Integers:
    """The columns that may carry flux at all: those of metabolites which nothing makes or nothing takes are left out.

    A column whose bounds exclude 0 stays, so that what is infeasible stays so.
    """
    gains, losses = (matrix > 0).astype(np.float64).tocsr(), (matrix < 0).astype(np.float64).tocsr()
    touches = (gains + losses).tocsr()
    forced = (lower > 0) | (upper < 0)
    alive = np.ones(matrix.shape[1], dtype=bool)
    while True:
        forward, backward = (upper > 0) & alive, (lower < 0) & alive
        made = gains @ forward + losses @ backward
        taken = losses @ forward + gains @ backward
        dead = (made == 0) | (taken == 0) | (touches @ alive < 2)
        stopped = (touches.T @ dead > 0) & alive & ~forced
        if not stopped.any():
            return np.flatnonzero(alive)
        alive &= ~stopped
