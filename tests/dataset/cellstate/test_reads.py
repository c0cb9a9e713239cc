"""Reads are known again from levels that were divided, and Poisson's law says how far they scatter."""

import numpy as np
import pytest

from knockon.dataset.cellstate.reads import counting_variance, read_units

RANDOM = np.random.default_rng(4)
LENGTHS = RANDOM.integers(200, 3000, 400).astype(np.float64)


def tpm(reads):
    per_base = reads / LENGTHS
    return np.log2(per_base / per_base.sum(axis=1, keepdims=True) * 1e6 + 1).astype(np.float32)


def test_reads_are_known_again_from_tpm_by_the_right_lengths_alone():
    reads = RANDOM.poisson(RANDOM.gamma(0.5, 200, 400), (5, 400)).astype(np.float64)
    reads[:, 0] = 1
    units = read_units(tpm(reads), LENGTHS)
    level = np.exp2(tpm(reads).astype(np.float64)) - 1
    np.testing.assert_allclose(level * LENGTHS / units[:, None], reads, rtol=1e-3, atol=1e-3)
    assert np.isnan(read_units(tpm(reads), LENGTHS[::-1])).all()
    assert np.isnan(read_units(RANDOM.random((2, 400)).astype(np.float32), LENGTHS)).all()
    assert np.isnan(read_units(np.zeros((1, 400), dtype=np.float32), LENGTHS)).all()


@pytest.mark.parametrize("reads", [5.0, 50.0, 500.0])
def test_the_variance_is_that_of_counts_drawn_again(reads):
    unit, length = np.array([800.0]), np.array([1000.0])
    level = np.log2(reads * unit / length + 1)
    drawn = np.log2(RANDOM.poisson(reads, 40_000) * unit / length + 1)
    told = counting_variance(level[None].astype(np.float32), unit, length)[0, 0]
    # The delta method is a first order, and few reads are far from a straight line.
    assert told == pytest.approx(drawn.var(), rel=0.35 if reads < 10 else 0.06)


def test_unknown_reads_have_no_variance_that_is_known():
    assert np.isnan(counting_variance(np.ones((1, 3), dtype=np.float32), np.array([np.nan]), np.ones(3))).all()
