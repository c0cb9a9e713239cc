"""Experiments: stable identifiers, standard errors, environments, and what was perturbed."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from knockon.graph.adapters.experiments import part_bits
from knockon.graph.tables import EdgeTable, NodeTable
from tests.graph.made_up import experiments, measurements, pairs, source


def _tables(tmp_path: Path, *sources: Any) -> dict[str, pa.Table]:
    """All parts of a label joined."""
    collected = experiments(tmp_path, *sources)
    tables: dict[str, list[pa.Table]] = {}
    for table in [*collected.tables(), *collected.context.tables()]:
        assert isinstance(table, NodeTable | EdgeTable)
        tables.setdefault(table.label, []).append(table.table)
    return {label: pa.concat_tables(parts) for label, parts in tables.items()}


def _identifiers(tmp_path: Path, **changes: Any) -> list[str]:
    row = {"gene_a": "YAL001C", "gene_b": "YBL002W", "value": 0.5}
    given = {key: changes.pop(key) for key in list(changes) if key in ("dataset", "media", "temperature")}
    return _tables(tmp_path, source(measurements(row | changes), **given))["FitnessExperiment"]["id"].to_pylist()


def test_everything_that_was_measured_is_part_of_the_identifier(tmp_path: Path) -> None:
    """Earlier systems merged experiments that differed in temperature, allele or kind only."""
    changes: list[dict[str, Any]] = [
        {},
        {"allele_a": "tfc3-1"},
        {"kind_b": "ts"},
        {"strain_a": "YAL001C_sn2"},
        {"value": 0.25},
        {"temperature": 26.0},
        {"media": "SD"},
        {"dataset": "other"},
        {"gene_a": "YBL002W", "gene_b": "YAL001C", "strain_a": "YAL001C_sn1", "strain_b": "YBL002W_dma1"},
    ]
    identifiers = [_identifiers(tmp_path / str(number), **change)[0] for number, change in enumerate(changes)]
    assert len(set(identifiers)) == len(changes)
    assert all(len(identifier) == 16 and int(identifier, 16) >= 0 for identifier in identifiers)


def test_what_was_not_measured_is_not_part_of_the_identifier(tmp_path: Path) -> None:
    """A row keeps its identifier when rows before it come or go, or a name is written in another way."""
    first = _identifiers(tmp_path / "a")
    assert _identifiers(tmp_path / "b", line=99, gene_a="TFC3", strain_a="YAL001C_sn1") == first


def test_equal_measurements_are_counted_not_merged(tmp_path: Path) -> None:
    """Replicates with the very same value are two experiments."""
    row = {"gene_a": "YAL001C", "value": 0.5}
    once = _tables(tmp_path / "a", source(measurements(row)))["FitnessExperiment"]["id"].to_pylist()
    thrice = _tables(tmp_path / "b", source(measurements(row), measurements(row, row)))["FitnessExperiment"]
    identifiers = thrice["id"].to_pylist()
    assert len(set(identifiers)) == 3
    assert once[0] in identifiers
    assert len({identifier[:4] for identifier in identifiers}) == 1, "they must stay in one part"


def test_the_reported_sd_is_the_standard_error_unless_n_is_given(tmp_path: Path) -> None:
    """Dropping the SE, or dividing SGA's SD of the mean by √n again, biases every weight."""
    rows = measurements(
        {"gene_a": "YAL001C", "standard_deviation": 0.2},
        {"gene_a": "YBL002W", "standard_deviation": 0.2, "n": 4},
        {"gene_a": "YCL003W"},
    )
    tables = _tables(tmp_path, source(rows))
    nodes = tables["FitnessExperiment"].to_pylist()
    genes = dict(zip(tables["Perturbs"]["source"].to_pylist(), tables["Perturbs"]["target"].to_pylist(), strict=True))
    found = {genes[node["id"]]: (node["standard_error"], node["n"], node["reference"]) for node in nodes}
    assert found == {"YAL001C": (0.2, 1, 1.0), "YBL002W": (0.1, 4, 1.0), "YCL003W": (None, 1, 1.0)}


def test_roles_and_query_gene_of_single_double_and_triple_mutants(tmp_path: Path) -> None:
    """In triple mutants the query strain carries a and c, the array strain b."""
    rows = measurements(
        {"gene_a": "YAL001C"},
        {"gene_a": "YAL001C", "gene_b": "YBL002W", "phenotype": "interaction", "value": 0.1},
        {"gene_a": "YAL001C", "gene_b": "YBL002W", "gene_c": "YCL003W", "phenotype": "s_score", "value": 3.0},
    )
    tables = _tables(tmp_path, source(rows))
    assert [(row["target"], row["role"]) for row in tables["Perturbs"].to_pylist()] == [
        ("YAL001C", "single"),
        ("YAL001C", "query"),
        ("YBL002W", "array"),
        ("YAL001C", "query"),
        ("YBL002W", "array"),
        ("YCL003W", "query"),
    ]
    query_genes = [
        tables[f"{name}Experiment"]["query_gene"][0].as_py() for name in ("Fitness", "Interaction", "SScore")
    ]
    assert query_genes == ["", "YAL001C", "YAL001C"]
    assert tables["InteractionExperiment"]["reference"].to_pylist() == [0.0]


def test_environments_come_from_the_row_before_the_file(tmp_path: Path) -> None:
    """SGA pair files say the temperature row by row; a file may say none."""
    rows = measurements({"temperature": 26.0}, {"value": 0.9})
    tables = _tables(tmp_path, source(rows), source(measurements({}), media="SD", temperature=None, name="b"))
    assert tables["Environment"].to_pylist() == [
        {"id": "SD", "media": "SD", "temperature": None},
        {"id": "YPD-26C", "media": "YPD", "temperature": 26.0},
        {"id": "YPD-30C", "media": "YPD", "temperature": 30.0},
    ]
    assert sorted(tables["MeasuredIn"]["target"].to_pylist()) == ["SD", "YPD-26C", "YPD-30C"]


def test_data_sets_and_publications_are_nodes(tmp_path: Path) -> None:
    """Provenance of every experiment can be followed in the graph."""
    tables = _tables(tmp_path, source(measurements({})), source(measurements({}), name="b", format="smf"))
    assert tables["Dataset"].to_pylist() == [
        {"id": "made_up", "files": ["b", "screen"], "formats": ["sga_pairs", "smf"]}
    ]
    assert tables["ReportedIn"].to_pylist() == [{"source": "made_up", "target": "10.1/made-up"}]


def test_unknown_genes_and_values_that_are_no_numbers_are_rejected(tmp_path: Path) -> None:
    """Neither may reach the graph, and neither may vanish."""
    rows = measurements({"gene_a": "NOPE"}, {"value": float("nan")}, {"value": float("inf")}, {"gene_b": "SHARED"}, {})
    collected = experiments(tmp_path, source(rows))
    nodes = [table for table in collected.tables() if table.label == "FitnessExperiment"]
    assert sum(node.table.num_rows for node in nodes) == 1
    assert collected.naming.rejects.counts() == {
        "screen": {"ambiguous alias": 1, "unknown gene name": 1, "value is not a finite number": 2}
    }


def test_parts_are_sorted_and_cut_by_leading_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queries by id range and small re-versioned parts rest on this order."""
    monkeypatch.setattr("knockon.graph.adapters.experiments._SINGLE_PART_ROWS", 100)
    parts = list(experiments(tmp_path, source(pairs(400))).tables())
    nodes = [part.table["id"].to_pylist() for part in parts if part.label == "InteractionExperiment"]
    edges = [part.table["source"].to_pylist() for part in parts if part.label == "Perturbs"]
    assert len(nodes) == 32
    assert [identifier for part in nodes for identifier in part] == sorted({i for part in nodes for i in part})
    for number, (part, perturbs) in enumerate(zip(nodes, edges, strict=True)):
        assert {int(identifier, 16) >> 59 for identifier in part} <= {number}
        assert perturbs == sorted([*part, *part])


def test_one_changed_row_changes_one_part_of_each_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The promise of ≤ 5 % re-versioned bytes."""
    monkeypatch.setattr("knockon.graph.adapters.experiments._SINGLE_PART_ROWS", 100)
    changed = pairs(400).to_pylist()
    del changed[17]
    before = list(experiments(tmp_path / "a", source(pairs(400))).tables())
    after = list(experiments(tmp_path / "b", source(pa.Table.from_pylist(changed, schema=pairs(1).schema))).tables())
    differ = [old.label for old, new in zip(before, after, strict=True) if not old.table.equals(new.table)]
    assert differ == ["InteractionExperiment", "Perturbs", "MeasuredIn"]


@pytest.mark.parametrize(
    ("rows", "bits"), [(0, 0), (20_000, 0), (20_001, 5), (4_000_000, 5), (20_000_000, 8), (10**9, 8)]
)
def test_number_of_parts(rows: int, bits: int) -> None:
    """Small tables stay whole; large ones have parts near 10⁵ rows, never more than 256."""
    assert part_bits(rows) == bits


def test_a_row_that_names_its_medium_is_measured_in_it(tmp_path: Path) -> None:
    """An own table may hold several conditions; rows that say nothing keep the source's."""
    conditions = [("SC", 37.0), ("SC", None), (None, 37.0), (None, None)]
    rows = [
        {"value": 0.1 * place, "media": medium, "temperature": warm} for place, (medium, warm) in enumerate(conditions)
    ]
    tables = _tables(tmp_path, source(measurements(*rows)))
    values = dict(zip(*(tables["FitnessExperiment"][name].to_pylist() for name in ("id", "value")), strict=True))
    measured = {values[row["source"]]: row["target"] for row in tables["MeasuredIn"].to_pylist()}
    assert [measured[row["value"]] for row in rows] == ["SC-37C", "SC-30C", "YPD-37C", "YPD-30C"]
    assert set(tables["Environment"]["media"].to_pylist()) == {"SC", "YPD"}
