"""Aggregation: held to a plain Python loop that follows the formulas, and to the faults of earlier systems."""

import math
from collections import defaultdict
from statistics import NormalDist

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import ndtr

from knockon.dataset.aggregate import aggregate, combined_p, count_by, joined_names, weighted_means
from knockon.dataset.identity import groups, keys
from knockon.dataset.records import AGGREGATED_SCHEMA
from knockon.errors import KnockonError
from tests.dataset.made_up import deleted, record, screen, table

A, B = "YAL001C", "YBR002W"
PAIR = deleted(A, B)


def brute_force(records: pa.Table) -> dict[int, dict]:
    """The formulas of aggregate.py, one key at a time."""
    by_key = defaultdict(list)
    for key, group, row in zip(keys(records).tolist(), groups(records).tolist(), records.to_pylist(), strict=True):
        by_key[key].append(row | {"key": key, "group": group})
    return {key: _average(sorted(rows, key=lambda row: row["id"])) for key, rows in by_key.items()}


def _average(rows: list[dict]) -> dict:
    m = len(rows)
    values = [row["value"] for row in rows]
    errors = [row["standard_error"] for row in rows]
    mean = sum(values) / m
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (m - 1)) if m > 1 else None
    if all(error is not None and error > 0 for error in errors):
        weights = [1 / error**2 for error in errors]
        value = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
        error = 1 / math.sqrt(sum(weights))
    else:
        value = mean
        error = spread / math.sqrt(m) if spread else None
    return {
        **{name: rows[0][name] for name in ("key", "group", "perturbations", "media", "temperature", "phenotype")},
        "dataset": "+".join(sorted({row["dataset"] for row in rows})),
        "value": value,
        "standard_error": error,
        "n": sum(row["n"] for row in rows),
        "p_value": _stouffer(rows),
        "spread": spread,
        "reference": sum(row["reference"] for row in rows) / m,
        "reconstructed": any(row["reconstructed"] for row in rows),
    }


def _stouffer(rows: list[dict]) -> float | None:
    known = [row for row in rows if row["p_value"] is not None]
    if len(known) < 2:
        return known[0]["p_value"] if known else None
    scores = [
        math.copysign(1, row["value"] - row["reference"]) * -NormalDist().inv_cdf(row["p_value"] / 2) for row in known
    ]
    return 2 * NormalDist().cdf(-abs(sum(scores) / math.sqrt(len(scores))))


def _assert_same(got: dict, wanted: dict) -> None:
    assert got.keys() == wanted.keys()
    for name, value in wanted.items():
        if isinstance(value, float):
            assert math.isclose(got[name], value, rel_tol=1e-9, abs_tol=1e-12), name
        else:
            assert got[name] == value, name


def test_equals_a_python_loop():
    records = screen(3_000, 12, seed=2)
    wanted = brute_force(records)
    got = aggregate(records)
    assert got.schema.equals(AGGREGATED_SCHEMA, check_metadata=True)
    assert len(wanted) < 0.5 * len(records)
    assert got["key"].to_pylist() == sorted(wanted)
    for row in got.to_pylist():
        _assert_same(row, wanted[row["key"]])


def test_bytes_do_not_depend_on_the_order_of_rows():
    records = screen(3_000, 12, seed=4)
    whole = aggregate(records)
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(records))
        assert aggregate(records.take(pa.array(order))).equals(whole)


def _one(*records: dict) -> dict:
    rows = aggregate(table(*records)).to_pylist()
    assert len(rows) == 1
    return rows[0]


def test_precise_records_weigh_more():
    got = _one(record(PAIR, 1, value=0.0, standard_error=0.1), record(PAIR, 2, value=1.0, standard_error=0.3))
    assert got["value"] == pytest.approx(0.1)
    assert got["standard_error"] == pytest.approx(1 / math.sqrt(100 + 100 / 9))


def test_both_directions_are_one_record():
    got = _one(record(PAIR, 1, query_gene=A, value=0.2), record(PAIR, 2, query_gene=B, value=0.4))
    assert got["value"] == pytest.approx(0.3)
    assert got["n"] == 8


def test_temperatures_alleles_and_kinds_stay_apart():
    records = [
        record(PAIR, 1),
        record(PAIR, 2, temperature=30.0),
        record([(A, "ts", "a-1"), (B, "deletion", "")], 3),
        record([(A, "ts", "a-2"), (B, "deletion", "")], 4),
    ]
    assert len(aggregate(table(*records))) == 4


@pytest.mark.parametrize("unknown", [None, 0.0], ids=["missing", "zero"])
def test_one_unknown_error_makes_the_mean_plain(unknown):
    got = _one(record(PAIR, 1, value=0.0, standard_error=0.1), record(PAIR, 2, value=1.0, standard_error=unknown))
    assert got["value"] == pytest.approx(0.5)
    assert got["spread"] == pytest.approx(math.sqrt(0.5))
    assert got["standard_error"] == pytest.approx(0.5)


def test_a_lone_record_passes_unchanged():
    """Not even the last bit may change: value·w/w is not always the value."""
    rng = np.random.default_rng(0)
    values, errors = rng.normal(size=500), rng.gamma(1, 1e-3, 500)
    means = weighted_means(values, errors, np.arange(500))
    np.testing.assert_array_equal(means.value, values)
    np.testing.assert_array_equal(means.standard_error, errors)
    assert np.isnan(means.spread).all()


def test_a_lone_record_of_unknown_error_has_none():
    assert _one(record(PAIR, 1, standard_error=None))["standard_error"] is None
    assert _one(record(PAIR, 1, standard_error=0.0))["standard_error"] is None


def test_equal_values_of_unknown_error_are_not_called_exact():
    got = _one(record(PAIR, 1, standard_error=None), record(PAIR, 2, standard_error=None))
    assert got["spread"] == 0.0
    assert got["standard_error"] is None


def test_tiny_errors_do_not_overflow():
    got = _one(record(PAIR, 1, value=0.0, standard_error=1e-300), record(PAIR, 2, value=1.0, standard_error=1e-300))
    assert got["value"] == pytest.approx(0.5)
    assert got["standard_error"] == pytest.approx(1e-300 / math.sqrt(2))


def test_counts_that_do_not_fit_are_an_error():
    with pytest.raises(KnockonError, match="2³¹"):
        aggregate(table(record(PAIR, 1, n=2**31 - 1), record(PAIR, 2, n=1)))


def test_names_are_joined_sorted_and_once():
    names = pa.array(["b", "a", "b", "c", "a+c", "b", "c", "a", "b"])
    assert joined_names(names, np.array([0, 3, 4, 5, 7])).to_pylist() == ["a+b", "c", "a+c", "b+c", "a+b"]


def test_nothing_gives_nothing():
    assert aggregate(table(record(PAIR))[:0]).equals(AGGREGATED_SCHEMA.empty_table())


def test_counts_by_dataset_phenotype_and_size():
    rows = table(record(PAIR, 1), record(PAIR, 2), record(deleted(A), 3), record(PAIR, 4, dataset="b"))
    assert count_by(rows) == {("b", "interaction", 2): 1, ("screen", "fitness", 1): 1, ("screen", "interaction", 2): 2}


def test_averages_of_chance_are_called_significant_as_often_as_they_are_chance():
    """Three records without any effect: 5 % of the joint p-values lie below 0.05; the smallest of three did in 14 %."""
    random = np.random.default_rng(3)
    effects = random.normal(size=60_000)
    p_values = 2 * ndtr(-np.abs(effects))
    joint = combined_p(p_values, effects, np.arange(0, 60_000, 3))
    assert np.mean(joint < 0.05) == pytest.approx(0.05, abs=0.005)


def test_what_agrees_is_more_certain_and_what_disagrees_is_less():
    starts = np.array([0, 2, 4, 6])
    p_values = np.array([0.01, 0.01, 0.01, 0.01, 0.0, 1.0, np.nan, 0.3])
    effects = np.array([-1.0, -2.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0])
    agree, disagree, certain, alone = combined_p(p_values, effects, starts)
    assert agree < 0.001
    assert disagree == 1
    assert 0 < certain < 1e-100
    assert alone == 0.3
