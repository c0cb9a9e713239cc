"""Growth of deletions is what the small network gives by hand, in any order, and every ending is told."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.media import Medium
from tests.models.designs.flux.small import GENES, genes, small_network

BY_HAND = {
    (): 10.0,
    ("G1",): 10.0,
    ("G3",): 10.0,
    ("G4",): 8.0,
    ("G5",): 8.0,
    ("G6",): 10.0,
    ("G1", "G2"): 0.0,
    ("G4", "G5"): 8.0,
    ("G3", "G4"): 0.0,
    ("G1", "G4", "G6"): 8.0,
    ("G1", "G2", "G3"): 0.0,
}


@pytest.fixture
def cell() -> Cell:
    return Cell(small_network(), products=[4])


def test_growth_of_every_set_is_what_the_network_gives_by_hand(cell):
    found = cell.growths([genes(*names) for names in BY_HAND])
    np.testing.assert_allclose(found.values, list(BY_HAND.values()), atol=1e-9)
    assert set(found.statuses) == {"optimal"}
    assert not found.gaps.any()


def test_the_order_of_questions_changes_no_digit():
    sets = [genes(*names) for names in BY_HAND]
    ahead = Cell(small_network()).growths(sets).values
    back = Cell(small_network()).growths(sets[::-1]).values[::-1]
    np.testing.assert_array_equal(ahead, back)


def test_deletions_that_stop_no_flux_need_no_program(cell):
    assert cell.growths([genes("G1"), genes("G6"), genes("G1", "G6"), genes("G3")]).programs == 0
    assert cell.growths([genes("G4"), genes("G5"), genes("G4", "G5")]).programs == 1


def test_what_can_carry_nothing_is_left_out_and_fluxes_are_of_all_reactions(cell):
    names = [(*cell.network.reactions, "made")[place] for place in cell.kept]
    assert "r_dead" not in names
    fluxes = dict(zip(cell.network.reactions, cell.fluxes(cell.parsimonious), strict=True))
    assert fluxes["r_dead"] == 0
    assert fluxes["r_plain"] == pytest.approx(10)
    assert fluxes["r_making"] == pytest.approx(0, abs=1e-6)


def test_shadow_prices_are_what_a_unit_more_brings(cell):
    """One more of glucose is one more of growth; a product that may be given off freely is worth nothing."""
    prices = dict(zip(cell.network.metabolites, cell.prices(cell.wild), strict=True))
    assert prices["glucose"] == pytest.approx(1)
    assert prices["block"] == pytest.approx(1)
    assert prices["product"] == pytest.approx(0)


def test_a_medium_feeds_what_it_names_and_no_more():
    medium = Medium("half", {"D-glucose": 5.0})
    assert Cell(small_network(), medium).wild.value == pytest.approx(5)
    lacking = Medium("strain", {"D-glucose": 5.0}, deleted=("G4",))
    cell = Cell(small_network(), lacking)
    assert cell.wild.value == pytest.approx(4)
    assert cell.growths([genes("G3"), genes("G5")]).values == pytest.approx([0, 4])


@pytest.mark.parametrize(
    ("medium", "message"),
    [
        (Medium("odd", {"D-glucos": 5.0}), "no metabolite D-glucos .e.; did you mean D-glucose"),
        (Medium("odd", {"D-glucose": -1.0}), "the uptake of D-glucose is -1"),
        (Medium("odd", {"L-tyrosine": 1.0}), "growth lacks a metabolite that nothing makes"),
        (Medium("odd", {"D-glucose": 1.0}, deleted=("G9",)), "has no gene G9"),
    ],
)
def test_a_medium_that_is_impossible_is_told(medium, message):
    with pytest.raises(KnockonError, match=message):
        Cell(small_network(), medium)


def test_what_lives_nowhere_is_told_as_infeasible_with_growth_nought():
    """Maintenance takes building blocks that no deletion may go without."""
    cell = Cell(small_network(r_growth=(1, 1000)))
    found = cell.growths([genes("G3"), genes("G1", "G2")])
    assert found.statuses == ("optimal", "infeasible")
    assert found.values.tolist() == pytest.approx([10, 0])


def test_growth_without_a_limit_is_refused():
    with pytest.raises(KnockonError, match="unbounded"):
        Cell(
            small_network(
                **dict.fromkeys(("r_transport", "r_first", "r_plain", "r_growth"), (0, np.inf))
                | {"r_uptake": (-np.inf, 0)}
            )
        )


def test_singles_and_pairs_agree_with_cobra():
    cobra = pytest.importorskip("cobra")
    network = small_network()
    model = cobra.Model("small")
    metabolites = [cobra.Metabolite(name, compartment="c") for name in network.metabolites]
    for column, name in enumerate(network.reactions):
        reaction = cobra.Reaction(name, lower_bound=network.lower[column], upper_bound=network.upper[column])
        part = network.stoichiometry[:, [column]].tocoo()
        reaction.add_metabolites({metabolites[row]: value for row, value in zip(part.row, part.data, strict=True)})
        reaction.gene_reaction_rule = network.rules[column]
        model.add_reactions([reaction])
    model.objective = "r_growth"
    told = cobra.flux_analysis.double_gene_deletion(model, processes=1)
    sets = [tuple(sorted(GENES.index(name) for name in ids)) for ids in told["ids"]]
    np.testing.assert_allclose(Cell(network).growths(sets).values, np.nan_to_num(told["growth"]), atol=1e-9)
