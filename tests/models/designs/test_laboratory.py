"""A planted laboratory: each way of choosing builds what it may, and those that learn find the optimum."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.laboratory import STRATEGIES, LoopSettings, run_loop
from knockon.sources.simulate.laboratory import LaboratorySimulation, all_sets, measure, plant, told_pairs

PLANTED = LaboratorySimulation(12, pairs=0.4)
CANDIDATES = all_sets(12, 3)
LOOP = LoopSettings(batch=6, cycles=3, pool=60, draws=64)


def loop(strategy: str, seed: int = 4, settings: LoopSettings = LOOP):
    truth = plant(PLANTED, seed)
    random = np.random.default_rng(seed)
    found = run_loop(
        CANDIDATES, np.arange(12), lambda rows: measure(truth, CANDIDATES[rows], PLANTED, random), strategy, settings,
        seed, told_pairs(truth, 0.5, seed),
    )  # fmt: skip
    return truth, found


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_builds_new_strains_batch_by_batch(strategy):
    _, found = loop(strategy)
    assert len(np.unique(found.built)) == len(found.built) == 12 + 3 * 6
    assert np.bincount(found.cycles).tolist() == [12, 6, 6, 6]
    assert found.built[:12].tolist() == list(range(12))
    assert (loop(strategy)[1].built == found.built).all()


def test_what_learns_finds_the_optimum_and_builds_what_grows():
    wins = dict.fromkeys(("random", "expected_improvement", "informed"), 0)
    grew = []
    for seed in range(1, 7):
        for strategy in wins:
            truth, found = loop(strategy, seed)
            alive = truth.growth(CANDIDATES) >= truth.viable
            optimum = int(np.argmax(np.where(alive, truth.values(CANDIDATES), -np.inf)))
            wins[strategy] += optimum in found.built
            if strategy != "random":
                grew.append(alive[found.built[12:]].mean())
    assert wins["random"] <= 2 <= 4 <= min(wins["expected_improvement"], wins["informed"])
    assert np.mean(grew) > 0.85


def test_what_was_built_is_known_to_grow_or_not():
    truth, found = loop("ucb")
    assert {*found.grows[found.built].tolist()} <= {0.0, 1.0}
    assert (found.grows[found.built] == (found.growth >= LOOP.viable)).all()
    assert np.isnan(found.values[truth.growth(CANDIDATES[found.built]) < truth.viable]).all()


def test_a_strategy_and_sizes_that_are_none_are_refused():
    with pytest.raises(KnockonError, match="no strategy 'oracle'"):
        loop("oracle")
    with pytest.raises(KnockonError, match="a pool holds a batch"):
        LoopSettings(batch=10, pool=5)
