"""The curve to brightness: it never falls, keeps real steps, and does not order what is noise."""

import numpy as np
import pytest

from knockon.models.variants.monotone import fit_monotone


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(0)
    latent = random.uniform(-10, 5, 3000)
    values = np.where(latent < 0, 1.4, 1.4 + 0.4 * latent) + random.normal(0, 0.1, 3000)
    return latent, values


def test_the_dark_end_is_one_plateau_and_the_rest_is_followed(sample):
    latent, values = sample
    curve = fit_monotone(latent, values, np.ones(len(latent)))
    assert (np.diff(curve.x) >= 0).all()
    assert (np.diff(curve.y) >= 0).all()
    dark = curve(np.linspace(-12, -2, 400))
    assert np.ptp(dark[:300]) == 0.0
    assert dark[0] == pytest.approx(1.4, abs=0.02)
    np.testing.assert_allclose(curve(np.array([1.0, 2.0, 4.0])), [1.8, 2.2, 3.0], atol=0.06)
    assert curve(np.array([1e9]))[0] == curve.y[-1]


def test_noise_alone_gives_a_constant():
    random = np.random.default_rng(1)
    curve = fit_monotone(random.normal(size=500), random.normal(2.0, 0.1, 500), np.ones(500))
    assert np.ptp(curve.y) < 0.06
    assert len(np.unique(curve.y)) <= 3


def test_a_clean_step_is_kept():
    latent = np.arange(100.0)
    curve = fit_monotone(latent, np.where(latent < 50, 1.5, 3.5), np.ones(100))
    assert curve(np.array([10.0, 90.0])).tolist() == [1.5, 3.5]


def test_weights_count(sample):
    latent, values = sample
    weights = np.where(values > np.median(values), 10.0, 0.1)
    assert fit_monotone(latent, values, weights)(np.array([-9.0]))[0] > 1.44


def test_two_rows_are_enough():
    curve = fit_monotone(np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.ones(2))
    assert curve(np.array([0.5]))[0] == 1.5
