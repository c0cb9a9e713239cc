"""Cooperative pairs: the planted ones are claimed, their shadows are not, and none where the world is additive."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.regulator_pairs import find_pairs, joint_excess, product_terms
from tests.models.cells.planted_regulators import world


def found_in(**changes):
    planted, _, model = world(**changes)
    samples = planted.compendium.astype(float)
    return planted, model, samples, find_pairs(model, samples, planted.studies, permutations=5)


def named(pairs, rows):
    return {(int(a), int(b)) for a, b in pairs[rows]}


def test_planted_pairs_come_first_and_no_shadow_is_claimed():
    planted, model, samples, found = found_in()
    true = named(planted.pairs, slice(None))
    assert named(found.pairs, found.order()[:4]) == true
    claimed = named(found.pairs, np.flatnonzero(found.claimed))
    assert len(claimed - true) <= 1
    assert len(claimed & true) >= 3
    # More pairs are significant by themselves than cooperate.
    assert (found.fdr <= 0.05).sum() > found.claimed.sum()
    plain = product_terms(model.activities(samples - samples.mean(axis=0)), samples)
    assert len(named(found.pairs, np.argsort(-plain)[:4]) & true) < 4


def test_an_additive_world_has_none_and_no_joint_move():
    planted, model, _, found = found_in(joint=0.0)
    assert not found.claimed.any()
    change = planted.cohort[planted.diseased].astype(float) - planted.cohort[~planted.diseased].mean(axis=0)
    assert not joint_excess(model, found, change).any()


def test_the_joint_move_of_a_claimed_pair_is_that_of_its_product():
    _, model, _, found = found_in()
    pair = int(np.flatnonzero(found.claimed)[0])
    change = np.zeros((1, 300)) + found.joint[pair] * model.spread
    first, second = found.pairs[pair]
    activity = model.activities(change)[0]
    wanted = activity[first] * activity[second] * (found.joint[pair] @ found.joint[pair])
    wanted /= ((change / model.spread) ** 2).sum()
    assert joint_excess(model, found, change)[0, pair] == pytest.approx(wanted)


def test_some_regulators_alone_and_too_few_samples():
    planted, _, model = world()
    samples = planted.compendium.astype(float)
    among = np.sort(planted.pairs[:2].ravel())
    found = find_pairs(model, samples, planted.studies, among, permutations=3)
    assert len(found.pairs) == 6
    assert set(found.pairs.ravel()) == set(among)
    with pytest.raises(KnockonError, match="10 samples; at least 20"):
        find_pairs(model, samples[:10])
