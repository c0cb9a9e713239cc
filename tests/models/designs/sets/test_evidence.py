import numpy as np
import pytest
from scipy.optimize import check_grad

from knockon.errors import KnockonError
from knockon.models.designs.sets.evidence import Problem, _loss, inverse_diagonal, most_probable, solvable


def problem(rows=60, noise=0.2, seed=1):
    random = np.random.default_rng(seed)
    factor = random.normal(size=(rows, 3))
    kernels = np.stack([np.ones((rows, rows)), factor @ factor.T])
    values = factor @ random.normal(0, 0.6, 3) + random.normal(0, np.sqrt(noise), rows)
    return Problem(kernels, values, np.full(rows, 0.01), np.array([0.3, 0.3, 0.3]))


def test_slopes_are_those_of_the_loss():
    asked = problem()
    weights = np.linspace(0.5, 2, 60)
    off = check_grad(
        lambda x: _loss(x, asked, weights)[0], lambda x: _loss(x, asked, weights)[1], np.log([0.2, 0.5, 0.4])
    )
    assert off < 1e-4


def test_the_planted_noise_is_found():
    found = most_probable(problem(rows=200), float("inf"))
    assert found.noise == pytest.approx(0.2, rel=0.3)
    assert (found.weights == 1).all()


def test_a_row_that_is_far_off_weighs_little():
    asked = problem()
    asked.values[7] += 5
    found = most_probable(asked, 4.0)
    assert found.weights[7] < 0.2 < np.median(found.weights)


def test_what_is_no_covariance_is_refused():
    with pytest.raises(KnockonError, match="can't be factored"):
        solvable(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_the_diagonal_of_an_inverse():
    factor = np.random.default_rng(3).normal(size=(30, 30))
    matrix = factor @ factor.T + np.eye(30)
    np.testing.assert_allclose(inverse_diagonal(solvable(matrix)), np.diag(np.linalg.inv(matrix)))
