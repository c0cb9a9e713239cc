"""Responses carried over from related knock-outs: kin helps where it is real, and no knock-out sees itself."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.kin import KinResponse, folds_of, kernel_weights, kinship, nearness, rarities

RANDOM = np.random.default_rng(4)
NAMES = [f"k{row}" for row in range(24)]
FAMILY = {name: {f"family {row // 4}": 1.0} for row, name in enumerate(NAMES)}
KERNELS = {"family": kinship(NAMES, [FAMILY])}
CHANGES = np.repeat(RANDOM.normal(0, 1, (6, 200)), 4, axis=0) + RANDOM.normal(0, 0.3, (24, 200))


def test_families_tell_their_members_and_the_mean_does_not():
    gained = []
    for row in range(24):
        model = KinResponse(CHANGES, KERNELS, np.flatnonzero(np.arange(24) != row))
        score, change, half = model.predict(row)
        assert np.corrcoef(change, CHANGES[row])[0, 1] > 0.6
        gained.append(np.corrcoef(score, np.abs(CHANGES[row]))[0, 1])
        assert 0.75 < (np.abs(CHANGES[row] - change) <= half).mean() <= 1
    assert np.mean(gained) > 0.4


def test_a_knock_out_is_not_looked_at_when_it_is_told():
    train = np.arange(1, 24)
    told = KinResponse(CHANGES, KERNELS, train).predict(0)
    changed = CHANGES.copy()
    changed[0] = 99
    np.testing.assert_array_equal(KinResponse(changed, KERNELS, train).predict(0)[0], told[0])


def test_without_kin_it_is_the_mean_response():
    model = KinResponse(CHANGES, {"family": kinship(NAMES, [{}])}, np.arange(12))
    score, change, _ = model.predict(20)
    np.testing.assert_allclose(score, np.abs(CHANGES[:12]).mean(axis=0))
    np.testing.assert_allclose(change, CHANGES[:12].mean(axis=0))


def test_kinship_adds_cosines_and_rare_terms_say_more():
    found = kinship(["a", "b", "c"], [{"a": {"x": 2.0}, "b": {"x": 1.0, "y": 1.0}}, {"a": {"z": 1.0}, "c": {"z": 3.0}}])
    np.testing.assert_allclose(found, [[2, 0.5**0.5, 1], [0.5**0.5, 1, 0], [1, 0, 1]], atol=1e-12)
    weights = rarities({"a": ["common", "rare"], "b": ["common"], "c": ["common", "rare"], "d": ["common"]})
    assert weights["a"]["common"] == 0
    assert weights["a"]["rare"] == pytest.approx(np.log(2))


def test_a_kernel_that_says_nothing_loses_its_weight_and_one_that_does_keeps_it():
    strangers = {name: {f"stranger {row % 5}": 1.0} for row, name in enumerate(NAMES)}
    kernels = {**KERNELS, "strangers": kinship(NAMES, [strangers])}
    train = np.flatnonzero(np.arange(24) != 7)
    weights = kernel_weights(CHANGES, kernels, train)
    assert weights["strangers"] == 0 < weights["family"]
    changed = CHANGES.copy()
    changed[7] = 99
    assert kernel_weights(changed, kernels, train) == weights
    told, alone = (KinResponse(CHANGES, each, train).predict(7)[1] for each in (kernels, KERNELS))
    # Apart from a penalty, which scales with the kernel, the change is told by the family alone.
    assert np.corrcoef(told, alone)[0, 1] > 0.99


def test_nearness_is_a_bell_and_an_unknown_number_is_near_to_none():
    found = nearness(np.array([1.0, 0.8, np.nan]), 0.2)
    np.testing.assert_allclose(found, [[1, np.exp(-0.5), 0], [np.exp(-0.5), 1, 0], [0, 0, 0]])


def test_groups_are_held_out_whole_and_two_knock_outs_are_too_few():
    folds = folds_of(["b", "a", "b"])
    assert [(held.tolist(), train.tolist()) for held, train in folds] == [
        ([False, True, False], [0, 2]),
        ([True, False, True], [1]),
    ]
    with pytest.raises(KnockonError, match="at least 3"):
        KinResponse(CHANGES, KERNELS, np.arange(2))
