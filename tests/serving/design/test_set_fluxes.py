"""Sets asked of a network of a few reactions, whose answers can be told by hand."""

import pytest

from knockon.errors import KnockonError
from knockon.serving.design import set_fluxes
from knockon.serving.design.set_fluxes import read_set_notes, set_notes
from tests.models.designs.flux.small import small_network


def told(*sets, phenotype="betaxanthin", maximise=True):
    return set_notes(small_network(), phenotype, maximise, sets)


def test_isoenzymes_kill_together_and_the_complex_leaves_the_coupled_way():
    found = told(("G1", "G2"), ("G4", "G6"), ("G3", "G6"), ("G1", "G6"))
    assert found["G1", "G2"].text == "in the metabolic model the strain does not grow"
    assert found["G1", "G2"].helps is False
    assert "can't grow at its best without making tyrosine" in found["G4", "G6"].text
    assert found["G4", "G6"].helps is True
    assert "its best yield of tyrosine falls by 100.0%" in found["G3", "G6"].text
    assert found["G3", "G6"].helps is False
    assert "grows at 100% of the wild type, its best yield of tyrosine unchanged" in found["G1", "G6"].text
    assert found["G1", "G6"].helps is None
    assert told(("G3", "G6"), maximise=False)["G3", "G6"].helps is True


def test_of_a_phenotype_that_is_no_metabolite_growth_is_told():
    found = told(("G1", "G2"), ("G4", "G6"), phenotype="colour")
    assert found["G1", "G2"].helps is False
    assert found["G4", "G6"].text == "in the metabolic model the strain grows at 80% of the wild type"


def test_single_deletions_and_genes_that_it_lacks_have_no_note():
    assert told(("G1",), ("YAL001C", "YAL002W")) == {}
    assert set(told(("G1", "YAL001C"))) == {("G1", "YAL001C")}


def test_a_solver_that_hits_its_limit_is_said(monkeypatch):
    real = set_fluxes._outcomes

    def limited(*arguments):
        growth, possible, guaranteed, _ = real(*arguments)
        return growth, possible, guaranteed, [True] * len(growth)

    monkeypatch.setattr(set_fluxes, "_outcomes", limited)
    assert told(("G1", "G6"))["G1", "G6"].text.endswith("the solver hit its limit of 20 s")


def test_a_model_that_does_not_grow_or_is_damaged_stops_nobody(tmp_path, monkeypatch):
    (tmp_path / "model.yml").write_text("no model")
    damaged = read_set_notes(tmp_path / "model.yml", "betaxanthin", True, [("G1", "G2")])
    assert "the metabolic model can't be asked" in damaged["G1", "G2"].text
    monkeypatch.setattr(set_fluxes, "read_metabolic_network", lambda path: small_network(r_uptake=(0, 0)))
    starved = read_set_notes(tmp_path / "model.yml", "betaxanthin", True, [("G1", "G2")])
    assert "can't be asked (medium shipped: growth lacks a metabolite" in starved["G1", "G2"].text
    with pytest.raises(KnockonError):
        set_notes(small_network(r_uptake=(0, 0)), "betaxanthin", True, [("G1", "G2")])
