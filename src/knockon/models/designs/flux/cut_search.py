"""Deletions that couple a product to growth, one and two genes, searched whole by linear programs and their witnesses.

A design makes at least so much product wherever it grows at least so fast. A flux in which the cell grows that fast and
makes less is a witness: whatever deletion shuts nothing that it carries is no design. So each program, the least
product of one deletion, settles at once every other deletion that its optimum avoids; what no witness settles is
solved. A deletion without such growth is dead, and so is every set that holds it; sets that hold a design are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product as product_of

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Integers, Mask
from knockon.errors import KnockonError
from knockon.models.designs.flux.cell import NOTHING, Cell
from knockon.models.designs.flux.linear_program import LinearProgram, Solution
from knockon.models.designs.flux.products import ProductProgram

MOST = 2
"""Deletions of a set, at most."""


@dataclass(frozen=True)
class Cuts:
    """What a search of sets of up to MOST genes found.

    searched: the number of deletions up to which it is complete. designs: numbers of genes, the smallest sets first.
    sets: how many there are of the sizes searched; programs: how many had to be solved; dead: how many of those had not
    the growth that is asked. unsettled: programs that ended without an answer; with any nothing is complete. coupled:
    whether the wild type is a design itself, which needs no search.
    """

    searched: int
    designs: tuple[tuple[int, ...], ...]
    sets: int
    programs: int
    dead: int
    unsettled: int
    coupled: bool


class _LeastProduct:
    """min product while the cell grows so fast, with some columns shut; each from the wild type's basis."""

    def __init__(self, cell: Cell, product: int, least_growth: float) -> None:
        program = ProductProgram(cell, product, least_growth)
        program.require_made()
        self._cell, self._lower, self._upper = cell, program.lower, program.upper
        self._cost = np.zeros(len(program.lower))
        self._cost[program.column] = -1.0
        self._program = LinearProgram(cell.matrix, self._lower, self._upper, self._cost)
        self._program.solve(cell.seconds, fresh=True).require("the least product of the wild type")
        self._wild = self._last = self._program.basis()

    def without(self, shut: Integers) -> Solution:
        """Value: less the least product. Where the solver fails from the wild type's basis it begins elsewhere: at the
        last optimum, then at none; where it fails there, too, the status is limit.
        """
        nothing = np.zeros(len(shut))
        self._program.set_bounds(shut, nothing, nothing)
        try:
            return self._tried()
        finally:
            self._program.set_bounds(shut, self._lower[shut], self._upper[shut])

    def _tried(self) -> Solution:
        for basis in (self._wild, self._last):
            try:
                self._program.start_from(basis)
                found = self._program.solve(self._cell.seconds)
            except KnockonError:
                continue
            if found.status == "optimal":
                self._last = self._program.basis()
            return found
        anew = LinearProgram(self._cell.matrix, self._program.lower, self._program.upper, self._cost)
        try:
            return anew.solve(self._cell.seconds)
        except KnockonError:
            return Solution("limit", np.nan, np.inf, np.empty(0), np.empty(0))


@dataclass
class _Search:
    """The state of one search. limit: of programs. closes: the columns that each gene's deletion shuts, float32 (genes,
    columns). carried: columns of each witness, bool (columns,); free: the genes it avoids, bool (genes,).
    """

    cell: Cell
    program: _LeastProduct
    least_product: float
    limit: int
    shuts: list[Integers]
    closes: sp.csr_matrix
    carried: list[Mask] = field(default_factory=list)
    free: list[Mask] = field(default_factory=list)
    designs: list[tuple[int, ...]] = field(default_factory=list)
    dead: list[tuple[int, ...]] = field(default_factory=list)
    programs: int = 0
    unsettled: int = 0

    def solve(self, genes: tuple[int, ...], columns: Integers) -> None:
        """Settle a set by its program, in which these columns are shut: a witness, a design, or dead."""
        self.programs += 1
        found = self.program.without(columns)
        if found.status == "infeasible":
            self.dead.append(genes)
        elif found.status != "optimal":
            self.unsettled += 1
        elif -found.value > self.least_product:
            self.designs.append(genes)
        else:
            carries = np.abs(found.fluxes) > NOTHING
            self.carried.append(carries)
            self.free.append(np.asarray(self.closes @ carries.astype(np.float32) == 0))

    def avoided(self, columns: Integers) -> bool:
        """Whether any witness carries nothing in these columns."""
        return any(not carries[columns].any() for carries in reversed(self.carried))

    @property
    def spent(self) -> bool:
        """Whether the limit of programs is reached."""
        return self.programs >= self.limit


def cuts(
    cell: Cell, product: int, least_growth: float, least_product: float, most: int = MOST, programs: int = 50_000
) -> Cuts:
    """Search for one of a cell's products. least_growth in 1/h, least_product in mmol per gram and hour, both of every
    flux of a design; programs: a limit of the search that is the same on every machine.

    Raises KnockonError where the wild type can't make the product.
    """
    genes = len(cell.network.genes)
    shuts = [cell.shut((gene,)) for gene in range(genes)]
    closes = _closes(shuts, len(cell.kept))
    search = _Search(cell, _LeastProduct(cell, product, least_growth), least_product, programs, shuts, closes)
    kinds = _kinds(shuts)
    search.solve((), np.empty(0, dtype=np.int64))
    coupled, searched = bool(search.designs), 0
    # A wild type that is coupled has no witness, and needs no deletion.
    if not coupled and _singles(search, kinds):
        searched = 2 if most > 1 and _pairs(search, kinds) else 1
    found = {each for design in search.designs for each in _alike(cell, design, kinds, shuts)} if not coupled else set()
    return Cuts(
        0 if search.unsettled else searched,
        tuple(sorted(found, key=lambda each: (len(each), each))),
        (0, genes, genes + genes * (genes - 1) // 2)[0 if search.unsettled else searched],
        search.programs,
        len(set(search.dead)),
        search.unsettled,
        coupled,
    )


Kinds = dict[tuple[int, ...], list[int]]
"""Shut columns → the genes that shut just these."""


def _kinds(shuts: list[Integers]) -> Kinds:
    kinds: Kinds = {}
    for gene, shut in enumerate(shuts):
        if len(shut):
            kinds.setdefault(tuple(shut.tolist()), []).append(gene)
    return kinds


def _alike(cell: Cell, design: tuple[int, ...], kinds: Kinds, shuts: list[Integers]) -> Iterator[tuple[int, ...]]:
    """The design, and those with other genes of the same kinds; of pairs that shut more together each was settled."""
    if _more_together(cell, shuts, design):
        yield design
        return
    for genes in product_of(*(kinds[tuple(shuts[gene].tolist())] for gene in design)):
        each = tuple(sorted(set(genes)))
        if len(each) == len(design) and not _more_together(cell, shuts, each):
            yield each


def _closes(shuts: list[Integers], columns: int) -> sp.csr_matrix:
    indptr = np.cumsum([0, *map(len, shuts)])
    indices = np.concatenate([np.empty(0, dtype=np.int64), *shuts])
    return sp.csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), shape=(len(shuts), columns))


def _singles(search: _Search, kinds: Kinds) -> bool:
    """Settle all single deletions; whether the limit allowed it."""
    for genes in kinds.values():
        if not search.avoided(search.shuts[genes[0]]):
            if search.spent:
                return False
            search.solve((genes[0],), search.shuts[genes[0]])
    return True


def _pairs(search: _Search, kinds: Kinds) -> bool:
    """Settle all pairs of genes that are neither dead nor designs alone; whether the limit allowed it."""
    settled = {tuple(search.shuts[gene].tolist()) for genes in (*search.dead, *search.designs) for gene in genes}
    alive = np.array([genes[0] for kind, genes in kinds.items() if kind not in settled], dtype=np.int64)
    for pair in _joint(search.cell, search.shuts, settled):
        columns = search.cell.shut(pair)
        if not search.avoided(columns):
            if search.spent:
                return False
            search.solve(pair, columns)
    # Two genes of two kinds, which shut together what they shut alone; those that shut more came before.
    free = np.array(search.free, dtype=np.float32).reshape(-1, len(search.shuts))[:, alive]
    unsettled = np.triu(free.T @ free == 0, 1)
    for place, other in np.argwhere(unsettled).tolist():
        if not unsettled[place, other]:
            continue
        if search.spent:
            return False
        before = len(search.free)
        pair = int(alive[place]), int(alive[other])
        search.solve(pair, np.union1d(search.shuts[pair[0]], search.shuts[pair[1]]))
        if len(search.free) > before:
            avoided = search.free[-1][alive]
            unsettled[np.ix_(avoided, avoided)] = False
    return True


def _joint(cell: Cell, shuts: list[Integers], settled: set[tuple[int, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs that shut together what neither shuts alone, as isoenzymes do, none of them with a settled gene."""
    touched = cell.rules.touches().astype(np.float32)
    shared = sp.triu(touched @ touched.T, 1).tocoo()
    for one, two in sorted(zip(shared.row.tolist(), shared.col.tolist(), strict=True)):
        if not settled.isdisjoint({tuple(shuts[one].tolist()), tuple(shuts[two].tolist())}):
            continue
        if _more_together(cell, shuts, (one, two)):
            yield one, two


def _more_together(cell: Cell, shuts: list[Integers], genes: tuple[int, ...]) -> bool:
    return len(genes) == 2 and len(cell.shut(genes)) > len(np.union1d(shuts[genes[0]], shuts[genes[1]]))
