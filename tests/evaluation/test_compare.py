"""The benchmark's table: every model scored on the same rows, the best chosen by validation and never by test."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.compare import BENCHMARK_SCHEMA, Run, best_by_validation, ceilings_of, compare
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.evaluation.units import each_row

ROWS = 400
RESAMPLING = Resampling(replicates=50)


def predictions(**columns):
    rng = np.random.default_rng(0)
    values = rng.normal(size=ROWS)
    tables = []
    for name, noise in columns.items():
        plain = {
            "key": np.arange(ROWS, dtype=np.uint64),
            "split": ["test"] * ROWS,
            "model": [name.replace("__", " ")] * ROWS,
            "head": ["interaction"] * ROWS,
            "perturbed": np.full(ROWS, 2, dtype=np.int32),
            "seen": np.full(ROWS, 2, dtype=np.int32),
            "unit_a": np.arange(ROWS, dtype=np.int32) % 20,
            "unit_b": np.arange(ROWS, dtype=np.int32) % 19 + 20,
            "n": np.ones(ROWS, dtype=np.int32),
            "standard_error": pa.nulls(ROWS, pa.float64()),
            "value": values,
            "predicted": values + rng.normal(scale=noise, size=ROWS),
        }
        tables.append(pa.table(plain, schema=PREDICTION_SCHEMA))
    return pa.concat_tables(tables)


def runs():
    return [
        Run(
            "one_hot",
            10,
            predictions(svr__pert_sum=1.0, svr__pert_mean=0.5),
            {"svr pert_sum": 0.9, "svr pert_mean": 0.1},
        ),
        Run("", 10, predictions(additive=2.0), {}),
    ]


def test_every_model_of_every_run_is_a_row():
    table = compare(runs(), "interaction", each_row, RESAMPLING)
    assert table.schema.equals(BENCHMARK_SCHEMA)
    assert table["model"].to_pylist() == ["additive", "svr", "svr"]
    assert table["aggregation"].to_pylist() == ["", "pert_mean", "pert_sum"]
    for row in table.to_pylist():
        assert row["pearson_low"] <= row["pearson"] <= row["pearson_high"]


def test_the_best_by_validation_wins_even_where_the_test_says_otherwise():
    table = compare(runs(), "interaction", each_row, RESAMPLING)
    by_name = {row["aggregation"]: row["pearson"] for row in table.to_pylist()}
    assert by_name["pert_mean"] > by_name["pert_sum"]
    best = {row["model"]: row for row in best_by_validation(table)}
    assert best["svr"]["aggregation"] == "pert_sum"
    assert best["additive"]["validation_pearson"] is None


def test_the_ceiling_comes_from_pairs_measured_both_ways():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=2000)
    pairs = pa.table({"forward": truth + rng.normal(size=2000), "reverse": truth + rng.normal(size=2000)})
    found = ceilings_of(predictions(additive=1.0), "interaction", pairs, each_row, RESAMPLING)
    assert found["ceiling_pearson"] == pytest.approx(np.sqrt(0.5), abs=0.04)
    assert ceilings_of(predictions(additive=1.0), "interaction", None, each_row, RESAMPLING)["ceiling_pearson"] is None
