"""Growth from expression: no strain is predicted by a model that saw it, and permuted labels leave nothing."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.networks.profile_fitness import cross_validated, set_perceptron
from knockon.models.strains.profile_regression import REGRESSIONS
from tests.models.strains.test_profile_regression import planted

QUICK = {"max_steps": 60, "batch_size": 64, "learning_rate": 0.01, "validation_steps": 10, "device": "cpu"}


def correlation(labels, predicted):
    return np.mean([np.corrcoef(labels, row)[0, 1] for row in predicted])


def test_a_strain_is_never_predicted_by_a_model_that_saw_it():
    profiles = np.arange(23, dtype=float)[:, None]
    seen = []

    def remember(train, labels, asked, seed):
        assert not set(train[:, 0]) & set(asked[:, 0])
        assert (labels == 10 * train[:, 0]).all()
        seen.extend(asked[:, 0])
        return 10 * asked[:, 0]

    predicted = cross_validated(remember, profiles, 10 * profiles[:, 0], np.arange(23), repeats=3, folds=5, seed=1)
    assert sorted(seen) == sorted(list(range(23)) * 3)
    assert (predicted == 10 * profiles[:, 0]).all()


def test_repeats_shuffle_anew_and_all_models_alike():
    profiles, labels = planted(30, 20)
    folds = [cross_validated(REGRESSIONS["mean"], profiles, labels, np.arange(30), 2, 5, seed) for seed in (1, 1, 2)]
    assert np.array_equal(folds[0], folds[1])
    assert not np.array_equal(folds[0][0], folds[0][1])
    assert not np.array_equal(folds[0], folds[2])


def test_permuted_labels_leave_nothing():
    profiles, labels = planted()
    permuted = np.random.default_rng(0).permutation(labels)
    assert (
        correlation(labels, cross_validated(REGRESSIONS["ridge"], profiles, labels, np.arange(len(labels)), 2, 5, 1))
        > 0.8
    )
    assert (
        correlation(
            permuted, cross_validated(REGRESSIONS["ridge"], profiles, permuted, np.arange(len(labels)), 2, 5, 1)
        )
        < 0.3
    )


def test_the_set_perceptron_learns_growth_from_profiles():
    torch.set_num_threads(1)
    profiles, labels = planted()
    fit_predict = set_perceptron(QUICK, width=16, dropout=0.1)
    assert correlation(labels, cross_validated(fit_predict, profiles, labels, np.arange(len(labels)), 1, 3, 1)) > 0.6


def test_too_few_strains_are_refused():
    profiles, labels = planted(7, 5)
    with pytest.raises(KnockonError, match="7 strains have both profile and growth"):
        cross_validated(REGRESSIONS["mean"], profiles, labels, np.arange(len(labels)), 1, 5, 1)


def test_a_gene_that_two_publications_deleted_is_never_on_both_sides():
    """Every gene twice with one label, of which its profile tells nothing: r is 0, but not where rows are held out."""
    random = np.random.default_rng(5)
    genes = np.tile(np.arange(40), 2)
    gene_profiles, growth = random.normal(size=(40, 30)), random.normal(size=40)
    profiles = gene_profiles[genes] + 0.1 * random.normal(size=(80, 30))
    labels = growth[genes]
    apart = cross_validated(REGRESSIONS["ridge"], profiles, labels, genes, 4, 5, 1)
    by_row = cross_validated(REGRESSIONS["ridge"], profiles, labels, np.arange(80), 4, 5, 1)
    assert correlation(labels, by_row) > 0.5
    assert correlation(labels, apart) < 0.2
