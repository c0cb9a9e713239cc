"""The noise floor: a perfect model's error is what it says, on data whose truth is known."""

import numpy as np
import pytest

from knockon.evaluation.noise_floor import ceiling, noise_floor


def measured(rows=40_000, repeats=4):
    """Truth and measurements: dark variants are noisier than bright ones; half have one barcode, half `repeats`."""
    random = np.random.default_rng(1)
    bright = random.random(rows) < 0.6
    truth = np.where(bright, 3.5, 1.4) + 0.1 * random.standard_normal(rows)
    barcodes = np.where(np.arange(rows) % 2, repeats, 1)
    draws = truth[:, None] + np.where(bright, 0.1, 0.3)[:, None] * random.standard_normal((rows, repeats))
    several = barcodes > 1
    values = np.where(several, draws.mean(axis=1), draws[:, 0])
    error = np.where(several, draws.std(axis=1, ddof=1) / np.sqrt(repeats), np.nan)
    return truth, values, error, barcodes


def test_the_floor_is_the_error_of_the_truth():
    truth, values, error, barcodes = measured()
    chosen = np.arange(len(values)) % 3 == 0
    floor = noise_floor(values, error, barcodes, chosen, 2.5)
    assert floor == pytest.approx(np.mean((values - truth)[chosen] ** 2), rel=0.05)
    assert ceiling(floor, values[chosen].var()) == pytest.approx(np.corrcoef(values, truth)[0, 1], abs=0.005)


def test_without_repeats_there_is_no_floor():
    _, values, error, barcodes = measured(100)
    once = np.ones_like(barcodes)
    assert noise_floor(values, np.full(100, np.nan), once, np.ones(100, dtype=bool), 2.5) is None
    dark = values <= 2.5
    alone = np.where(dark, 1, barcodes)
    assert noise_floor(values, np.where(dark, np.nan, error), alone, np.ones(100, dtype=bool), 2.5) is None


def test_a_floor_above_the_variance_gives_no_ceiling():
    assert ceiling(0.5, 0.4) is None
    assert ceiling(None, 0.4) is None
