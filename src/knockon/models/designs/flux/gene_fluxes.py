"""What the deletion of each gene does to growth, fluxes and yields: the features that models of phenotypes read.

All of a gene's numbers are 0 changes where its deletion touches nothing that carries flux, which no program need tell.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.models.designs.flux.cell import DEAD, Cell
from knockon.models.designs.flux.deviation import DeviationProgram
from knockon.models.designs.flux.linear_program import Solution
from knockon.models.designs.flux.products import TIGHT, ProductProgram
from knockon.models.designs.flux.ranges import Ranges, closed_by
from knockon.progress import track

Columns = dict[str, Values]


def single_shuts(cell: Cell) -> list[Integers]:
    """The columns that each gene's deletion shuts."""
    return [cell.shut((gene,)) for gene in range(len(cell.network.genes))]


def relative_growth(cell: Cell) -> Values:
    """Growth of each deletion over the wild type's, float64 (genes,); NaN where a limit left nothing."""
    return cell.growths([(gene,) for gene in range(len(cell.network.genes))]).values / cell.wild.value


def _distinct(shuts: list[Integers], carries: Mask) -> Iterator[tuple[Integers, list[int]]]:
    """Shut columns that stop a flux, and the genes that shut just those."""
    genes: dict[tuple[int, ...], list[int]] = {}
    for gene, shut in enumerate(shuts):
        if carries[shut].any():
            genes.setdefault(tuple(shut.tolist()), []).append(gene)
    for key, listed in genes.items():
        yield np.array(key, dtype=np.int64), listed


def adjusted(cell: Cell, name: str) -> Columns:
    """Minimal adjustment (linear MOMA): growth over the wild type's, and Σ|change| over the wild type's Σ|flux|.

    A lethal deletion needs no program: its growth is 0, and all fluxes stop. Elsewhere the least change is one number;
    growth at it need not be, and is that of the solver's vertex.
    """
    reference = cell.parsimonious.fluxes
    program = DeviationProgram(cell.matrix, cell.lower, cell.upper, reference)
    program.solve(cell.seconds)
    shuts = single_shuts(cell)
    growth, distance = np.ones(len(shuts)), np.zeros(len(shuts))
    for shut, genes in track(list(_distinct(shuts, cell.carries)), f"least adjustment, {name}"):
        if cell.growths([(genes[0],)]).values[0] == 0:
            growth[genes], distance[genes] = 0.0, 1.0
            continue
        found = program.without(shut, cell.seconds)
        growth[genes] = _of(found, cell.growth_column) / cell.wild.value
        distance[genes] = found.value / cell.parsimonious.value
    growth[growth * cell.wild.value < DEAD] = 0.0
    return {f"adjusted_growth_{name}": growth, f"adjustment_{name}": distance}


def _of(found: Solution, column: int) -> float:
    return float(found.fluxes[column]) if len(found.fluxes) and np.isfinite(found.value) else float("nan")


def parsimonious_change(cell: Cell) -> Values:
    """Σ|change| of parsimonious fluxes over the wild type's Σ|flux|; 1 for a lethal deletion, whose fluxes stop."""
    reference, total = cell.parsimonious.fluxes, cell.parsimonious.value
    shuts = single_shuts(cell)
    change = np.zeros(len(shuts))
    for shut, genes in track(list(_distinct(shuts, cell.carries)), "parsimonious fluxes"):
        growth = cell.growths([(genes[0],)]).values[0]
        if growth == 0:
            change[genes] = 1.0
            continue
        found = cell.least_flux(shut, growth)
        optimal = found.status == "optimal"
        change[genes] = np.abs(found.fluxes - reference).sum() / total if optimal else np.nan
    return change


def structure(cell: Cell, ranges: Ranges) -> Columns:
    """What stands in the network alone: reactions of a gene, those it shuts, their ranges, fluxes and prices."""
    touched = cell.rules.touches()
    fluxes = np.abs(cell.fluxes(cell.parsimonious))
    prices = np.abs(cell.prices(cell.wild))
    ends = abs(cell.network.stoichiometry).sign().T
    parts = np.maximum(np.asarray(ends.sum(axis=1)).ravel(), 1)
    by_reaction = (ends @ prices) / parts
    count = np.asarray(touched.sum(axis=1)).ravel().astype(np.float64)
    closed = np.array([closed_by(ranges, shut) for shut in single_shuts(cell)], dtype=np.float64).reshape(-1, 3)
    return {
        "reactions": count,
        "reactions_shut": np.asarray(cell.rules.closures().sum(axis=1)).ravel().astype(np.float64),
        "ranges_closed": closed[:, 0],
        "forced_closed": closed[:, 1],
        "width_closed": np.log1p(np.maximum(closed[:, 2], 0.0)),
        "flux": touched @ fluxes / cell.parsimonious.value,
        "price": np.divide(touched @ by_reaction, count, out=np.zeros_like(count), where=count > 0),
    }


def yields(cell: Cell, names: Mapping[str, int], share: float) -> Columns:
    """By product: how a deletion changes its best yield, and how the gene's fluxes change where it is made.

    names: column name to the place in `cell.products`. share: of the wild type's growth that stays. `yield_…`: best
    yield over the wild type's, less 1; -1 where that growth is impossible. `scan_…`: Σ|flux| of the gene's reactions
    where the product is made at its best, less where the cell only grows, over the wild type's Σ|flux|: flux scanning
    (Choi et al. 2010, Appl. Environ. Microbiol. 76:3097). Products that nothing can make are left out.
    """
    touched, every = cell.rules.touches(), [(gene,) for gene in range(len(cell.network.genes))]
    growing = np.abs(cell.fluxes(cell.parsimonious))
    found: Columns = {}
    for name, place in track(names.items(), "yields"):
        if cell.demand(place) < 0:
            continue
        program = ProductProgram(cell, place, share * cell.wild.value)
        if program.wild.status != "optimal" or program.wild.value < DEAD:
            continue
        found[f"yield_{name}"] = program.yields(every).values / program.wild.value - 1
        made = np.abs(cell.fluxes(_parsimonious_production(cell, program)))
        found[f"scan_{name}"] = touched @ (made - growing) / cell.parsimonious.value
    return found


def _parsimonious_production(cell: Cell, program: ProductProgram) -> Solution:
    lower = program.lower.copy()
    lower[program.column] = program.wild.value * (1 - TIGHT)
    return cell.least_flux_within(lower, program.upper).require("parsimonious production")
