"""Phenotypes of many values: one experiment a strain, an edge a value, and nothing for what was not measured."""

from typing import Any

import pyarrow as pa
import pytest

from knockon.graph.adapters.context import Context, Provenance
from knockon.graph.adapters.profiles import Profiles, growth_profiles
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from knockon.sources.yeast.smf import GROWTH_SCHEMA
from tests.graph.made_up import naming

_KINDS = dict(zip(PROFILE_SCHEMA.names, PROFILE_SCHEMA.types, strict=True))
_SOURCE = Provenance("screen", "screen.tsv", "scmd_mutants", "made_up", "10.1/made-up", "YPD", 25.0)


def _rows(*rows: dict[str, Any]) -> pa.Table:
    base = {"line": 2, "phenotype": "morphology", "component": "C11-1_A", "unit": "pixels", "value": 1.0}
    filled = [{**base, "genes": [row["strain"]] if row["strain"][0] == "Y" else [], **row} for row in rows]
    kinds = {name: kind.value_type if pa.types.is_dictionary(kind) else kind for name, kind in _KINDS.items()}
    return pa.table({name: pa.array([row[name] for row in filled], kind) for name, kind in kinds.items()}).cast(
        PROFILE_SCHEMA
    )


def _tables(*tables: pa.Table, source: Provenance = _SOURCE, described: pa.Table | None = None) -> dict[str, pa.Table]:
    profiles = Profiles(naming(), Context())
    for rows in tables:
        profiles.add(source, rows)
    found: dict[str, list[pa.Table]] = {}
    for table in profiles.tables(described):
        found.setdefault(table.label, []).append(table.table)
    found["rejects"] = [profiles.naming.rejects.table()]
    return {label: pa.concat_tables(parts) for label, parts in found.items()}


_TWO = (
    {"strain": "YAL001C"},
    {"strain": "YAL001C", "component": "C12-1_A", "value": 2.0},
    {"strain": "YBL002W", "component": "C12-1_A", "value": 3.0},
)


def test_a_strain_is_one_experiment_with_an_edge_a_value() -> None:
    """A component that a strain lacks has no edge: missing is neither zero nor an average."""
    tables = _tables(_rows(*_TWO))
    strains = {row["id"]: row for row in tables["ProfileExperiment"].to_pylist()}
    components = {row["id"]: row for row in tables["Component"].to_pylist()}
    values = {
        (strains[edge["source"]]["strain"], components[edge["target"]]["name"]): edge["value"]
        for edge in tables["Measures"].to_pylist()
    }
    assert values == {("YAL001C", "C11-1_A"): 1.0, ("YAL001C", "C12-1_A"): 2.0, ("YBL002W", "C12-1_A"): 3.0}
    assert {row["strain"]: row["measured"] for row in strains.values()} == {"YAL001C": 2, "YBL002W": 1}
    assert {row["unit"] for row in components.values()} == {"pixels"}
    assert tables["MeasuredIn"]["target"].to_pylist() == ["YPD-25C"] * 2


def test_an_identifier_depends_on_the_strain_not_on_its_values_or_neighbours() -> None:
    """A corrected value or a further strain must not rename the others."""

    def identifiers(table: pa.Table) -> dict[str, str]:
        rows = _tables(table)["ProfileExperiment"].to_pylist()
        return {row["strain"]: row["id"] for row in rows}

    first = identifiers(_rows(*_TWO))
    other = identifiers(_rows({"strain": "YCL003W"}, *_TWO[1:], {"strain": "YAL001C", "value": 9.0}))
    assert {name: other[name] for name in first} == first
    assert len(set(other.values())) == 3


def test_the_same_strain_of_two_files_is_two_experiments() -> None:
    """Replicates are counted, not merged, and each keeps its own values."""
    tables = _tables(_rows(_TWO[0]), _rows({**_TWO[0], "value": 5.0}))
    assert len(set(tables["ProfileExperiment"]["id"].to_pylist())) == 2
    pairs = zip(tables["Measures"]["source"].to_pylist(), tables["Measures"]["value"].to_pylist(), strict=True)
    assert sorted(value for _, value in pairs) == [1.0, 5.0]


def test_wild_types_perturb_nothing_and_double_mutants_two_genes() -> None:
    """A wild-type replicate has values but no gene; a pair without a query has the role pair."""
    tables = _tables(
        _rows({"strain": "HIS3-001"}, {"strain": "Y2", "genes": ["TFC3", "YBL002W"]}, {"strain": "YDR004W"})
    )
    strains = {row["id"]: row["strain"] for row in tables["ProfileExperiment"].to_pylist()}
    found = {
        (strains[row["source"]], row["target"], row["role"], row["kind"]) for row in tables["Perturbs"].to_pylist()
    }
    assert found == {
        ("Y2", "YAL001C", "pair", "deletion"),
        ("Y2", "YBL002W", "pair", "deletion"),
        ("YDR004W", "YDR004W", "single", "deletion"),
    }
    assert sorted(strains.values()) == ["HIS3-001", "Y2", "YDR004W"]


def test_a_strain_of_an_unknown_gene_is_rejected_whole_and_once() -> None:
    """Half a genotype would be a wrong genotype; and 281 values of one strain are one reject."""
    bad = [{"strain": "Y2", "genes": ["TFC3", "NOPE1"], "line": 7, "component": f"C{n}_A"} for n in range(3)]
    tables = _tables(_rows(*bad, *_TWO))
    assert sorted(tables["ProfileExperiment"]["strain"].to_pylist()) == ["YAL001C", "YBL002W"]
    assert tables["Measures"].num_rows == 3
    (reject,) = tables["rejects"].to_pylist()
    assert (reject["source"], reject["line"], reject["value"]) == ("screen", 7, "NOPE1")


def test_values_that_are_not_finite_are_rejected() -> None:
    """A database would take NaN for a value."""
    tables = _tables(_rows(*_TWO, {"strain": "YBL002W", "value": float("inf"), "line": 9}))
    assert tables["Measures"].num_rows == 3
    assert tables["rejects"]["line"].to_pylist() == [9]


def test_components_are_described_and_transcripts_point_to_their_genes() -> None:
    """Two units are two components; a transcript of an unknown gene keeps its value and is counted."""
    described = pa.table({"parameter": ["C11-1_A"], "description": ["cell size"]})
    rows = _rows(
        _TWO[0],
        {"strain": "YAL001C", "phenotype": "expression", "component": "HTB2", "unit": "ratio"},
        {"strain": "YAL001C", "phenotype": "expression", "component": "HTB2", "unit": "z-score", "value": 2.0},
        {"strain": "YAL001C", "phenotype": "expression", "component": "ODD1", "unit": "ratio", "line": 4},
    )
    tables = _tables(rows, described=described)
    components = {row["id"]: (row["name"], row["unit"], row["description"]) for row in tables["Component"].to_pylist()}
    assert len(components) == 4
    assert ("C11-1_A", "pixels", "cell size") in components.values()
    named = [(components[row["source"]][:2], row["target"]) for row in tables["ExpressionOf"].to_pylist()]
    assert sorted(named) == [(("HTB2", "ratio"), "YBL002W"), (("HTB2", "z-score"), "YBL002W")]
    assert tables["rejects"]["value"].to_pylist() == ["ODD1"]
    assert sorted(tables["ProfileExperiment"]["phenotype"].to_pylist()) == ["expression", "morphology"]


def test_doubling_times_are_profiles_of_one_component() -> None:
    """Another quantity than colony fitness must not become a fitness."""
    rows = pa.Table.from_pylist([{"line": 2, "gene": "TFC3", "relative_doubling_time": 0.5}], schema=GROWTH_SCHEMA)
    tables = _tables(growth_profiles(rows, PROFILE_SCHEMA))
    assert tables["Component"]["name"].to_pylist() == ["doubling time"]
    assert tables["Component"]["unit"].to_pylist() == ["log2 of the doubling time relative to wild type"]
    assert tables["Perturbs"]["target"].to_pylist() == ["YAL001C"]


@pytest.mark.parametrize("rows", [_rows(), None], ids=["empty file", "no file"])
def test_no_profiles_are_no_tables(rows: pa.Table | None) -> None:
    """A manifest without profiles, or with an empty one, builds a graph all the same."""
    tables = _tables(*([] if rows is None else [rows]))
    assert sum(table.num_rows for table in tables.values()) == 0
