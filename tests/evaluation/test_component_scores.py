"""Correlations of many components with missing values: held to a loop over what is there."""

import numpy as np
import pytest

from knockon.evaluation.component_scores import component_correlations, mean_correlation


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(50, 6)) * 10.0 + 1e3
    predicted = 0.5 * values + rng.normal(size=values.shape) * 5
    values[rng.random(values.shape) < 0.4] = np.nan
    return values, predicted


def test_each_component_is_scored_over_its_own_strains(data):
    values, predicted = data
    found = component_correlations(values, predicted)[0]
    for column in range(values.shape[1]):
        known = ~np.isnan(values[:, column])
        assert found[column] == pytest.approx(np.corrcoef(values[known, column], predicted[known, column])[0, 1])


def test_a_masked_cell_never_counts(data):
    values, predicted = data
    other = np.where(np.isnan(values), 1e9, predicted)
    assert np.array_equal(component_correlations(values, predicted), component_correlations(values, other))


def test_weights_are_repetitions_of_strains(data):
    values, predicted = data
    counts = np.random.default_rng(1).integers(0, 4, size=len(values))
    rows = np.repeat(np.arange(len(values)), counts)
    weighted = component_correlations(values, predicted, counts[None, :].astype(float))
    assert np.allclose(weighted, component_correlations(values[rows], predicted[rows]))


def test_what_can_not_be_scored_is_in_no_mean(data):
    values, predicted = (part.copy() for part in data)
    whole = component_correlations(values, predicted)[0]
    values[:, 0] = 7.0
    values[:, 1] = np.nan
    found = component_correlations(values, predicted)[0]
    assert np.isnan(found[:2]).all()
    assert mean_correlation(values, predicted)[0] == pytest.approx(whole[2:].mean())
    assert np.isnan(mean_correlation(values[:, :2], predicted[:, :2])[0])


def test_a_constant_prediction_scores_nothing(data):
    values, predicted = data
    assert (component_correlations(values, np.full_like(predicted, 0.3)) == 0).all()
