"""Ratios over units: the plain ratio, an interval that draws units, and units of which nothing is known."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.ratios import means_by_unit, ratio_with_interval

RESAMPLING = Resampling(2000, seed=1)


def test_the_interval_is_that_of_the_mean_where_all_units_count_alike():
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    ratio, low, high = ratio_with_interval(values, np.ones(400), RESAMPLING)
    assert ratio == pytest.approx(values.mean())
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.1)


def test_a_unit_weighs_as_much_as_it_counts():
    ratio, low, high = ratio_with_interval(np.array([10.0, 1.0]), np.array([10.0, 2.0]), RESAMPLING)
    assert ratio == pytest.approx(11 / 12)
    assert (low, high) == (pytest.approx(0.5), pytest.approx(1.0))


def test_units_of_which_nothing_is_known_are_left_out():
    values, counts = np.array([2.0, np.nan, 4.0]), np.array([1.0, 100.0, 1.0])
    assert ratio_with_interval(values, counts, RESAMPLING)[0] == pytest.approx(3.0)
    assert ratio_with_interval(values * np.nan, counts, RESAMPLING) == (None, None, None)


def test_rows_of_one_unit_are_drawn_together():
    """Four rows a unit that say the same tell no more than one: the interval is that of the units' mean."""
    random = np.random.default_rng(0)
    own = random.normal(3.0, 2.0, 100)
    units = np.repeat(np.arange(100), 4)
    found = np.column_stack([own[units], np.full(400, np.nan)])
    said = means_by_unit(found, ("mse", "ci"), units, RESAMPLING)
    assert said["mse"] == pytest.approx(own.mean())
    assert (said["mse_high"] - said["mse_low"]) / 2 == pytest.approx(1.96 * own.std() / 10, rel=0.1)
    assert (said["ci"], said["ci_low"], said["ci_high"]) == (None, None, None)
    alone = means_by_unit(found, ("mse", "ci"), np.arange(400), RESAMPLING)
    assert alone["mse_high"] - alone["mse_low"] < 0.6 * (said["mse_high"] - said["mse_low"])
