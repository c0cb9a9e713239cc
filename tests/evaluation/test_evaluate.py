"""The flat metrics hold what they promise, are plain JSON, and refuse tables that can't be compared."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import Settings, align, directions_of, evaluate, measured_directions, significant
from knockon.evaluation.metrics import score
from knockon.evaluation.units import Units

MODELS = ("svr", "mean", "additive", "random", "factorisation")
BASELINES = ("mean", "additive", "random", "smf_product", "factorisation")


def settings(**changes) -> Settings:
    options = {
        "label": "interaction",
        "model": "svr",
        "representation": "codon_frequency",
        "aggregation": "pert_sum",
        "n_train": 800,
        "resampling": Resampling(replicates=100),
        "baselines": BASELINES,
        "groups": ("seen", "perturbed"),
        "strong": -0.12,
    }
    return Settings(**{**options, **changes})


def reciprocal_table(rows: int = 500) -> pa.Table:
    random = np.random.default_rng(3)
    truth = random.normal(0, 0.08, rows)
    both = truth + random.normal(0, 0.05, (2, rows))
    return pa.table({"group": np.arange(rows, dtype=np.uint64), "forward": both[0], "reverse": both[1]})


def test_every_promised_key_is_there_and_the_values_are_those_of_the_table(predictions_table):
    table = predictions_table(models=MODELS, rows=600)
    metrics = evaluate(table, reciprocal_table(), settings())
    rows = table.filter(pc.field("model") == "svr")
    expected = score(rows["value"].to_numpy(), rows["predicted"].to_numpy())
    for name in ("pearson", "spearman", "mse", "r2"):
        assert metrics[name] == pytest.approx(getattr(expected, name), rel=1e-5)
        assert metrics[f"{name}_low"] < metrics[name] < metrics[f"{name}_high"]
    assert (metrics["n_train"], metrics["n_test"], metrics["label"]) == (800, 600, "interaction")
    assert metrics["mean_pearson"] == 0
    assert metrics["additive_pearson_low"] < metrics["additive_pearson"] < metrics["additive_pearson_high"]
    assert metrics["factorisation_pearson"] > metrics["random_pearson"]
    assert metrics["smf_product_pearson"] is None
    assert metrics["ceiling_pearson"] == pytest.approx(np.sqrt(0.0064 / 0.0089), abs=0.05)
    assert metrics["ceiling_from_standard_errors"] == pytest.approx(metrics["ceiling_pearson"], abs=0.05)
    assert metrics["ceiling_at_constant_noise"] == pytest.approx(metrics["ceiling_pearson"], abs=0.05)
    assert metrics["reciprocal_pairs"] == 500


def test_groups_by_seen_genes_and_by_number_of_perturbed_genes(predictions_table):
    table = predictions_table(models=MODELS, rows=600)
    metrics = evaluate(table, None, settings())
    assert sorted(metrics["seen"]) == ["0", "1", "2"]
    assert sum(group["n_test"] for group in metrics["perturbed"].values()) == 600
    rows = table.filter((pc.field("model") == "additive") & (pc.field("seen") == 2))
    expected = score(rows["value"].to_numpy(), rows["predicted"].to_numpy()).pearson
    assert metrics["seen"]["2"]["additive_pearson"] == pytest.approx(expected, rel=1e-5)


def test_what_is_drawn_groups_and_baselines_are_arguments(predictions_table):
    """Four copies of every row change no interval where the copies are one draw, and halve it where rows are drawn."""
    table = predictions_table(rows=200)
    copies = []
    for copy in range(4):
        keys = pa.array(table["key"].to_numpy() + np.uint64(1000 * copy))
        copies.append(table.set_column(0, table.schema.field("key"), keys))
    fourfold = pa.concat_tables(copies)
    plain = {"baselines": (), "groups": (), "strong": None}
    once = evaluate(table, None, settings(**plain))
    assert not {"seen", "perturbed", "mean_pearson", "top_precision"} & set(once)
    drawn = settings(**plain, units=lambda rows: Units.groups("row", rows["key"].to_numpy() % 1000))
    together, alone = evaluate(fourfold, None, drawn), evaluate(fourfold, None, settings(**plain))
    for end in ("pearson_low", "pearson_high", "ceiling_pearson_low"):
        assert together[end] == pytest.approx(once[end])
    assert alone["pearson_high"] - alone["pearson_low"] < 0.7 * (once["pearson_high"] - once["pearson_low"])


def test_the_metrics_are_strict_json_and_do_not_depend_on_the_order_of_rows(predictions_table):
    table = predictions_table(models=MODELS, rows=90)
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    first, second = (json.dumps(evaluate(entry, None, settings()), allow_nan=False) for entry in (table, shuffled))
    assert first == second


def test_without_reciprocal_pairs_the_ceiling_comes_from_standard_errors(predictions_table):
    metrics = evaluate(predictions_table(rows=400), None, settings())
    assert metrics["ceiling_pearson"] == metrics["ceiling_from_standard_errors"]
    assert metrics["noise_variance"] is None


def test_reciprocal_pairs_of_other_labels_are_left_out(predictions_table):
    pairs = reciprocal_table()
    named = [pairs.append_column("phenotype", pa.array([label] * 500)) for label in ("interaction", "fitness")]
    both = pa.concat_tables([named[0], named[1].set_column(1, "forward", pa.array(np.zeros(500)))])
    table = predictions_table(rows=50)
    assert evaluate(table, both, settings())["ceiling_pearson"] == evaluate(table, pairs, settings())["ceiling_pearson"]


def test_other_labels_and_splits_are_left_out(predictions_table):
    table = predictions_table(rows=50)
    other = predictions_table(rows=70, head="fitness", seed=1)
    assert evaluate(pa.concat_tables([table, other]), None, settings())["n_test"] == 50


def test_tiny_test_sets_give_nulls_and_no_traceback(predictions_table):
    metrics = evaluate(predictions_table(models=MODELS, rows=1), None, settings())
    assert metrics["pearson"] is None
    assert metrics["pearson_low"] is None
    assert metrics["ceiling_pearson"] is None
    json.dumps(metrics, allow_nan=False)


def test_a_hit_threshold_can_be_left_out(predictions_table):
    assert "top_precision" in evaluate(predictions_table(rows=50), None, settings())
    assert "top_precision" not in evaluate(predictions_table(rows=50), None, settings(strong=None))


def test_an_absent_model_names_those_at_hand(predictions_table):
    with pytest.raises(KnockonError, match=r"no test rows of model 'dcell'.*they have additive, svr"):
        evaluate(predictions_table(models=("svr", "additive"), rows=9), None, settings(model="dcell"))


def test_a_baseline_tested_on_other_rows_is_refused(predictions_table):
    table = predictions_table(models=("svr", "additive"), rows=20)
    with pytest.raises(KnockonError, match="'additive' was tested on other rows"):
        evaluate(table.slice(0, 39), None, settings())


def test_rows_that_come_twice_are_refused(predictions_table):
    table = predictions_table(rows=20)
    with pytest.raises(KnockonError, match="'svr' predicts some test rows twice"):
        evaluate(pa.concat_tables([table, table]), None, settings())


def test_rounding_goes_through_nested_values_and_turns_nan_into_null():
    assert significant({"a": [0.123456789, np.float64("nan")], "b": {"c": 1234567.8, "d": 3, "e": "x"}}) == {
        "a": [0.123457, None],
        "b": {"c": 1234570.0, "d": 3, "e": "x"},
    }


def test_colonies_behind_a_direction_are_no_more_directions(predictions_table):
    """n of a source that averages four colonies is 4 a direction: as four directions they would raise the ceiling."""
    rows = align(predictions_table(models=MODELS, rows=60), settings())
    keys = rows.keys
    directed = pa.table(
        {
            "key": pa.array(keys, pa.uint64()),
            "forward": rows.values,
            "reverse": [value if number % 2 else None for number, value in enumerate(rows.values.tolist())],
        }
    )
    expected = [2.0 if number % 2 else 1.0 for number in range(len(keys))]
    assert measured_directions(rows, directions_of(rows, directed)).tolist() == expected
    assert measured_directions(rows, directions_of(rows, directed.drop(["key"]))).tolist() == rows.measurements.tolist()
