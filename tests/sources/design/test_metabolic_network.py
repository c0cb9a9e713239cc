"""A metabolic model is read as cobra reads it, in both forms; the published file in its regular form, fast."""

import time

import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.hashing import digest
from knockon.sources.design import metabolic_network
from knockon.sources.design.metabolic_network import network_of, read_metabolic_network

MODEL = """---
!!omap
- metaData:
    id: "small"
    date: "2024-11-23"
- metabolites:
    - !!omap
      - id: "s_1"
      - name: "D-glucose"
      - compartment: "e"
      - formula: "C6H12O6"
      - charge: 0
      - annotation: !!omap
          - bigg.metabolite: "glc__D"
          - kegg.compound:
              - "C00031"
              - "C00267"
    - !!omap
      - id: "s_2"
      - name: "L-tyrosine"
      - compartment: "c"
    - !!omap
      - id: "s_3"
      - name: "L-tyrosine"
      - compartment: "m"
- reactions:
    - !!omap
      - id: "r_1"
      - name: "D-glucose exchange"
      - metabolites: !!omap
          - s_1: -1
      - lower_bound: -1e-05
      - upper_bound: 1000
      - gene_reaction_rule: ""
      - rxnNotes: "said: \\"so\\" (PR #112)"
    - !!omap
      - id: "r_2"
      - name: "made"
      - metabolites: !!omap
          - s_1: -9.99999974737875e-06
          - s_2: .5
      - lower_bound: 0
      - upper_bound: 0.7
      - gene_reaction_rule: "(YAL001C and YAL002W) or YBR001C-A"
      - eccodes:
          - "1.1.1.1"
    - !!omap
      - id: "r_3"
      - name: "growth"
      - metabolites: !!omap
          - s_2: -1
      - objective_coefficient: 1
- genes:
    - !!omap
      - id: "YAL001C"
      - name: "TFC3"
    - !!omap
      - id: "YAL002W"
    - !!omap
      - id: "YBR001C-A"
- compartments: !!omap
    - c: "cytoplasm"
"""


COBRAS = "285adae3fae3b4cf"
"""Digest of all numbers and names of yeast-GEM 9.0.2 as cobra 0.32.1 reads them."""


def written(tmp_path, text):
    path = tmp_path / "model.yml"
    path.write_text(text)
    return path


def assert_equal(one, other):
    for name in ("metabolites", "metabolite_names", "compartments", "reactions", "reaction_names", "rules", "genes"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("lower", "upper", "objective"):
        assert getattr(one, name).dtype == np.float64
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.stoichiometry.shape == other.stoichiometry.shape
    np.testing.assert_array_equal(one.stoichiometry.toarray(), other.stoichiometry.toarray())


@pytest.fixture
def by_cobra(tmp_path):
    cobra = pytest.importorskip("cobra")
    return cobra, cobra.io.load_yaml_model(str(written(tmp_path, MODEL)))


def test_the_published_form_is_read_as_cobra_reads_it(tmp_path, by_cobra, monkeypatch):
    monkeypatch.setattr(metabolic_network, "_by_cobra", lambda path: pytest.fail("the slow way"))
    found = read_metabolic_network(written(tmp_path, MODEL))
    assert_equal(found, network_of(by_cobra[1]))
    assert found.lower.tolist() == [-1e-05, 0, 0]
    assert found.upper.tolist() == [1000, 0.7, 1000]
    assert found.stoichiometry[0, 1] == -9.99999974737875e-06


def test_cobras_own_form_is_read_too(tmp_path, by_cobra):
    cobra, model = by_cobra
    path = tmp_path / "cobra.yml"
    cobra.io.save_yaml_model(model, str(path))
    # Not `model`: cobra's writer drops the last digit of -9.99999974737875e-06.
    assert_equal(read_metabolic_network(path), network_of(cobra.io.load_yaml_model(str(path))))
    np.testing.assert_allclose(
        read_metabolic_network(path).stoichiometry.toarray(), network_of(model).stoichiometry.toarray(), rtol=1e-14
    )


@pytest.mark.parametrize(
    "change",
    [
        ('name: "growth"', "name: growth"),
        ("- s_2: -1\n", "- {s_2: -1}\n"),
        ('- id: "YAL002W"', "- id: 'YAL002W'"),
        ('name: "made"', 'name: "ma\\x64e"'),
        ("          - s_2: .5", "          # half of it\n          - s_2: .5"),
    ],
)
def test_another_form_of_the_same_is_left_to_cobra(tmp_path, by_cobra, change, monkeypatch):
    asked = []
    slow = metabolic_network._by_cobra
    monkeypatch.setattr(metabolic_network, "_by_cobra", lambda path: asked.append(path) or slow(path))
    assert change[0] in MODEL
    changed = MODEL.replace(*change)
    if "{" in change[1]:
        changed = changed.replace("metabolites: !!omap\n          - {s_2: -1}", "metabolites: {s_2: -1}")
    assert_equal(read_metabolic_network(written(tmp_path, changed)), network_of(by_cobra[1]))
    assert asked


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("s_2: .5", "s_9: .5", "reaction r_2 uses s_9, which the model does not list"),
        ('id: "s_2"', 'id: "s_1"', "entry 2 of metabolites has no identifier of its own"),
        ("upper_bound: 0.7", 'upper_bound: "much"', "reaction r_2: upper_bound is 'much', no number"),
        ("- reactions:", "- reactions: [", "no metabolic model in YAML"),
        ("- genes:", "- things:", "no metabolic model in YAML"),
    ],
)
def test_broken_models_are_told(tmp_path, old, new, message):
    pytest.importorskip("cobra")
    assert old in MODEL
    with pytest.raises(FormatError, match=message):
        read_metabolic_network(written(tmp_path, MODEL.replace(old, new)))


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("L-tyrosine", "s_2"), ("tyrosine", "s_2"), ("l-Tyrosine [m]", "s_3"), ("s_3", "s_3"), ("d-glucose", "s_1")],
)
def test_a_product_is_found_by_name(tmp_path, name, identifier):
    network = read_metabolic_network(written(tmp_path, MODEL))
    assert network.metabolites[network.product(name)] == identifier


@pytest.mark.parametrize(
    ("name", "message"),
    [("tyrosin", "no metabolite tyrosin; did you mean L-tyrosine"), ("L-tyrosine [v]", "no metabolite L-tyrosine .v.")],
)
def test_an_unknown_product_is_told_with_the_nearest(tmp_path, name, message):
    with pytest.raises(KnockonError, match=message):
        read_metabolic_network(written(tmp_path, MODEL)).product(name)


def test_genes_that_the_model_lacks_are_left_out_or_told(tmp_path):
    network = read_metabolic_network(written(tmp_path, MODEL))
    assert network.known_genes(["YBR001C-A", "YZZ001W", "YAL001C", "YAL001C"]) == (0, 2)
    with pytest.raises(KnockonError, match="no gene YAL001; did you mean YAL001C"):
        network.gene("YAL001")


def test_exchanges_are_the_reactions_of_one_metabolite(tmp_path):
    assert read_metabolic_network(written(tmp_path, MODEL)).exchanges() == {0: 0, 1: 2}


@pytest.mark.public
def test_the_published_model(public_files, monkeypatch):
    """In its regular form; cobra's own reader takes 20 s, and its numbers were compared once (docs/design.md)."""
    monkeypatch.setattr(metabolic_network, "_by_cobra", lambda path: pytest.fail("the slow way"))
    started = time.process_time()
    network = read_metabolic_network(public_files / "yeast/gem/yeast-GEM.yml")
    assert time.process_time() - started < 4
    assert network.stoichiometry.shape == (2806, 4131)
    assert len(network.genes) == 1161
    matrix = network.stoichiometry
    places = (matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64))
    names = [*network.metabolites, *network.metabolite_names, *network.compartments, *network.reactions]
    names += [*network.reaction_names, *network.rules, *network.genes]
    arrays = (network.lower, network.upper, network.objective, matrix.data, *places)
    assert digest(*arrays, names="\n".join(names)) == COBRAS
