"""The witnessed search finds the same designs as every set asked one by one."""

from itertools import combinations

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.flux import cut_search
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.cut_search import cuts
from knockon.models.designs.flux.linear_program import LinearProgram
from knockon.models.designs.flux.products import ProductProgram
from tests.models.designs.flux.small import genes, small_network

LEAST_GROWTH, LEAST_PRODUCT = 1.0, 0.5


def cell_of(**bounds) -> Cell:
    network = small_network(**bounds)
    return Cell(network, products=[network.product("tyrosine")])


def one_by_one(cell: Cell) -> set[tuple[int, ...]]:
    """The smallest sets of one or two genes whose least product is high enough."""
    found: set[tuple[int, ...]] = set()
    for size in (1, 2):
        for each in combinations(range(len(cell.network.genes)), size):
            if any(set(smaller) <= set(each) for smaller in found):
                continue
            least = ProductProgram(cell, 0, LEAST_GROWTH).best(cell.shut(each), most=False)
            if least.status == "optimal" and -least.value > LEAST_PRODUCT:
                found.add(each)
    return found


@pytest.mark.parametrize("bounds", [{}, {"r_plain": (0, 5)}, {"r_making": (0, 3)}])
def test_designs_are_those_of_all_sets_asked_one_by_one(bounds):
    cell = cell_of(**bounds)
    found = cuts(cell, 0, LEAST_GROWTH, LEAST_PRODUCT)
    assert (found.searched, found.sets, found.unsettled, found.coupled) == (2, 6 + 15, 0, False)
    assert set(found.designs) == one_by_one(cell)
    assert {genes("G4"), genes("G5")} <= set(found.designs)
    assert found.programs < 12


def test_isoenzymes_die_together_and_are_no_design():
    found = cuts(cell_of(), 0, LEAST_GROWTH, LEAST_PRODUCT)
    assert found.dead == 1
    assert genes("G1", "G2") not in found.designs


def test_a_wild_type_that_must_make_the_product_needs_no_deletion():
    found = cuts(cell_of(r_making=(2, 1000)), 0, LEAST_GROWTH, LEAST_PRODUCT)
    assert (found.coupled, found.designs, found.programs) == (True, (), 1)


def test_a_limit_of_programs_says_how_far_it_came():
    assert cuts(cell_of(), 0, LEAST_GROWTH, LEAST_PRODUCT, programs=1).searched == 0
    assert cuts(cell_of(), 0, LEAST_GROWTH, LEAST_PRODUCT, most=1).searched == 1


def test_a_solver_that_fails_everywhere_leaves_nothing_complete(monkeypatch):
    real = LinearProgram.solve

    def failing(self, seconds=None, fresh=False, iterations=None):
        if fresh:
            return real(self, seconds, fresh, iterations)
        raise KnockonError("the solver failed")

    cell = cell_of()
    monkeypatch.setattr(cut_search.LinearProgram, "solve", failing)
    found = cuts(cell, 0, LEAST_GROWTH, LEAST_PRODUCT)
    assert found.unsettled > 0
    assert found.searched == 0


def test_a_failure_from_the_kept_basis_is_begun_elsewhere(monkeypatch):
    whole = cuts(cell_of(), 0, LEAST_GROWTH, LEAST_PRODUCT)
    real, calls = LinearProgram.start_from, []

    def failing(self, basis):
        calls.append(basis)
        if len(calls) % 2:
            raise KnockonError("the solver failed")
        real(self, basis)

    monkeypatch.setattr(cut_search.LinearProgram, "start_from", failing)
    assert cuts(cell_of(), 0, LEAST_GROWTH, LEAST_PRODUCT) == whole
    assert np.ptp([len(basis.columns) for basis in calls]) == 0
