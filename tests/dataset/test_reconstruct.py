"""Reconstructed fitness: the right standards, the right error, and never taken for a measurement."""

import math

import pyarrow as pa
import pytest

from knockon.dataset.aggregate import aggregate
from knockon.dataset.identity import keys
from knockon.dataset.reconstruct import SINGLES_SCHEMA, reconstruct, single_fitness
from knockon.dataset.records import AGGREGATED_SCHEMA
from tests.dataset.made_up import deleted, record, screen, table

A, B, C = "YAL001C", "YBR002W", "YCR003C"
PAIR = deleted(A, B)
SINGLES = [
    record(deleted(A), 1, value=0.8, standard_error=0.1, dataset="smf"),
    record(deleted(B), 2, value=0.5, standard_error=0.2, dataset="smf"),
]


def _standards(*records, temperature=26.0):
    return single_fitness(table(*records), temperature)


def _rebuilt(*records, singles=SINGLES):
    return reconstruct(aggregate(table(*records)), _standards(*singles))


def test_value_and_error_follow_the_multiplicative_model():
    (row,) = _rebuilt(record(PAIR, 3, value=-0.1, standard_error=0.05)).to_pylist()
    assert math.isclose(row["value"], 0.8 * 0.5 - 0.1)
    assert math.isclose(row["standard_error"], math.sqrt((0.5 * 0.1) ** 2 + (0.8 * 0.2) ** 2 + 0.05**2))
    assert row["reconstructed"]
    assert (row["phenotype"], row["reference"], row["dataset"], row["n"]) == ("fitness", 1.0, "screen+smf", 4)
    assert row["p_value"] is None
    assert row["spread"] is None


def test_key_is_that_of_a_measured_fitness_of_the_strain():
    """So that a measurement of the same strain finds, and replaces, the computed one."""
    row = _rebuilt(record(PAIR, 3))
    measured = table(record(PAIR, 4, phenotype="fitness"))
    assert row["key"].to_pylist() == keys(measured).tolist()
    assert row["group"].to_pylist() == aggregate(measured)["group"].to_pylist()


@pytest.mark.parametrize("which", [0, 1, 2])
def test_one_unknown_error_makes_the_error_unknown(which):
    rows = [*SINGLES, record(PAIR, 3)]
    rows[which] = rows[which] | {"standard_error": None}
    (row,) = _rebuilt(rows[2], singles=rows[:2]).to_pylist()
    assert row["standard_error"] is None


def test_pairs_without_both_standards_are_left_out():
    rows = [record(deleted(A, C), 3), record([(A, "ts", "a-1"), (B, "deletion", "")], 4)]
    assert len(_rebuilt(*rows)) == 0
    assert len(_rebuilt(record(PAIR, 3), singles=[])) == 0


def test_other_records_are_passed_over():
    rows = [
        record(PAIR, 3, phenotype="fitness"),
        record(PAIR, 4, phenotype="s_score"),
        record(deleted(A), 5),
        record(deleted(A, B, C), 6),
    ]
    got = _rebuilt(*rows)
    assert len(got) == 0
    assert got.schema.equals(AGGREGATED_SCHEMA)


def test_standards_are_of_one_temperature_and_kind():
    rows = [
        record(deleted(A), 1, value=0.9),
        record(deleted(A), 2, value=0.5, temperature=30.0),
        record([(A, "ts", "a-1")], 3, value=0.3),
        record(deleted(A), 4, value=0.1, reconstructed=True),
        record(deleted(A, B), 5, value=0.2, phenotype="fitness"),
    ]
    got = _standards(*rows).to_pylist()
    assert [(row["gene"], row["kind"], row["value"]) for row in got] == [(A, "deletion", 0.9), (A, "ts", 0.3)]
    assert _standards(*rows, temperature=30.0)["value"].to_pylist() == [0.5]


def test_strains_of_a_gene_and_kind_are_averaged_by_precision():
    rows = [
        record([(A, "ts", "a-1")], 1, value=0.0, standard_error=0.1, dataset="x"),
        record([(A, "ts", "a-2")], 2, value=1.0, standard_error=0.3, dataset="y"),
    ]
    (row,) = _standards(*rows).to_pylist()
    assert math.isclose(row["value"], 0.1)
    assert math.isclose(row["standard_error"], 1 / math.sqrt(100 + 100 / 9))
    assert (row["dataset"], row["n"]) == ("x+y", 8)


def test_raw_and_aggregated_records_serve():
    rows = screen(2_000, 30, seed=2)
    raw, merged = single_fitness(rows, 26.0), single_fitness(aggregate(rows), 26.0)
    assert raw.schema.equals(merged.schema)
    assert raw.schema.equals(SINGLES_SCHEMA)
    assert raw.select(["gene", "kind", "n"]).equals(merged.select(["gene", "kind", "n"]))


def test_equals_a_python_loop():
    rows = aggregate(screen(4_000, 25, seed=7))
    standards = single_fitness(rows, 30.0)
    known = {(row["gene"], row["kind"]): row for row in standards.to_pylist()[:-3]}
    got = {row["key"]: row for row in reconstruct(rows, standards[:-3]).to_pylist()}
    wanted = 0
    for row in rows.to_pylist():
        strains = [known.get((part["gene"], part["kind"])) for part in row["perturbations"]]
        if row["phenotype"] != "interaction" or len(strains) != 2 or None in strains:
            continue
        wanted += 1
        changed = {name: [row[name]] for name in AGGREGATED_SCHEMA.names} | {"phenotype": ["fitness"]}
        rebuilt = got[int(keys(pa.table(changed, schema=AGGREGATED_SCHEMA))[0])]
        assert math.isclose(rebuilt["value"], strains[0]["value"] * strains[1]["value"] + row["value"], abs_tol=1e-12)
        names = {part for each in (row, *strains) for part in each["dataset"].split("+")}
        assert rebuilt["dataset"] == "+".join(sorted(names))
    assert wanted == len(got) > 100
