"""Features of genes are what the small network gives by hand, and 0 changes where a deletion stops nothing."""

import numpy as np
import pytest

from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.gene_fluxes import (
    adjusted,
    parsimonious_change,
    relative_growth,
    structure,
    yields,
)
from knockon.models.designs.flux.ranges import flux_ranges
from tests.models.designs.flux.small import GENES, small_network


@pytest.fixture(scope="module")
def cell() -> Cell:
    network = small_network()
    return Cell(network, products=[network.product("tyrosine")])


def test_growth_and_its_least_adjustment(cell):
    assert relative_growth(cell) == pytest.approx([1, 1, 1, 0.8, 0.8, 1])
    found = adjusted(cell, "small")
    assert found["adjusted_growth_small"][3] == found["adjusted_growth_small"][4]
    assert 0 <= found["adjusted_growth_small"][3] <= 0.8 + 1e-6
    assert found["adjustment_small"][[0, 2, 5]].tolist() == [0, 0, 0]
    assert found["adjustment_small"][3] > 0.5


def test_parsimonious_fluxes_change_by_what_goes_the_other_way(cell):
    """Without the complex 10 goes the other way: 10 less and 10 more, 2 less growth, and 10 out by two steps."""
    change = parsimonious_change(cell)
    assert change[[0, 1, 2, 5]].tolist() == [0, 0, 0, 0]
    assert change[3] == change[4] == pytest.approx((10 + 10 + 2 + 20) / 50, abs=1e-5)


def test_structure_counts_reactions_ranges_fluxes(cell):
    found = structure(cell, flux_ranges(cell))
    assert found["reactions"].tolist() == [1] * 6
    assert found["reactions_shut"].tolist() == [0, 0, 1, 1, 1, 1]
    assert found["ranges_closed"].tolist() == [0, 0, 1, 1, 1, 0]
    assert found["forced_closed"].tolist() == [0, 0, 0, 1, 1, 0]
    assert found["flux"] == pytest.approx([0.2, 0.2, 0, 0.2, 0.2, 0], abs=1e-6)
    assert found["price"][0] == pytest.approx(1)


def test_yields_change_and_fluxes_move_where_the_product_is_made(cell):
    found = yields(cell, {"tyrosine": 0}, share=0.5)
    # At growth 5 nothing need go by the complex: 10 of the product; without G3 none.
    assert found["yield_tyrosine"] == pytest.approx([0, 0, -1, 0, 0, 0], abs=1e-6)
    by_gene = dict(zip(GENES, found["scan_tyrosine"], strict=True))
    assert by_gene["G3"] > 0 > by_gene["G4"]
    assert np.isfinite(found["scan_tyrosine"]).all()


def test_a_product_that_nothing_makes_has_no_column():
    network = small_network(r_making=(0, 0))
    assert yields(Cell(network, products=[network.product("tyrosine")]), {"tyrosine": 0}, 0.5) == {}
