"""The planted hierarchy: drivers are raised, what is below them moves, and equal settings give equal worlds."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.sources.simulate.regulators import RegulatorSimulation, plant_regulators

SMALL = RegulatorSimulation(genes=200, regulators=12, pairs=3, samples=60, studies=4, normal=20, diseased=30)


def test_equal_settings_give_equal_worlds_and_another_seed_another():
    first, again, other = (plant_regulators(each) for each in (SMALL, SMALL, replace(SMALL, seed=2)))
    np.testing.assert_array_equal(first.compendium, again.compendium)
    np.testing.assert_array_equal(first.cohort, again.cohort)
    assert not np.array_equal(first.cohort, other.cohort)


def test_targets_of_a_driver_follow_its_sign_in_its_own_samples():
    found = plant_regulators(replace(SMALL, noise=0.1, push=3.0, diseased=60))
    normal = found.cohort[~found.diseased].mean(axis=0)
    diseased = found.cohort[found.diseased]
    moved = [
        ((diseased[row] - normal) @ found.signs[driver]) / np.abs(found.signs[driver]).sum()
        for row, drivers in enumerate(found.drivers)
        for driver in drivers
    ]
    others = [
        ((diseased[row] - normal) @ found.signs[each]) / max(np.abs(found.signs[each]).sum(), 1)
        for row, drivers in enumerate(found.drivers)
        for each in range(12)
        if each not in drivers
    ]
    assert np.mean(moved) > np.mean(others) + 0.7


def test_wrong_edges_are_moved_and_an_additive_world_has_no_products():
    right, wrong = plant_regulators(SMALL), plant_regulators(replace(SMALL, wrong=0.5))
    # The same cells; only what a database says of them differs.
    np.testing.assert_array_equal(right.cohort, wrong.cohort)
    assert (right.signs != 0).sum() == (wrong.signs != 0).sum()
    assert ((right.signs != 0) & (wrong.signs != 0)).sum() < 0.8 * (right.signs != 0).sum()
    assert not np.array_equal(plant_regulators(replace(SMALL, joint=0.0)).cohort, right.cohort)


@pytest.mark.parametrize("change", [{"regulators": 3}, {"pairs": 7}, {"samples": 3}, {"noise": -1}, {"wrong": 0.6}])
def test_impossible_sizes_are_refused(change):
    with pytest.raises(KnockonError, match="simulated regulators"):
        replace(SMALL, **change)
