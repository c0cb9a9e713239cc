"""Scalings know training samples alone."""

import numpy as np
import pytest

from knockon.dataset.cellstate import scaling
from knockon.dataset.cellstate.scaling import Scaling
from knockon.errors import KnockonError

VALUES = np.random.default_rng(1).normal(5, 2, (20, 6)).astype(np.float32)
TRAIN = np.arange(0, 20, 2)


def test_a_leak_would_change_it_and_other_samples_do_not(monkeypatch):
    monkeypatch.setattr(scaling, "_BLOCK", 3)
    found = Scaling.fit(VALUES, TRAIN)
    np.testing.assert_allclose(found.mean, VALUES[TRAIN].mean(axis=0), rtol=1e-6)
    changed = VALUES.copy()
    changed[1::2] += 100
    again = Scaling.fit(changed, TRAIN)
    np.testing.assert_array_equal(again.mean, found.mean)
    assert again.spread == found.spread
    # The planted leak: one test row among the training rows is seen in every gene.
    assert (Scaling.fit(changed, np.append(TRAIN, 1)).mean > found.mean + 5).all()


def test_scaled_training_values_have_mean_0_and_spread_1():
    found = Scaling.fit(VALUES, TRAIN)
    scaled = found.apply(VALUES[TRAIN]).astype(np.float64)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    assert scaled.std() == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(found.undo(found.apply(VALUES)), VALUES, rtol=1e-5)


def test_holes_count_for_nothing():
    holed = VALUES.copy()
    holed[0, 2] = np.nan
    holed[:, 5] = np.nan
    found = Scaling.fit(holed, TRAIN)
    assert found.mean[2] == pytest.approx(VALUES[TRAIN[1:], 2].mean())
    assert found.mean[5] == 0
    assert np.isnan(found.apply(holed)[0, 2])


def test_one_sample_and_equal_samples_teach_nothing():
    with pytest.raises(KnockonError, match="1 training samples: at least 2"):
        Scaling.fit(VALUES, TRAIN[:1])
    with pytest.raises(KnockonError, match="all alike"):
        Scaling.fit(np.ones((4, 3), dtype=np.float32), np.arange(4))
