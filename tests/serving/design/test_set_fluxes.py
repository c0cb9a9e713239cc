"""Sets asked of a network of a few reactions, whose answers can be told by hand."""

import pytest

from knockon.serving.design import set_fluxes
from knockon.serving.design.set_fluxes import ModelOfSets, model_of_sets
from tests.models.designs.flux.small import small_network


def told(*sets, phenotype="betaxanthin", maximise=True):
    return ModelOfSets(small_network, phenotype, maximise)(sets)


def test_isoenzymes_kill_together_and_the_complex_leaves_the_coupled_way():
    found = told(("G1", "G2"), ("G4", "G6"), ("G3", "G6"), ("G1", "G6"))
    assert found["G1", "G2"].text == "in the metabolic model the strain does not grow"
    assert found["G1", "G2"].helps is False
    assert [found[each].dead for each in found] == [True, False, False, False]
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


def test_each_set_is_asked_once_and_chunks_change_nothing(monkeypatch):
    sets = [("G1", "G2"), ("G4", "G6"), ("G3", "G6"), ("G1", "G6")]
    whole = told(*sets)
    monkeypatch.setattr(set_fluxes, "_CHUNK", 1)
    model = ModelOfSets(small_network, "betaxanthin", True)
    assert model(sets) == whole
    monkeypatch.setattr(model, "_notes", None)
    assert model(sets[:2]) == {genes: whole[genes] for genes in sets[:2]}
    model([("YAL001C", "YAL002W")])
    said = "of the 5 sets that promise most the metabolic model was asked about 4: the others hold none of its genes"
    assert model.said() == (said,)


def test_a_limit_of_time_says_how_many_sets_were_not_asked(monkeypatch):
    monkeypatch.setattr(set_fluxes, "_CHUNK", 1)
    model = ModelOfSets(small_network, "betaxanthin", True, seconds=1e-9)
    assert set(model([("G1", "G2"), ("G4", "G6"), ("G3", "G6")])) == {("G1", "G2")}
    assert (
        model.said()[1] == "the metabolic model's limit of 1e-09 s of the processor was reached: 2 sets were not asked"
    )
    assert ModelOfSets(small_network, "betaxanthin", True, seconds=0.0)([("G1", "G2")]) == {}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("limit", "the solver hit its limit of 20 s"),
        ("unbounded", "largest yield of tyrosine: a reaction lacks a bound"),
    ],
)
def test_how_a_program_ended_is_said(status, said, monkeypatch):
    model = ModelOfSets(small_network, "betaxanthin", True)
    real = model._outcomes
    monkeypatch.setattr(model, "_outcomes", lambda deleted: (*real(deleted)[:3], (status,) * len(deleted)))
    note = model([("G1", "G6")])["G1", "G6"]
    assert note.text.endswith(said)
    assert (note.helps, note.dead) == (None, False)


def test_a_model_that_does_not_grow_or_is_damaged_stops_nobody(tmp_path):
    (tmp_path / "model.yml").write_text("no model")
    damaged = model_of_sets(tmp_path / "model.yml", "betaxanthin", True)([("G1", "G2")])
    assert "the metabolic model can't be asked" in damaged["G1", "G2"].text
    starved = ModelOfSets(lambda: small_network(r_uptake=(0, 0)), "betaxanthin", True)([("G1", "G2")])
    assert "can't be asked (medium shipped: growth lacks a metabolite" in starved["G1", "G2"].text
    assert not starved["G1", "G2"].dead
