"""R² three ways: what each says of the gene mean, that sums add up, and that paired intervals are paired."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.reconstruction import (
    centred_interval,
    centred_r2,
    gene_sums,
    mean_gene_r2,
    paired_difference,
    pooled_r2,
    sample_sums,
)
from knockon.evaluation.units import Units

RANDOM = np.random.default_rng(1)
MEAN = RANDOM.normal(5, 3, 40)
VALUES = MEAN + RANDOM.normal(0, 1, (30, 40))
NOISY = VALUES + RANDOM.normal(0, 0.5, VALUES.shape)
RESAMPLING = Resampling(300, seed=1)


def test_the_gene_mean_scores_much_pooled_and_nothing_centred():
    sums = sample_sums(VALUES, np.tile(MEAN, (30, 1)), MEAN)
    assert pooled_r2(sums) > 0.8
    assert centred_r2(sums.residual, sums.about_mean) == pytest.approx(0)
    assert mean_gene_r2(*gene_sums(VALUES, np.tile(MEAN, (30, 1)), MEAN)) == pytest.approx(0)


def test_sums_over_samples_and_genes_give_the_same_and_the_textbooks():
    sums = sample_sums(VALUES, NOISY, MEAN)
    residual, about = gene_sums(VALUES, NOISY, MEAN)
    assert residual.sum() == pytest.approx(sums.residual.sum())
    assert about.sum() == pytest.approx(sums.about_mean.sum())
    assert pooled_r2(sums) == pytest.approx(1 - ((VALUES - NOISY) ** 2).sum() / ((VALUES - VALUES.mean()) ** 2).sum())


def test_holes_and_genes_that_are_not_scored_count_for_nothing():
    holed, scored = VALUES.copy(), np.arange(40) < 10
    holed[3, 2] = np.nan
    sums = sample_sums(holed, NOISY, MEAN, scored)
    assert sums.count.tolist() == [10] * 3 + [9] + [10] * 26
    wrong = NOISY.copy()
    wrong[3, 2] = wrong[0, 20] = 1e6
    np.testing.assert_array_equal(sample_sums(holed, wrong, MEAN, scored).residual, sums.residual)


def test_a_gene_that_never_differs_has_no_say():
    assert mean_gene_r2(np.array([1.0, 5.0]), np.array([2.0, 0.0])) == 0.5
    assert np.isnan(centred_r2(np.ones(2), np.zeros(2)))


def test_intervals_hold_the_value_and_a_paired_one_is_narrower():
    sums, other = sample_sums(VALUES, NOISY, MEAN), sample_sums(VALUES, NOISY + 0.05, MEAN)
    units = Units.groups("study", np.arange(30) // 3)
    low, high = centred_interval(sums.residual, sums.about_mean, units, RESAMPLING)
    assert low < centred_r2(sums.residual, sums.about_mean) < high
    found = paired_difference(sums.residual, other.residual, sums.about_mean, units, RESAMPLING)
    assert found["difference_low"] <= found["difference"] <= found["difference_high"]
    assert found["difference_high"] - found["difference_low"] < high - low
    same = paired_difference(sums.residual, sums.residual, sums.about_mean, units, RESAMPLING)
    assert same == {"difference": 0.0, "difference_low": 0.0, "difference_high": 0.0}
