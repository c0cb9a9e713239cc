"""What a deletion leaves possible and what it makes sure of, by hand."""

import pytest

from knockon.errors import KnockonError
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.products import ProductProgram, outcomes
from tests.models.designs.flux.small import genes, small_network


@pytest.fixture
def cell() -> Cell:
    network = small_network()
    return Cell(network, products=[network.product("tyrosine")])


def test_designs_are_told_by_growth_by_what_is_possible_and_by_what_is_sure(cell):
    sets = [genes(), genes("G4"), genes("G3"), genes("G1", "G2"), genes("G6")]
    found = outcomes(cell, sets, share=0.9)
    assert found.growth == pytest.approx([10, 8, 10, 0, 10])
    # With growth of at least 9, .8 x + (10 - x) ≥ 9 leaves 5 of the other way; the complex lost, all 10 go it.
    assert found.possible == pytest.approx([5, 10, 0, 0, 5], abs=1e-6)
    assert found.guaranteed == pytest.approx([0, 10, 0, 0, 0], abs=1e-4)
    assert found.statuses == ("optimal",) * 5


def test_yields_at_a_fixed_growth_are_nought_where_it_is_impossible(cell):
    found = ProductProgram(cell, 0, least_growth=9.0).yields([genes("G6"), genes("G4"), genes("G3")])
    assert found.values == pytest.approx([5, 0, 0], abs=1e-6)
    assert found.statuses == ("optimal", "infeasible", "optimal")


def test_a_product_that_nothing_makes_is_told():
    network = small_network(r_making=(0, 0))
    with pytest.raises(KnockonError, match="nothing in the metabolic model can make L-tyrosine"):
        outcomes(Cell(network, products=[network.product("tyrosine")]), [()])
