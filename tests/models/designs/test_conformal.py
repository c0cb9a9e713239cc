"""Spreads that cover what they say."""

import numpy as np
import pytest

from knockon.models.designs.conformal import WIDTH, calibrated, half_width


def test_the_share_is_kept_where_the_spread_differs():
    random = np.random.default_rng(0)
    told = random.normal(size=2000)
    measured = told + np.where(told > 1, 2.0, 0.5) * random.standard_t(4, size=2000)
    spread = calibrated(told[:1000], measured[:1000])
    inside = np.abs(measured - told)[1000:] <= WIDTH * spread.of(told[1000:])
    assert inside.mean() == pytest.approx(0.9, abs=0.03)
    assert inside[told[1000:] > 1].mean() > 0.75
    assert spread.of(np.array([2.0]))[0] > 1.5 * spread.of(np.array([-1.0]))[0]


def test_a_few_residuals_are_all_inside():
    assert half_width(np.array([1.0, -3.0, 2.0])) == 3.0
    assert calibrated(np.zeros(3), np.array([1.0, -3.0, 2.0])).deviation == pytest.approx([3 / WIDTH])


def test_half_width_is_the_rank_that_covers():
    residuals = np.arange(1.0, 100.0)
    assert half_width(residuals) == 90.0


def test_a_mean_that_leaves_a_gene_out_is_no_order():
    """Such means sort genes by their own values, turned round; runs of them would be narrow in the middle."""
    values = np.random.default_rng(2).normal(size=2000)
    held = (values.sum() - values) / (len(values) - 1)
    spread = calibrated(held, values)
    new = np.random.default_rng(3).normal(size=2000)
    assert (np.abs(new - values.mean()) <= WIDTH * spread.of(np.full(2000, values.mean()))).mean() == pytest.approx(
        0.9, abs=0.02
    )
