"""The CSV behind a plot counts every row once, and says the same thing as the table it comes from."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from knockon.errors import KnockonError
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import Settings, evaluate

BASELINES = ("mean", "additive", "random")


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    values = random.normal(0, 0.1, 5000)
    return values, 0.5 * values + random.normal(0, 0.02, 5000)


@pytest.fixture
def metrics(predictions_table) -> dict:
    table = predictions_table(models=("svr", "mean", "additive"), rows=400)
    settings = Settings(
        "interaction",
        "svr",
        "one_hot",
        "pert_sum",
        9,
        resampling=Resampling(replicates=50),
        baselines=BASELINES,
        groups=("seen", "perturbed"),
    )
    return evaluate(table, None, settings)


def test_density_counts_every_row_even_those_beyond_the_edges(pair):
    values, predicted = pair
    values[0] = 50.0
    table = plots.predicted_vs_measured(values, predicted, "ε", bins=20)
    assert sum(table["rows"].to_pylist()) == 5000
    assert max(table["measured_high"].to_pylist()) < 1


def test_density_gives_the_mean_measured_value_of_its_column(pair):
    values, predicted = pair
    table = plots.predicted_vs_measured(values, predicted, "ε", bins=4).to_pylist()
    middle = next(row for row in table if row["predicted_low"] < 0 <= row["predicted_high"])
    inside = (predicted >= middle["predicted_low"]) & (predicted < middle["predicted_high"])
    assert middle["measured_mean"] == pytest.approx(values[inside].mean(), abs=1e-4)


def test_density_of_a_constant_prediction_and_of_no_rows(pair):
    values, _ = pair
    assert sum(plots.predicted_vs_measured(values, np.zeros(5000), "ε")["rows"].to_pylist()) == 5000
    assert plots.predicted_vs_measured(np.zeros(0), np.zeros(0), "ε").num_rows == 0


def test_benchmark_bars_are_the_model_and_the_baselines_at_hand(metrics):
    bars = plots.benchmark(metrics, "ε", BASELINES, name="svr · one_hot").to_pylist()
    assert [(bar["name"], bar["kind"]) for bar in bars] == [
        ("svr · one hot", "model"),
        ("mean", "baseline"),
        ("additive", "baseline"),
    ]
    assert bars[0]["pearson_low"] == metrics["pearson_low"]


def test_parts_of_the_model_are_no_baselines(metrics):
    parted = metrics | {f"boosted_{name}": metrics[name] for name in ("pearson", "pearson_low", "pearson_high")}
    bars = plots.benchmark(parted, "ε", BASELINES, parts=("boosted",)).to_pylist()
    assert [bar["kind"] for bar in bars] == ["model", plots.PART, "baseline", "baseline"]
    assert bars[1]["name"] == "boosted"


def test_groups_are_those_of_the_metrics(metrics):
    rows = plots.by_group(metrics, "ε", "svr", {"seen": "genes seen", "perturbed": "genes"}).to_pylist()
    assert [row["group"] for row in rows][:3] == [f"genes seen: {seen}" for seen in range(3)]
    assert rows[1]["pearson"] == metrics["seen"]["1"]["pearson"]
    assert rows[3]["group"] == f"genes: {min(metrics['perturbed'])}"


def test_residuals_of_zero_are_the_strength_itself(pair):
    values, predicted = pair
    rows = plots.residuals(values, {"svr": predicted, "zero": np.zeros(5000)}, "ε", noise=0.02, bins=5).to_pylist()
    zero = [row for row in rows if row["series"] == "zero"]
    assert len(rows) == 10
    assert [row["rows"] for row in zero] == [1000] * 5
    assert [row["strength"] for row in zero] == sorted(row["strength"] for row in zero)
    assert all(row["bias"] == pytest.approx(-row["strength"], rel=1e-5) for row in zero)


def test_error_equals_noise_for_a_perfect_model():
    random = np.random.default_rng(1)
    truth = random.normal(0, 0.1, 40_000)
    errors = random.uniform(0.01, 0.1, 40_000)
    label = truth + errors * random.normal(size=40_000)
    errors[::4] = np.nan
    rows = plots.error_against_noise(label, {"truth": truth}, errors, "ε").to_pylist()
    assert sum(row["rows"] for row in rows) == 30_000
    assert [row["rmse"] for row in rows] == pytest.approx([row["noise"] for row in rows], rel=0.06)


def test_grid_transfer_pairs_the_settings_of_neighbouring_sizes():
    random = np.random.default_rng(2)
    grid = [(size, str(setting), random.normal()) for size in (1000, 10_000, 100_000) for setting in range(6)]
    rows = [{"series": "svr", "size": size, "setting": name, "score": value} for size, name, value in grid]
    rows[2]["score"] = None
    table = plots.grid_transfer(pa.Table.from_pylist(rows), "strains").to_pylist()
    first = [row for row in table if row["panel"] == "1,000 → 10,000 strains"]
    assert (len(first), len(table)) == (5, 11)
    expected = spearmanr(*[[row[name] for row in first] for name in ("score_small", "score_large")]).statistic
    assert first[0]["rank_correlation"] == pytest.approx(expected, abs=1e-6)


def test_two_settings_have_no_rank_correlation():
    rows = [{"series": "a", "size": s, "setting": k, "score": s + ord(k)} for s in (10, 20) for k in "xy"]
    assert plots.grid_transfer(pa.Table.from_pylist(rows))["rank_correlation"].to_pylist() == [None, None]


def test_rows_must_fit_the_declared_columns():
    with pytest.raises(KnockonError, match="plot loss_curves has no column stop"):
        plots.plot_table("loss_curves", [{"panel": "a", "stop": 1}])


def test_a_csv_has_rounded_numbers_empty_nulls_and_always_the_same_bytes(tmp_path):
    row = {"panel": 'ε, "pair"', "series": "svr", "part": "train", "training_step": 10, "loss": 1 / 3}
    table = plots.plot_table("loss_curves", [row, {**row, "loss": float("nan")}])
    plots.write_plot(tmp_path / "a.csv", table)
    plots.write_plot(tmp_path / "b.csv", table)
    text = (tmp_path / "a.csv").read_text()
    assert text.splitlines()[1:] == ['"ε, ""pair""","svr","train",10,0.333333', '"ε, ""pair""","svr","train",10,']
    assert (tmp_path / "b.csv").read_bytes() == text.encode()
