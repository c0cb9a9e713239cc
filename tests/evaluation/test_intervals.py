"""Intervals hold where they promise to; calibration and diversity against cases worked by hand."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.evaluation.intervals import (
    calibration_error,
    conformal_quantile,
    conformal_quantiles,
    coverage,
    diversity,
)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_intervals_cover_new_rows_of_the_same_kind(level):
    random = np.random.default_rng(0)
    deviations = random.uniform(0.1, 2.0, 8000)
    # Skewed, with heavy tails: nothing Gaussian is assumed.
    errors = deviations * (random.standard_t(3, 8000) + 0.5)
    quantile = conformal_quantile(errors[:4000], deviations[:4000], level)
    assert coverage(errors[4000:], deviations[4000:], quantile) == pytest.approx(level, abs=0.025)


def test_the_quantile_is_corrected_for_few_rows():
    # Of 9 rows, the 90 % interval must be as wide as the worst: (9 + 1) · 0.9 = 9th smallest.
    assert conformal_quantile(np.arange(1.0, 10.0), np.ones(9), 0.9) == 9.0
    assert conformal_quantile(np.array([-4.0, 2.0]), np.array([2.0, 1.0]), 0.5) == 2.0


@pytest.mark.parametrize(("rows", "level"), [(0, 0.9), (8, 0.9), (18, 0.95)])
def test_too_few_rows_for_a_level_are_an_error(rows, level):
    """They would need a wider interval than any error that was seen; the widest of these would promise too much."""
    with pytest.raises(KnockonError, match=rf"{rows} validation rows are too few for intervals of {level:.0%}"):
        conformal_quantile(np.zeros(rows), np.zeros(rows), level)
    conformal_quantile(np.ones(rows + 1 if rows else 9), np.ones(rows + 1 if rows else 9), level)


def test_levels_that_rows_are_too_few_for_are_left_out():
    errors = np.arange(1.0, 10.0)
    assert conformal_quantiles(errors, np.ones(9), (0.5, 0.9, 0.95)) == {"0.5": 5.0, "0.9": 9.0}
    with pytest.raises(KnockonError, match="too few"):
        conformal_quantiles(errors[:0], np.ones(0), (0.5, 0.9))


def test_a_wrong_level_is_an_error():
    with pytest.raises(KnockonError, match="level 90"):
        conformal_quantile(np.ones(3), np.ones(3), 90)


def test_calibration_error_is_the_distance_of_the_means():
    predicted = np.repeat([1.0, 2.0, 3.0, 4.0], 25)
    assert calibration_error(predicted.copy(), predicted, bins=4) == 0.0
    assert calibration_error(predicted + 0.5, predicted, bins=4) == pytest.approx(0.5)
    # Noise about the right mean is no miscalibration.
    noisy = predicted + np.tile([0.2, -0.2, 0.1, -0.1, 0.0], 20)
    assert calibration_error(noisy, predicted, bins=4) == pytest.approx(0.0)


def test_a_constant_prediction_has_one_bin():
    values = np.array([1.0, 3.0])
    assert calibration_error(values, np.full(2, 2.0)) == 0.0


def test_the_gain_of_the_mean_is_the_variance_between_members():
    random = np.random.default_rng(1)
    values = random.normal(size=500)
    members = values[:, None] + random.normal(size=(500, 3))
    found = diversity(members, values)
    single = np.mean((members - values[:, None]) ** 2)
    joined = np.mean((members.mean(axis=1) - values) ** 2)
    assert found["gain"] == pytest.approx(single - joined)
    assert abs(found["correlation"]) < 0.1
    alike = diversity(np.repeat(members[:, :1], 3, axis=1), values)
    assert alike == pytest.approx({"spread": 0.0, "correlation": 1.0, "gain": 0.0}, abs=1e-12)
