"""The vectorised interactions against a loop over the planted model, gene pair by gene pair."""

import numpy as np

from knockon.sources.simulate.epistasis import module_fitness, rectangle
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.world import World


def _fitness_through(planted: Planted, module: int, activity: float) -> float:
    if planted.module_serial[module]:
        floor = float(planted.module_floor[module])
        return floor + (1 - floor) * activity
    half = float(planted.module_half[module])
    return (1 + half**4) * activity**4 / (half**4 + activity**4)


def _slow_interaction(world: World, one: int, other: int, temperature: int) -> float:
    """ε = f_ab - f_a f_b from module activities, as the docstring of planted.py states it."""
    planted, alleles = world.planted, world.alleles
    activities: list[dict[int, float]] = []
    for allele in (one, other):
        rows = np.flatnonzero(alleles.part_allele == allele)
        activities.append({int(alleles.part_module[r]): float(alleles.part_activity[temperature, r]) for r in rows})
    first, second = activities
    ratio = 1.0
    for module in set(first) & set(second):
        together = _fitness_through(planted, module, first[module] * second[module])
        alone = _fitness_through(planted, module, first[module]) * _fitness_through(planted, module, second[module])
        ratio *= together / alone
    for (m, n), strength in zip(planted.parallel.tolist(), planted.parallel_strength.tolist(), strict=True):
        for a, b in ((m, n), (n, m)):
            if a in first and b in second:
                ratio *= 1 - strength * (1 - first[a] ** 2) * (1 - second[b] ** 2)
    gene, partner = int(alleles.gene[one]), int(alleles.gene[other])
    weight = planted.process_weights[planted.process[gene], planted.process[partner]]
    modules_only = ratio
    ratio = (1 + weight * planted.burden[gene] * planted.burden[partner]) * modules_only
    product = float(alleles.fitness[temperature, one] * alleles.fitness[temperature, other])
    shift = float(planted.hub[gene] + planted.hub[partner])
    return min(max(product * (ratio - 1) + shift, -product), 1.2)


def test_interactions_agree_with_a_loop_over_the_model(world: World):
    chosen = np.random.default_rng(0).choice(len(world.alleles), 60, replace=False)
    for temperature in (0, 1):
        fast = rectangle(world.planted, world.alleles, chosen, chosen, temperature).true(0, 60)
        slow = [[_slow_interaction(world, one, other, temperature) for other in chosen] for one in chosen]
        np.testing.assert_allclose(fast, slow, atol=1e-12)


def test_interactions_are_symmetric_whole_or_in_blocks(world: World):
    chosen = np.arange(40)
    cells = rectangle(world.planted, world.alleles, chosen, chosen, 0)
    whole = cells.true(0, 40)
    np.testing.assert_allclose(whole, whole.T, atol=1e-12)
    np.testing.assert_array_equal(whole[10:25], cells.true(10, 25))


def test_a_query_that_is_screened_twice_has_the_same_truth_twice(world: World):
    arrays = np.arange(80)
    twice = rectangle(world.planted, world.alleles, np.repeat(np.arange(30), 2), arrays, 0).true(0, 60)
    once = rectangle(world.planted, world.alleles, np.arange(30), arrays, 0).true(0, 30)
    np.testing.assert_array_equal(twice[0::2], once)
    np.testing.assert_array_equal(twice[1::2], once)


def test_buffered_modules_aggravate_and_serial_modules_alleviate(world: World):
    """Two losses in a buffered module are worse than their product while capacity lasts; in a serial one never."""
    activity = np.linspace(0.6, 0.95, 5)[None, :]
    module = np.arange(world.planted.modules)[:, None]
    alone = module_fitness(world.planted, module, activity)
    ratio = module_fitness(world.planted, module, activity**2) / alone**2
    assert (ratio[world.planted.module_serial] > 1).all()
    assert (ratio[~world.planted.module_serial] < 1).all()
    assert (np.diff(alone, axis=1) > 0).all()
