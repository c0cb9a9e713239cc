"""Essential genes are told by what is planted in flux or network, and by no label of the fold that is told."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.matthews import agreement
from knockon.models.designs.flux.evidence import LogisticRegression, Partners, held_out, partners_in

GENES = 400


@pytest.fixture
def planted():
    """Groups of eight genes of which one in four is essential as a whole; flux tells half of the essential genes."""
    random = np.random.default_rng(0)
    group = random.permutation(GENES) // 8
    essential = np.isin(group, random.choice(50, 12, replace=False)) ^ (random.random(GENES) < 0.05)
    flux = (essential & (random.random(GENES) < 0.5)).astype(np.float64)[:, None] + 0.1 * random.random((GENES, 1))
    groups = {str(name): np.flatnonzero(group == name).tolist() for name in range(50)}
    return essential, flux, Partners(("group",), (partners_in(groups, GENES),)), random.permutation(GENES) % 5


def test_both_tell_more_than_either(planted):
    essential, flux, partners, folds = planted
    rows, none = np.arange(GENES), np.zeros((GENES, 1))
    asked = {"flux": (flux, None), "graph": (none, partners), "both": (flux, partners)}
    mcc = {
        name: agreement(held_out(own, links, essential, rows, folds, 1.0).yes, essential, Resampling(50)).mcc
        for name, (own, links) in asked.items()
    }
    assert mcc["both"] >= max(mcc["flux"], mcc["graph"])
    assert mcc["graph"] > 0.7
    assert mcc["flux"] > 0.5


def test_labels_of_the_told_fold_change_nothing_that_is_told_of_it(planted):
    essential, flux, partners, folds = planted
    rows = np.arange(GENES)
    changed = np.where(folds == 2, ~essential, essential)
    one, other = (held_out(flux, partners, labels, rows, folds, 1.0) for labels in (essential, changed))
    np.testing.assert_array_equal(one.probability[folds == 2], other.probability[folds == 2])
    assert (one.probability[folds != 2] != other.probability[folds != 2]).any()


def test_probabilities_are_calibrated_on_average(planted):
    essential, flux, partners, folds = planted
    told = held_out(flux, partners, essential, np.arange(GENES), folds, 1.0)
    assert told.probability.mean() == pytest.approx(essential.mean(), abs=0.03)


def test_large_groups_say_less_and_no_gene_is_its_own_partner():
    links = partners_in({"pair": [0, 1], "three": [1, 2, 3, 3], "alone": [4]}, 5).toarray()
    assert links[0, 1] == 1
    assert links[1, 2] == links[2, 3] == 0.5
    assert not links.diagonal().any()
    assert not links[4].any()


def test_logistic_regression_is_at_the_minimum_of_its_loss():
    random = np.random.default_rng(1)
    columns, labels = random.standard_normal((200, 3)), random.random(200) < 0.3
    columns[0, 0] = np.nan
    model = LogisticRegression(2.0)
    model.fit(columns, labels)
    inputs = np.nan_to_num((columns - np.nanmean(columns, axis=0)) / np.nanstd(columns, axis=0))
    slope = inputs.T @ (model.predict(columns) - labels) + 2.0 * model.weights[1:]
    np.testing.assert_allclose(slope, 0, atol=1e-2)
    assert model.predict(columns).mean() == pytest.approx(labels.mean(), abs=1e-4)
