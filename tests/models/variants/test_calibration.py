"""Intervals of variants of more mutations: when they are needed, what they are made from, what they hold."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.evaluation.intervals import conformal_quantile, coverage
from knockon.models.variants.calibration import asks_for_more, one_step, served_widths
from knockon.models.variants.fitting import fit
from knockon.models.variants.selection import few_mutations
from tests.models.variants.made_up import inputs

ADDITIVE = {"shrinkage": 1.0}


def beyond():
    """The planted landscape, of which variants of up to three mutations are known and all others are tested."""
    data = inputs(variants=3000)
    known = data.mutations <= 3
    rows = np.arange(len(data))
    train, validation = (np.flatnonzero(known & (rows % 5 == 1) == side) for side in (False, True))
    train = train[known[train]]
    return replace(data, train=train, validation=validation), ~known


def test_only_a_test_beyond_all_known_variants_asks_for_more():
    data, tested = beyond()
    assert asks_for_more(data, tested)
    assert not asks_for_more(data, np.ones(len(data), dtype=bool))
    assert not asks_for_more(data, np.zeros(len(data), dtype=bool))
    single, _ = few_mutations(data, 1)
    assert not asks_for_more(single, tested), "there is nothing fewer to fit than single mutants"


def test_the_fit_sees_no_variant_that_it_is_judged_by():
    data, _ = beyond()
    step = one_step("additive", data, ADDITIVE, 1)
    assert set(data.mutations[step.rows]) == {3}
    assert not set(step.rows) & set(step.data.train) | set(step.rows) & set(step.data.validation)
    spoilt = data.brightness.copy()
    spoilt[step.rows] = 99.0
    other = one_step("additive", replace(data, brightness=spoilt), ADDITIVE, 1)
    assert (other.fitted.predicted == step.fitted.predicted).all()


def test_variants_that_judge_are_of_most_mutations_and_of_one_fewer():
    data, _ = beyond()
    step = one_step("additive", data, ADDITIVE, 1)
    assert set(data.mutations[step.judged]) == {2, 3}
    assert not set(step.judged) & set(step.data.train)
    assert set(step.judged) > set(step.rows)


def test_what_is_served_grows_where_the_test_has_more_mutations():
    data, _ = beyond()
    fitted, step = fit("additive", data, ADDITIVE, 1), one_step("additive", data, ADDITIVE, 1)
    grown, flat = served_widths(fitted, data, step), served_widths(fitted, data, None)
    assert grown["0.9"].added > 0
    assert flat["0.9"].added == 0
    assert grown["0.9"].first > flat["0.9"].first


def test_intervals_of_a_model_that_errs_more_with_each_mutation_hold_better():
    """An additive model of a sigmoid: what validation promises is missed far beyond it, and less after one step."""
    data, tested = beyond()
    fitted, step = fit("additive", data, ADDITIVE, 1), one_step("additive", data, ADDITIVE, 1)
    errors = data.brightness - fitted.predicted
    own = np.sqrt(np.mean(errors[data.validation] ** 2))
    stepped = data.brightness - step.fitted.predicted
    theirs = np.sqrt(np.mean(stepped[step.data.validation] ** 2))

    def held(judged, deviation):
        quantile = conformal_quantile(judged, np.full(len(judged), deviation), 0.9)
        return coverage(errors[tested], np.full(tested.sum(), own), quantile)

    before, after = held(errors[data.validation], own), held(stepped[step.rows], theirs)
    assert before < 0.85
    assert after > before + 0.03


@pytest.mark.parametrize("model", ["mimo"])
def test_a_mimo_network_has_a_subnetwork_for_each_number_that_is_left(model):
    data, _ = beyond()
    sizes = {"embedding": 4, "channels": 4, "kernel": 3, "hidden": 8}
    setting = {"subnetworks": 3, "epochs": 1, "batch_size": 64, "learning_rate": 0.01, "loss": "mse", "sizes": sizes}
    setting |= {"weight_decay": 0.0, "patience": None, "clip": None, "mixed": True}
    tokens = replace(data, matrix=inputs("esm", variants=3000).matrix)
    step = one_step(model, tokens, setting, 1)
    assert step.fitted.members.shape == (len(data), 2)
    assert np.isfinite(step.fitted.predicted).all()
