import numpy as np
import pytest
from sklearn.linear_model import ElasticNet

from knockon.models.strains.feature_sign import elastic_net_minimum


def moments(rows=200, columns=12, alike=0.0, seed=1):
    """Covariance and covariance with a label. alike: by how much all columns are one."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(rows, columns)) * (1 - alike) + alike * random.normal(size=(rows, 1))
    vectors = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    label = vectors @ random.normal(size=columns) + random.normal(size=rows)
    return vectors, label - label.mean()


@pytest.mark.parametrize("alike", [0.0, 0.9])
@pytest.mark.parametrize(("alpha", "l1_ratio"), [(0.3, 0.5), (0.01, 1.0), (0.1, 0.1)])
def test_it_finds_what_coordinate_descent_finds_with_all_its_sweeps(alike, alpha, l1_ratio):
    vectors, label = moments(alike=alike)
    net = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, fit_intercept=False, tol=1e-14, max_iter=1_000_000)
    expected = net.fit(vectors, label).coef_
    covariance, with_label = vectors.T @ vectors / len(label), vectors.T @ label / len(label)
    for start in (np.zeros(12), np.random.default_rng(2).normal(size=12)):
        found = elastic_net_minimum(covariance, with_label, alpha * l1_ratio, alpha * (1 - l1_ratio), start)
        assert found.violation < 1e-8
        np.testing.assert_allclose(found.coefficients, expected, atol=1e-5)


def test_columns_that_are_nearly_one_take_it_a_few_steps_where_descent_needs_thousands():
    vectors, label = moments(alike=0.9999)
    net = ElasticNet(alpha=1e-5, l1_ratio=0.5, fit_intercept=False, max_iter=1_000)
    with pytest.warns(UserWarning, match="did not converge"):
        net.fit(vectors, label)
    covariance, with_label = vectors.T @ vectors / len(label), vectors.T @ label / len(label)
    assert elastic_net_minimum(covariance, with_label, 5e-6, 5e-6, net.coef_, steps=60).violation < 1e-8


def test_a_penalty_above_every_gradient_leaves_nothing():
    vectors, label = moments()
    with_label = vectors.T @ label / len(label)
    strong = np.abs(with_label).max() * 1.01
    found = elastic_net_minimum(vectors.T @ vectors / len(label), with_label, strong, 0.0, np.ones(12))
    assert not found.coefficients.any()


def test_too_few_steps_are_told_by_the_violation():
    vectors, label = moments()
    covariance, with_label = vectors.T @ vectors / len(label), vectors.T @ label / len(label)
    assert elastic_net_minimum(covariance, with_label, 0.01, 0.01, np.zeros(12), steps=1).violation > 0.01
