import numpy as np
import pytest

from knockon.models.soft_impute import soft_impute_path


def _problem(size=80, rank=3, share=0.5, seed=0):
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(size, rank))
    truth = (factors * [1.0, -1.0, 1.0][:rank]) @ factors.T
    seen = np.triu(rng.random((size, size)) < share, k=1)
    weights = (seen | seen.T).astype(float)
    return truth, weights


def _reference(observed, weights, threshold, steps=500):
    """The algorithm as the paper states it, with full eigendecompositions."""
    estimate = np.zeros_like(observed)
    for _ in range(steps):
        values, vectors = np.linalg.eigh(weights * observed + (1 - weights) * estimate)
        estimate = (vectors * (np.sign(values) * np.maximum(np.abs(values) - threshold, 0))) @ vectors.T
    return estimate


@pytest.mark.parametrize("partial", [False, True])
def test_the_solution_is_the_one_of_full_decompositions(partial):
    truth, weights = _problem()
    if partial:
        scale = np.random.default_rng(1).uniform(0.3, 1, size=weights.shape)
        weights *= (scale + scale.T) / 2
    threshold = 0.3 * np.abs(np.linalg.eigvalsh(weights * truth)).max()
    expected = _reference(truth, weights, threshold)
    *_, (_, solution) = soft_impute_path(truth, weights, (0.6, 0.3), rank=40, tolerance=1e-8, steps=500)
    np.testing.assert_allclose(solution.dense(), expected, atol=1e-3 * np.abs(expected).max())


def test_missing_cells_of_a_low_rank_matrix_are_recovered():
    truth, weights = _problem()
    *_, (_, solution) = soft_impute_path(truth, weights, (0.5, 0.2, 0.05), rank=3)
    hidden = np.triu(weights == 0, k=1)
    assert np.corrcoef(truth[hidden], solution.dense()[hidden])[0, 1] > 0.99


def test_more_shrinkage_keeps_fewer_components_and_the_largest_come_first():
    truth, weights = _problem()
    path = list(soft_impute_path(truth, weights, (0.1, 0.9), rank=40))
    assert [shrinkage for shrinkage, _ in path] == [0.9, 0.1]
    assert len(path[0][1].values) <= len(path[1][1].values)
    sizes = np.abs(path[1][1].values)
    assert (np.diff(sizes) <= 0).all()


def test_unmeasured_cells_have_no_influence():
    truth, weights = _problem()
    disturbed = np.where(weights > 0, truth, 1e6)
    (_, a), (_, b) = (next(soft_impute_path(matrix, weights, (0.4,), rank=10)) for matrix in (truth, disturbed))
    assert np.array_equal(a.dense(), b.dense())


def test_nothing_measured_gives_nothing():
    (_, solution) = next(soft_impute_path(np.zeros((5, 5)), np.zeros((5, 5)), (0.5,), rank=2))
    assert not solution.dense().any()


def test_a_matrix_with_two_sides_is_completed_by_singular_values():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(50, 3)) @ rng.normal(size=(3, 80))
    weights = (rng.random(truth.shape) < 0.6).astype(float)
    threshold = 0.3 * np.linalg.norm(weights * truth, 2)
    expected = np.zeros_like(truth)
    for _ in range(500):
        left, values, right = np.linalg.svd(weights * truth + (1 - weights) * expected, full_matrices=False)
        expected = (left * np.maximum(values - threshold, 0)) @ right
    settings = {"rank": 30, "tolerance": 1e-8, "steps": 500, "symmetric": False}
    *_, (_, solution) = soft_impute_path(truth, weights, (0.6, 0.3), **settings)
    np.testing.assert_allclose(solution.dense(), expected, atol=1e-3 * np.abs(expected).max())
    assert solution.truncated(1).dense().shape == truth.shape
