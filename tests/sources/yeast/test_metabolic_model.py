"""The metabolic model gives its genes their reactions and metabolites, and loads nothing but plain values."""

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.metabolic_model import (
    GEM_METABOLITE_SCHEMA,
    GEM_REACTION_SCHEMA,
    read_gem_metabolites,
    read_gem_reactions,
)

MODEL = """---
!!omap
- metaData:
    id: "small"
- metabolites:
    - !!omap
      - id: "s_1"
      - name: "water"
      - compartment: "c"
    - !!omap
      - id: "s_2"
      - name: "proton"
      - compartment: "m"
- reactions:
    - !!omap
      - id: "r_1"
      - name: "first"
      - metabolites: !!omap
          - s_1: -2
          - s_2: 0.5
      - gene_reaction_rule: "(YAL001C and YAL002W) or (YAL001C and YBR001C-A)"
      - eccodes: "1.1.1.1"
      - subsystem:
          - "Glycolysis"
          - "Transport"
    - !!omap
      - id: "r_2"
      - name: "spontaneous"
      - metabolites: !!omap
          - s_1: 1
      - gene_reaction_rule: ""
- genes:
    - !!omap
      - id: "YAL001C"
    - !!omap
      - id: "YAL002W"
    - !!omap
      - id: "YBR001C-A"
"""


def written(tmp_path, text):
    path = tmp_path / "model.yml"
    path.write_text(text)
    return path


def test_each_gene_of_a_rule_gets_the_reaction_once(tmp_path):
    table = read_gem_reactions(written(tmp_path, MODEL)).table
    assert table.schema.equals(GEM_REACTION_SCHEMA, check_metadata=True)
    assert table["gene"].to_pylist() == ["YAL001C", "YAL002W", "YBR001C-A"]
    assert table["subsystems"].to_pylist()[0] == ["Glycolysis", "Transport"]
    assert table["ec_numbers"].to_pylist()[0] == ["1.1.1.1"]


def test_metabolites_keep_sign_and_size_of_their_coefficients(tmp_path):
    table = read_gem_metabolites(written(tmp_path, MODEL)).table
    assert table.schema.equals(GEM_METABOLITE_SCHEMA, check_metadata=True)
    assert table.num_rows == 6
    rows = table.filter(pc.equal(table["gene"], "YAL002W")).select(["metabolite", "name", "compartment", "coefficient"])
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        ("s_1", "water", "c", -2.0),
        ("s_2", "proton", "m", 0.5),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("- genes:", "- genes: [", "line"),
        ('id: "s_1"', 'identifier: "s_1"', "entry 1 of metabolites lacks"),
        ("s_1: -2", "s_9: -2", "reaction r_1 uses s_9"),
        ("s_1: -2", "s_1: many", "the coefficient of s_1 is no number"),
        ("YAL002W)", "YZZ002W)", "reaction r_1 names YZZ002W"),
        ("- reactions:", "- things:", "is it a metabolic model"),
        ("---", "--- !!python/object/apply:os.getcwd []", "not readable YAML"),
        ('id: "small"', "id: !!python/name:os.system", "not readable YAML"),
    ],
)
def test_broken_models_are_errors(tmp_path, old, new, message):
    assert old in MODEL
    path = written(tmp_path, MODEL.replace(old, new))
    with pytest.raises(FormatError, match=message):
        read_gem_metabolites(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000 + "]" * 100_000, "line 1: more than 20 levels"),
        ("a: &a [1]\nb: [*a, *a]\n", "line 2: a reference"),
    ],
)
def test_nesting_and_references_that_bring_the_parser_down_are_refused(tmp_path, text, message):
    with pytest.raises(FormatError, match=message):
        read_gem_reactions(written(tmp_path, text))


@pytest.mark.public
def test_the_published_model(public_files):
    table = read_gem_reactions(public_files / "yeast/gem/yeast-GEM.yml").table
    assert table.num_rows == 4095
    assert pc.count_distinct(table["gene"]).as_py() == 1161
