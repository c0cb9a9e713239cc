"""Leading directions of annotations: they carry what the features share, and have one sign on every machine."""

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.represent.rarity import holders, leading_directions


def planted(seed=0):
    """60 rows of two groups, of which each has features of its own, beside chance."""
    random = np.random.default_rng(seed)
    group = np.repeat([0, 1], 30)
    dense = random.random((60, 40)) < 0.05
    dense[:, :10] |= (group == 0)[:, None] & (random.random((60, 10)) < 0.8)
    dense[:, 10:20] |= (group == 1)[:, None] & (random.random((60, 10)) < 0.8)
    return sp.csr_matrix(dense.astype(np.float32)), group


def test_holders_are_counted_and_never_none():
    assert holders(sp.csr_matrix(np.array([[1, 0, 0], [1, 1, 0]]))).tolist() == [2, 1, 1]


def test_directions_are_those_of_the_whole_decomposition():
    features, _ = planted()
    found = leading_directions(features, 5, seed=0, least=1e-9)
    left, strength, _ = np.linalg.svd(features.toarray().astype(np.float64), full_matrices=False)
    whole = left[:, :5] * strength[:5]
    whole = (whole - whole.mean(axis=0)) / whole.std(axis=0)
    agreement = np.abs((found * whole).mean(axis=0))
    assert agreement == pytest.approx(1.0, abs=1e-8)
    assert found.std(axis=0) == pytest.approx(1.0)


def test_groups_lie_apart():
    features, group = planted()
    found = leading_directions(features, 2, seed=0, least=1e-9)
    apart = np.abs(found[group == 0].mean(axis=0) - found[group == 1].mean(axis=0))
    assert apart.max() > 1.8


def test_another_start_gives_the_same_signs():
    features, _ = planted()
    one, other = (leading_directions(features, 3, seed=seed, least=1e-9) for seed in (0, 7))
    assert one == pytest.approx(other, abs=1e-8)


def test_a_direction_without_spread_stays_small():
    same = sp.csr_matrix(np.ones((5, 3)))
    assert np.abs(leading_directions(same, 1, seed=0, least=1e-6)).max() < 1e-6
