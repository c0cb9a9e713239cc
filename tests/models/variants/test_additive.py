"""Additive ridge against the closed form and scikit-learn."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import Ridge

from knockon.errors import KnockonError
from knockon.models.variants.additive import fit_additive
from knockon.represent.protein_tokens import indicators
from tests.models.variants.made_up import REFERENCE, inputs


@pytest.fixture(scope="module")
def carried():
    data = inputs()
    return data, indicators(data.matrix, len(REFERENCE))


def test_it_is_weighted_ridge_with_a_free_intercept(carried):
    data, matrix = carried
    weights = data.weights(np.arange(len(data)))
    model = fit_additive(matrix, data.brightness, weights, 2.0)
    dense = matrix.toarray().astype(np.float64)
    expected = Ridge(alpha=2.0).fit(dense, data.brightness, sample_weight=weights)
    np.testing.assert_allclose(model.predict(matrix), expected.predict(dense), rtol=1e-6)
    assert model.intercept == pytest.approx(expected.intercept_, rel=1e-6)


def test_a_mutation_never_trained_has_no_effect(carried):
    data, matrix = carried
    model = fit_additive(matrix, data.brightness, np.ones(len(data)), 1.0)
    unseen = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() == 0)[0]
    row = sp.csr_matrix(([1.0], [unseen], [0, 1]), shape=(1, matrix.shape[1]))
    assert model.predict(row)[0] == model.intercept


def test_no_shrinkage_is_refused(carried):
    data, matrix = carried
    with pytest.raises(KnockonError, match="shrinkage is 0"):
        fit_additive(matrix, data.brightness, np.ones(len(data)), 0.0)
