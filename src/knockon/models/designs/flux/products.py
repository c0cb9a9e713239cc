"""How much of a wanted product a deletion leaves possible, and how much it makes sure of, while the cell grows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.errors import KnockonError
from knockon.models.designs.flux.cell import DEAD, NOTHING, Cell
from knockon.models.designs.flux.linear_program import LinearProgram, Solution, Status
from knockon.models.designs.flux.media import OUTSIDE

TIGHT = 1e-6
"""Share of the best growth that may be missing where the least product *at* it is asked."""


@dataclass(frozen=True)
class Yields:
    """The most of a product by set of deletions, mmol per gram of dry cells and hour: float64 (sets,).

    0 where the asked growth is impossible, whose status is infeasible; NaN where a limit left nothing feasible.
    """

    values: Values
    statuses: tuple[Status, ...]
    gaps: Values


@dataclass(frozen=True)
class Outcomes:
    """What sets of deletions do, each float64 (sets,): growth in 1/h; possible, the most product while growth is at
    least a share of that; guaranteed, the least product at the best growth. statuses: the worst of the three programs.
    """

    growth: Values
    possible: Values
    guaranteed: Values
    statuses: tuple[Status, ...]


class ProductProgram:
    """max product subject to growth of at least so much, for one of a cell's products.

    The product is drawn off where the cell has it, and its exchange with the medium is shut: what the medium holds of
    it does not count, and all that leaves the cell does.
    """

    def __init__(self, cell: Cell, product: int, least_growth: float) -> None:
        """product: place in `cell.products`. Raises KnockonError where nothing can make it."""
        self.cell, self._place, self.column = cell, product, cell.demand(product)
        name = cell.network.metabolite_names[cell.products[product]]
        if self.column < 0:
            raise self._impossible(name)
        self.lower, self.upper = cell.lower.copy(), cell.upper.copy()
        self.upper[self.column] = cell.limit
        self._shut_exchange(name)
        self.lower[cell.growth_column] = least_growth
        cost = np.zeros(len(self.lower))
        cost[self.column] = 1.0
        self._program = LinearProgram(cell.matrix, self.lower, self.upper, cost)
        self.wild = self._program.solve(cell.seconds, fresh=True)
        self._basis = self._program.basis()
        self._known: dict[tuple[int, ...], Solution] = {}

    def _impossible(self, name: str) -> KnockonError:
        return KnockonError(f"medium {self.cell.medium.name}: nothing in the metabolic model can make {name}")

    def require_made(self) -> None:
        """Raise KnockonError where even the wild type can't make the product."""
        if self.wild.status == "infeasible" or not self.wild.value > DEAD:
            raise self._impossible(self.cell.network.metabolite_names[self.cell.products[self._place]])

    def _shut_exchange(self, name: str) -> None:
        network = self.cell.network
        for row, reaction in network.exchanges().items():
            column = self.cell.column(reaction)
            if column >= 0 and network.compartments[row] == OUTSIDE and network.metabolite_names[row] == name:
                self.lower[column] = self.upper[column] = 0.0

    @property
    def carries(self) -> Mask:
        """The columns with flux in the wild type's best production."""
        return np.abs(self.wild.fluxes) > NOTHING

    def best(self, shut: Integers, least_growth: float | None = None, most: bool = True) -> Solution:
        """The most product, or the least, with some columns shut, from the wild type's basis."""
        asked = self.lower[self.cell.growth_column] if least_growth is None else least_growth
        columns = np.append(shut, self.cell.growth_column)
        low, high = np.append(np.zeros(len(shut)), asked), np.append(np.zeros(len(shut)), self.upper[columns[-1]])
        if columns[-1] in shut:
            raise KnockonError("growth itself is shut")
        self._program.start_from(self._basis)
        self._program.set_bounds(columns, low, high)
        self._program.set_cost(self._cost(most))
        found = self._program.solve(self.cell.seconds)
        self._program.set_bounds(columns, self.lower[columns], self.upper[columns])
        return found

    def _cost(self, most: bool) -> Values:
        cost = np.zeros(len(self.lower))
        cost[self.column] = 1.0 if most else -1.0
        return cost

    def yields(self, sets: Sequence[Iterable[int]]) -> Yields:
        """The most product of every set of deletions at the program's least growth."""
        found = [self._yield(self.cell.shut(genes)) for genes in sets]
        values = [0.0 if each.status == "infeasible" else each.value for each in found]
        gaps = [0.0 if each.status == "infeasible" else each.gap for each in found]
        return Yields(np.array(values, dtype=np.float64), tuple(each.status for each in found), np.array(gaps))

    def _yield(self, shut: Integers) -> Solution:
        if self.wild.status != "optimal" or not self.carries[shut].any():
            return self.wild
        key = tuple(shut.tolist())
        if key not in self._known:
            self._known[key] = self.best(shut)
        return self._known[key]


def outcomes(cell: Cell, sets: Sequence[Iterable[int]], product: int = 0, share: float = 0.9) -> Outcomes:
    """Growth and product of every set of deleted genes (their numbers). share: of its growth that a set must keep.

    A few hundred sets take seconds; equal sets of shut reactions are solved once. Raises KnockonError where the wild
    type can't make the product.
    """
    listed = [tuple(sorted(set(genes))) for genes in sets]
    growths = cell.growths(listed)
    program = ProductProgram(cell, product, share * cell.wild.value)
    program.require_made()
    memo: dict[tuple[tuple[int, ...], float], tuple[Solution, Solution]] = {}
    rows = []
    for genes, growth, status in zip(listed, growths.values.tolist(), growths.statuses, strict=True):
        if status != "optimal" or growth < DEAD:
            rows.append((0.0, 0.0, status))
            continue
        shut = cell.shut(genes)
        key = tuple(shut.tolist()), growth
        if key not in memo:
            memo[key] = (program.best(shut, share * growth), program.best(shut, (1 - TIGHT) * growth, most=False))
        most, least = memo[key]
        worst = next((each.status for each in (most, least) if each.status != "optimal"), status)
        rows.append((most.value, max(-least.value, 0.0), worst))
    possible, guaranteed = (np.array([row[place] for row in rows], dtype=np.float64) for place in (0, 1))
    return Outcomes(growths.values, possible, guaranteed, tuple(row[2] for row in rows))
