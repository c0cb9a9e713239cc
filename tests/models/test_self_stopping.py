"""Models that stop by themselves keep their length in the refit; others go through the plain grid search."""

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.grid import search
from knockon.models.networks.bilinear import bilinear
from knockon.models.pairs.boosted import boosted
from knockon.models.registry import MODELS, build
from knockon.represent.gene_vectors import one_hot
from tests.models.made_up import GENES, correlation, dense_inputs, planted, split

MODULE = np.arange(len(GENES)) % 6
SIDE = {"module": sp.csr_matrix((np.ones(len(GENES), np.float32), (np.arange(len(GENES)), MODULE)))}
QUICK = {"epochs": 8, "batch_size": 64, "learning_rate": 0.02, "device": "cpu", "patience": 3}


@pytest.fixture(scope="module")
def data():
    examples, _ = planted(noise=0.3)
    return split(examples)


def test_a_network_is_refitted_on_all_rows_for_as_long_as_was_best(data):
    train, validation, test = data
    seen = []

    def watched(point):
        model = bilinear(dense_inputs(), Context("interaction", training=QUICK), **point)
        refit = model.refit
        model.refit = lambda examples, seed: (seen.append(len(examples)), refit(examples, seed))
        return model

    found = search(watched, {"width": [2, 8]}, train, validation, seed=1)
    assert seen == [len(train) + len(validation)]
    assert found.table["chosen"].to_pylist().count(True) == 1
    assert len(found.validation_predictions) == len(validation)
    assert correlation(test.values, found.model.predict(test.genotypes)) > 0.3


def test_a_refit_takes_no_part_in_the_history(data):
    train, validation, _ = data
    model = bilinear(dense_inputs(), Context("interaction", training=QUICK | {"epochs": 2}))
    model.fit(train, validation, seed=1)
    before = model.history
    model.refit(train, seed=1)
    assert model.history == before
    assert any("validation_loss" in line for line in before)


def test_classical_models_are_searched_as_before(data):
    train, validation, test = data
    found = search(
        lambda point: build("additive", dense_inputs(), Context("interaction"), point), {}, train, validation, seed=1
    )
    assert correlation(test.values, found.model.predict(test.genotypes)) > 0.5


def test_boosted_keeps_its_rounds(data):
    train, validation, _ = data
    model = boosted(
        Inputs(one_hot(GENES), "pert_sum"),
        Context("interaction", side=lambda: SIDE),
        rounds=20,
        rate=0.2,
        rows=20,
        folds=2,
        jobs=1,
    )
    model.fit(train, validation, seed=1)
    rounds, history = [learner.best_rounds for learner in model.learners.values()], model.history
    model.refit(train, seed=1)
    assert model.history == history != []
    assert [learner.booster.num_trees() for learner in model.learners.values()] == rounds


def test_networks_are_built_by_name_with_what_is_at_hand():
    known = Context("interaction", side=lambda: SIDE, perturbed=GENES[:30])
    for name in ("mlp", "bilinear", "network", "pair_network", "network_boosted"):
        assert build(name, dense_inputs(), known, {}).name == name
    assert {"mlp", "bilinear", "network", "pair_network", "network_boosted", "dcell"} <= set(MODELS)


def test_a_network_of_some_genes_names_the_others(data):
    train, validation, _ = data
    known = Context("interaction", side=lambda: SIDE, perturbed=GENES[:30], training=QUICK)
    model = build("network", dense_inputs(), known, {})
    with pytest.raises(KnockonError, match="not in its genome"):
        model.fit(train, validation, seed=1)
