import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.told_strains import covered, holding_widening, picked_mean, told_scores


def test_the_picked_are_those_of_highest_prediction_not_of_highest_value():
    values, predicted = np.array([1.0, 9.0, 5.0, 7.0]), np.array([4.0, 1.0, 3.0, 3.0])
    assert picked_mean(values, predicted, 2) == 3.0
    assert picked_mean(values, predicted, 99) == values.mean()


def test_scores_and_their_intervals():
    random = np.random.default_rng(1)
    values = random.normal(400, 100, 60)
    predicted = values + random.normal(0, 80, 60)
    scores = told_scores(values, predicted, predicted - 130, predicted + 130, 10, Resampling(500))
    assert scores["r"] == pytest.approx(np.corrcoef(values, predicted)[0, 1])
    assert scores["covered"] == covered(values, predicted - 130, predicted + 130)
    for name in ("r", "picked", "covered"):
        assert scores[f"{name}_low"] < scores[name] < scores[f"{name}_high"]
    assert scores["rmse"] == pytest.approx(np.sqrt(np.mean((values - predicted) ** 2)))


def test_the_interval_of_the_picked_is_that_of_drawing_strains():
    random = np.random.default_rng(2)
    values, predicted = random.normal(size=40), random.normal(size=40)
    told = told_scores(values, predicted, predicted - 1, predicted + 1, 5, Resampling(4000, seed=3))
    drawn = [
        picked_mean(values[rows], predicted[rows], 5) for rows in (random.integers(40, size=40) for _ in range(4000))
    ]
    np.testing.assert_allclose([told["picked_low"], told["picked_high"]], np.quantile(drawn, [0.025, 0.975]), atol=0.1)


def test_equal_predictions_have_no_correlation():
    scores = told_scores(np.arange(5.0), np.ones(5), np.zeros(5), np.full(5, 2.0), 2, Resampling(50))
    assert scores["r"] is None
    assert scores["covered"] == 0.6


def test_the_widening_that_would_have_held_is_between_two_orders():
    values = np.arange(1, 101, dtype=np.float64)
    nothing, one = np.zeros(100), np.ones(100)
    assert holding_widening(values, nothing, -one, one) == (87.0, 94.0)
    assert holding_widening(-values, nothing, -2 * one, one) == (43.5, 47.0), "each side has its own width"
    assert holding_widening(values[:5], nothing[:5], -one[:5], one[:5]) == (5.0, 5.0)
