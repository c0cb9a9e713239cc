"""Scores agree with scipy and scikit-learn, and every degenerate case has a defined value."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy import stats
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from knockon.errors import KnockonError
from knockon.evaluation.metrics import check_predictions, grouped_scores, pearson, score, top_precision


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    values = random.normal(0.3, 1.0, 500).round(1)  # rounding makes ties
    return values, (0.4 * values + random.normal(size=500)).round(1)


def test_scores_agree_with_scipy_and_scikit_learn(pair):
    values, predicted = pair
    scores = score(values, predicted)
    assert scores.pearson == pytest.approx(stats.pearsonr(values, predicted).statistic)
    assert scores.spearman == pytest.approx(stats.spearmanr(values, predicted).statistic)
    assert scores.mse == pytest.approx(mean_squared_error(values, predicted))
    assert scores.rmse == pytest.approx(mean_squared_error(values, predicted) ** 0.5)
    assert scores.mae == pytest.approx(mean_absolute_error(values, predicted))
    assert scores.r2 == pytest.approx(r2_score(values, predicted))


def test_integer_weights_equal_repeated_rows(pair):
    values, predicted = pair
    counts = np.random.default_rng(2).integers(1, 5, len(values))
    repeated = score(np.repeat(values, counts), np.repeat(predicted, counts))
    weighted = score(values, predicted, counts.astype(float))
    for name in ("pearson", "mse", "mae", "r2"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name)), name


@pytest.mark.parametrize("constant", [0.0, 0.1, -1234.567])
def test_a_constant_prediction_has_no_correlation_but_an_error(constant):
    values = np.random.default_rng(3).normal(size=100)
    scores = score(values, np.full(100, constant))
    assert (scores.pearson, scores.spearman) == (0.0, 0.0)
    assert scores.mse == pytest.approx(((values - constant) ** 2).mean())


def test_a_small_signal_on_a_large_offset_is_not_taken_for_a_constant():
    values = np.random.default_rng(4).normal(size=100)
    assert score(values, 1.0 + 1e-8 * values).pearson == pytest.approx(1.0)


def test_undefined_scores_are_none_and_never_nan():
    empty, one, flat = (score(np.full(n, 0.1), np.arange(float(n))) for n in (0, 1, 5))
    assert empty.n == 0
    assert empty.mse is None
    for scores in (empty, one, flat):
        assert (scores.pearson, scores.spearman, scores.r2) == (None, None, None)
    assert one.mse == pytest.approx(0.01)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="shapes differ"):
        score(np.zeros(3), np.zeros(4))


def test_pearson_never_leaves_its_range():
    values = np.array([0.1, 0.2, 0.3])
    assert pearson(values, values) == 1.0


def test_top_precision_counts_hits_among_the_most_negative():
    predicted = np.arange(200.0)
    values = np.zeros(200)
    values[[0, 5, 100]] = -0.2
    top = top_precision(values, predicted, threshold=-0.12, fraction=0.01)
    assert (top.taken, top.precision, top.base_rate) == (2, 0.5, 0.015)


def test_top_precision_of_a_constant_is_the_base_rate_in_any_order_of_rows():
    values = np.where(np.arange(1000) < 50, -0.5, 0.0)
    for order in (values, values[::-1]):
        top = top_precision(order, np.zeros(1000), threshold=-0.12)
        assert top.precision == pytest.approx(top.base_rate) == pytest.approx(0.05)


def test_the_threshold_itself_is_no_hit():
    assert top_precision(np.array([-0.12]), np.array([-1.0]), threshold=-0.12).precision == 0.0
    assert top_precision(np.array([]), np.array([]), threshold=-0.12).precision is None


def test_groups_are_scored_each_by_itself_and_sorted(predictions_table):
    table = predictions_table(models=("svr", "additive"), rows=300)
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    grouped = grouped_scores(shuffled, ("model", "seen"))
    assert grouped["model"].to_pylist() == ["additive"] * 3 + ["svr"] * 3
    assert grouped["seen"].to_pylist() == [0, 1, 2] * 2
    rows = table.filter((pc.field("model") == "svr") & (pc.field("seen") == 1))
    expected = stats.pearsonr(rows["value"].to_numpy(), rows["predicted"].to_numpy()).statistic
    assert grouped["pearson"][4].as_py() == pytest.approx(expected)
    assert sum(grouped["n"].to_pylist()) == table.num_rows


def test_weights_follow_their_rows_into_the_groups(predictions_table):
    table = predictions_table(models=("svr",), rows=60)
    weights = np.linspace(1, 2, 60)
    grouped = grouped_scores(table, ("perturbed",), weights)
    rows = table["perturbed"].to_numpy() == 2
    expected = score(table["value"].to_numpy()[rows], table["predicted"].to_numpy()[rows], weights[rows])
    assert grouped["pearson"].to_pylist()[-1] == pytest.approx(expected.pearson)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_prediction_that_is_no_number_is_refused_with_its_model_and_key(bad, predictions_table):
    table = predictions_table(models=("svr",), rows=10)
    predicted = table["predicted"].to_numpy().copy()
    predicted[4] = bad
    place = table.schema.get_field_index("predicted")
    broken = table.set_column(place, table.schema.field(place), pa.array(predicted))
    with pytest.raises(KnockonError, match=rf"1 rows .* 'svr', key {table['key'][4].as_py():016x}"):
        check_predictions(broken)


def test_a_missing_column_is_named(predictions_table):
    with pytest.raises(KnockonError, match="no column seen"):
        check_predictions(predictions_table(rows=5).drop_columns(["seen"]))
