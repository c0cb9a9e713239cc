"""Ridge in closed form, held to scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict

from knockon.models.ridge import left_out


@pytest.mark.parametrize(("rows", "width"), [(203, 7), (50, 120)])
def test_it_gives_what_scikit_learn_gives(rows, width):
    """Folds of unequal size, columns far from 0, more columns than rows."""
    generator = np.random.default_rng(0)
    features = (generator.normal(size=(rows, width)) + 3 * np.arange(width)).astype(np.float32)
    target = 5 + features @ generator.normal(size=width) + generator.normal(size=rows)
    wanted = cross_val_predict(Ridge(alpha=2.0), features.astype(np.float64), target, cv=KFold(5))
    assert np.allclose(left_out(features, target, (2.0,), 5), wanted, rtol=1e-6, atol=1e-6)


def test_the_penalty_that_errs_least_is_taken():
    """Noise alone: what is told least errs least."""
    generator = np.random.default_rng(1)
    features, target = generator.normal(size=(60, 40)), generator.normal(size=60)
    both, heavy = left_out(features, target, (0.01, 1e6), 5), left_out(features, target, (1e6,), 5)
    assert np.array_equal(both, heavy)


def test_columns_that_never_change_tell_the_mean_of_the_others():
    target = np.arange(10.0)
    told = left_out(np.ones((10, 3)), target, (1.0,), 5)
    assert told == pytest.approx([(target.sum() - pair.sum()) / 8 for pair in target.reshape(5, 2) for _ in pair])
