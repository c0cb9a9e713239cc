"""Parsimonious fluxes and minimal adjustment are what the small network gives by hand, and what cobra gives."""

import numpy as np
import pytest

from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.deviation import DeviationProgram
from tests.models.designs.flux.small import genes, small_network


def test_parsimonious_fluxes_are_the_least_that_growth_needs():
    """10 taken up, moved, made `a`, made a block, grown: 50 in all."""
    assert Cell(small_network()).parsimonious.value == pytest.approx(50)


def test_adjustment_moves_as_little_as_it_can():
    """Without the complex: either all fluxes shrink to nought (40 of the change besides), or 10 go by the other way."""
    cell = Cell(small_network())
    program = DeviationProgram(cell.matrix, cell.lower, cell.upper, cell.parsimonious.fluxes)
    assert program.solve().value == pytest.approx(0, abs=1e-9)
    found = program.without(cell.shut(genes("G4")))
    by_other_way = 10 + 10 + 2 + 20  # r_plain, r_making, growth, and the product's way out
    assert found.value == pytest.approx(min(by_other_way, 50), abs=1e-6)
    assert program.without(np.array([], dtype=np.int64)).value == pytest.approx(0, abs=1e-9)


def test_a_reference_outside_the_bounds_costs_the_way_to_them():
    cell = Cell(small_network())
    reference = cell.parsimonious.fluxes.copy()
    reference[cell.growth_column] = 12.0
    program = DeviationProgram(cell.matrix, cell.lower, np.minimum(cell.upper, 11.0), reference)
    found = program.solve()
    assert found.status == "optimal"
    assert found.value == pytest.approx(2)
