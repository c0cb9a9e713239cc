"""Scores of told cycles and what of them is drawn: the mean r, and how far it lies over ridge's."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.told_cycles import told_rows

RANDOM = np.random.default_rng(1)
TRUTH = {cycle: RANDOM.normal(0, 1, 60) for cycle in (4, 5)}


def predictions(model: str, noise: float) -> list[pa.Table]:
    random = np.random.default_rng(2)
    tables = []
    for cycle, value in TRUTH.items():
        mean = np.zeros(60) if noise == np.inf else value + random.normal(0, noise, 60)
        columns = {"model": [model] * 60, "past": ["play"] * 60, "cycle": [cycle] * 60, "value": value, "mean": mean}
        tables.append(pa.table({**columns, "low": mean - 1, "high": mean + 1}))
    return tables


@pytest.fixture(scope="module")
def rows():
    told = [*predictions("sets", 0.3), *predictions("ridge", 1.0), *predictions("mean", np.inf)]
    return {(row["model"], row["cycle"]): row for row in told_rows(pa.concat_tables(told), 5, Resampling(300, seed=3))}


def test_means_over_cycles_have_an_interval(rows):
    for model in ("sets", "ridge"):
        mean = rows[model, None]
        assert mean["r"] == pytest.approx((rows[model, 4]["r"] + rows[model, 5]["r"]) / 2)
        assert mean["r_low"] < mean["r"] < mean["r_high"]
        assert mean["strains"] == 120
    assert rows["mean", None]["r"] is None
    assert rows["mean", None]["r_low"] is None


def test_what_is_surely_better_than_ridge_says_so(rows):
    gained = rows["sets", None]["r"] - rows["ridge", None]["r"]
    assert 0 < rows["sets", None]["over_ridge_low"] < gained < rows["sets", None]["over_ridge_high"]
    assert rows["mean", None]["over_ridge_low"] is None
    assert "over_ridge_low" not in rows["ridge", None]


def test_a_cycle_says_how_wide_its_intervals_should_have_been(rows):
    assert rows["sets", 4]["covered"] > 0.95
    assert rows["sets", 4]["widen_most"] < 1
