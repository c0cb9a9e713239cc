"""Pearson's r against NumPy, and the cases in which it is not defined."""

import numpy as np
import pytest

from knockon.correlation import SUBTRACTED, correlation_of_moments, is_constant, pearson

VALUES = np.random.default_rng(0).normal(1.0, 0.3, 50)
PREDICTED = VALUES + np.random.default_rng(1).normal(0.0, 0.3, 50)


def test_it_is_numpys():
    assert pearson(VALUES, PREDICTED) == pytest.approx(np.corrcoef(VALUES, PREDICTED)[0, 1])
    assert pearson(VALUES, -VALUES) == -1.0


def test_whole_weights_are_rows_that_stand_several_times():
    weights = np.arange(50) % 3 + 1.0
    repeats = weights.astype(int)
    assert pearson(VALUES, PREDICTED, weights) == pytest.approx(
        pearson(np.repeat(VALUES, repeats), np.repeat(PREDICTED, repeats))
    )


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, np.pi], ids=str)
def test_a_constant_prediction_scores_0_or_what_the_caller_says(constant):
    assert pearson(VALUES, np.full(50, constant)) == 0.0
    assert np.isnan(pearson(VALUES, np.full(50, constant), constant=float("nan")))


def test_a_constant_but_for_its_last_digit_is_constant():
    predicted = np.full(50, 0.7)
    predicted[::2] = np.nextafter(predicted[::2], 1)
    assert pearson(VALUES, predicted) == 0.0


@pytest.mark.parametrize(("spread", "offset"), [(1e-30, 0.0), (1e-8, 1.0)])
def test_a_small_spread_is_a_spread(spread, offset):
    assert pearson(VALUES, offset + spread * (PREDICTED - 1)) == pytest.approx(pearson(VALUES, PREDICTED))


def test_variances_that_were_subtracted_have_lost_digits():
    moments = 1e-15, 1.0, 1e-14, 1.0, 1.0
    assert correlation_of_moments(*moments) == pytest.approx(1e-8)
    assert correlation_of_moments(*moments, rounding=SUBTRACTED) == 0.0


@pytest.mark.parametrize(
    ("values", "predicted"),
    [(VALUES[:1], PREDICTED[:1]), (VALUES[:0], PREDICTED[:0]), (np.full(50, 0.1), PREDICTED), (np.ones(9), np.ones(9))],
    ids=["one row", "no rows", "a constant label", "two constants"],
)
def test_it_is_undefined_without_rows_or_spread_of_labels(values, predicted):
    assert np.isnan(pearson(values, predicted))


def test_moments_are_taken_by_element():
    found = correlation_of_moments(np.array([0.5, 0.5, 0.5]), np.array([1.0, 0, 1]), np.array([1.0, 1, 0]), 1.0, 1.0)
    np.testing.assert_array_equal(found, [0.5, np.nan, 0.0])
    np.testing.assert_array_equal(is_constant(np.array([0.0, 1.0, np.nan]), 1.0), [True, False, True])
