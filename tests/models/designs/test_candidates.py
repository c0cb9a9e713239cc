"""Ranked sets are those that trying every set gives, under every rule; a rule that leaves nothing is named."""

from itertools import combinations

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.candidates import Rules, SetEffects, rank_sets

GENES = tuple(f"g{number:02d}" for number in range(12))


def effects(seed: int, base: float = 0.0, spread: float = 1.0, genes: tuple[str, ...] = GENES) -> SetEffects:
    random = np.random.default_rng(seed)
    pairs = np.triu(random.normal(0, spread, (len(genes), len(genes))), 1)
    return SetEffects(genes, base, random.normal(0, spread, len(genes)), pairs + pairs.T)


def of(told: SetEffects, chosen: tuple[int, ...]) -> float:
    pairs = sum(told.pairs[i, j] for i, j in combinations(chosen, 2))
    return told.base + sum(told.singles[i] for i in chosen) + pairs


def sets_of(found):
    return [tuple(map(int, own)) for own in np.split(found.strains.indices, found.strains.indptr[1:-1])]


def every(told: SetEffects, sizes, allowed):
    found = [(-of(told, each), each) for size in sizes for each in combinations(range(len(told.genes)), size)]
    return [each for _, each in sorted(found) if allowed(each)]


@pytest.mark.parametrize("sizes", [(1, 1), (1, 2), (2, 3), (3, 3), (1, 3)])
def test_the_best_sets_are_those_of_trying_all(sizes):
    value, growth = effects(1), effects(2, base=1.0, spread=0.1)
    rules = Rules(
        fewest=sizes[0], most=sizes[1], keep=("g03",), essential=("g07", "no_candidate"), forbidden=(("g01", "g02"),),
        chromosomes=np.arange(12) // 6, positions=np.arange(12) * 10.0, apart=15.0, fitness=0.9,
    )  # fmt: skip

    def allowed(chosen):
        close = any(i // 6 == j // 6 and abs(i - j) * 10 < 15 for i, j in combinations(chosen, 2))
        return not ({3, 7} & {*chosen} or close or {1, 2} <= {*chosen}) and of(growth, chosen) >= 0.9

    expected = every(value, range(sizes[0], sizes[1] + 1), allowed)[:40]
    found = rank_sets(value, rules, 40, growth)
    assert sets_of(found) == expected
    np.testing.assert_allclose(found.scores, [of(value, each) for each in expected])
    np.testing.assert_allclose(found.scores, value.of(found.strains))
    np.testing.assert_allclose(found.fitness, growth.of(found.strains))


def test_equal_scores_come_in_the_order_of_their_genes():
    nothing = SetEffects(GENES, 1.0, np.zeros(12), np.zeros((12, 12)))
    found = rank_sets(nothing, Rules(most=3), 20)
    assert sets_of(found) == sorted(sets_of(found))
    assert sets_of(found)[:3] == [(0,), (0, 1), (0, 1, 2)]


def test_a_short_list_is_the_head_of_a_long_one():
    value = effects(5, genes=tuple(f"g{number:03d}" for number in range(60)))
    long, short = rank_sets(value, Rules(most=3), 5000), rank_sets(value, Rules(most=3), 7)
    assert sets_of(long)[:7] == sets_of(short)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(most=4), "sizes go from 1 to 3"),
        (Rules(fitness=2.0), "fitness of at least 2 is asked, the fittest set has"),
        (Rules(fitness=float("nan")), "it needs a number"),
        (Rules(keep=GENES[:6], essential=GENES[6:]), "leave 0 of 12 candidate genes"),
        (Rules(keep=("g3",)), "g3 is no candidate gene; did you mean g03"),
        (Rules(fewest=2, forbidden=tuple(combinations(GENES, 2))), "66 forbidden pairs rule out"),
        (Rules(apart=5.0), "positions are not given"),
        (
            Rules(fewest=2, chromosomes=np.zeros(12, dtype=np.int64), positions=np.arange(12.0), apart=20.0),
            "loci at least 20 kb apart rule out",
        ),
    ],
)
def test_a_rule_that_can_not_be_kept_is_named(rules, said):
    with pytest.raises(KnockonError, match=said):
        rank_sets(effects(1), rules, 5, effects(2, base=1.0, spread=0.1))


def test_effects_that_are_no_numbers_are_refused():
    with pytest.raises(KnockonError, match="not a number"):
        SetEffects(("a", "b"), 0.0, np.array([0.0, np.nan]), np.zeros((2, 2)))
