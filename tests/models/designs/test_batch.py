"""A batch is what its acquisition says, is not of one kind, and says what it is worth."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.designs.acquisition import KINDS, Acquisition, Pool, growth_probability
from knockon.models.designs.batch import choose_batch, expected_best
from knockon.models.designs.sets.strains import genotypes_of

SETS = [("a",), ("a", "b"), ("a", "c"), ("b", "c"), ("d",), ("d", "e"), ("f",)]


def pool(mean, deviation=1.0, growth=None, groups=None, shared=0.0, draws=4000):
    random = np.random.default_rng(1)
    mean = np.asarray(mean, dtype=np.float64)
    own = random.normal(size=(draws, len(mean)))
    common = random.normal(size=(draws, 1))
    spread = deviation * (np.sqrt(1 - shared) * own + np.sqrt(shared) * common)
    strains = genotypes_of(SETS[: len(mean)], tuple("abcdef"))
    growth = np.ones(len(mean)) if growth is None else np.asarray(growth)
    groups = np.full(6, -1) if groups is None else np.asarray(groups)
    return Pool(strains, mean, np.full(len(mean), deviation), mean + spread, growth, groups)


def test_greedy_takes_the_best_means_where_likeness_costs_nothing():
    found = choose_batch(pool([1, 5, 3, 4, 2, 0, 6]), 3, Acquisition("greedy", diversity=0))
    assert found.rows.tolist() == [6, 1, 3]
    assert found.scores.tolist() == [6, 5, 4]


def test_the_upper_bound_prefers_what_is_not_known():
    offered = pool([1.0, 1.1, 0, 0, 0, 0, 0])
    unsure = Pool(**{**offered.__dict__, "deviation": np.array([1.0, 0.1, 0, 0, 0, 0, 0])})
    assert choose_batch(unsure, 1, Acquisition("ucb")).rows.tolist() == [0]
    assert choose_batch(unsure, 1, Acquisition("ucb", explore=0.0)).rows.tolist() == [1]


def test_thompson_takes_the_best_of_each_draw():
    offered = pool([0, 0, 0, 0, 0, 0, 0])
    found = choose_batch(offered, 2, Acquisition("thompson", diversity=0))
    assert found.rows[0] == np.argmax(offered.draws[0])
    left = np.delete(np.arange(7), found.rows[0])
    assert found.rows[1] == left[np.argmax(offered.draws[1][left])]


def test_improvement_is_of_the_batch_not_of_each_strain():
    """Two strains that rise and fall together are worth one: the second is the other, though its mean is lower."""
    offered = pool([2.0, 2.0, 1.9, 0, 0, 0, 0], draws=4000)
    draws = offered.draws.copy()
    draws[:, 1] = draws[:, 0]
    twins = Pool(**{**offered.__dict__, "draws": draws})
    assert choose_batch(twins, 2, Acquisition(diversity=0), best=1.0).rows.tolist() == [0, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_worth_of_a_batch_is_the_expected_best_of_its_strains(kind):
    offered = pool([0, 0.5, 1, 0, 0, 0.2, 0.1])
    found = choose_batch(offered, 4, Acquisition(kind), best=0.5)
    best = offered.draws[:, found.rows].max(axis=1)
    assert found.expected_best[-1] == pytest.approx(best.mean())
    assert found.gain == pytest.approx(np.maximum(best - 0.5, 0).mean())
    assert (np.diff(found.expected_best) >= 0).all()
    again = choose_batch(offered, 4, Acquisition(kind), best=0.5)
    assert again.rows.tolist() == found.rows.tolist()


def test_the_expected_best_of_independent_normals():
    draws = np.random.default_rng(2).normal(size=(200_000, 2))
    assert expected_best(draws) == pytest.approx([0.0, 1 / np.sqrt(np.pi)], abs=0.01)


def test_a_batch_is_not_of_one_gene_or_complex():
    mean = [9, 8.9, 8.8, 8.7, 5, 4.9, 1]
    assert choose_batch(pool(mean), 3, Acquisition("greedy", diversity=0)).rows.tolist() == [0, 1, 2]
    diverse = choose_batch(pool(mean), 3, Acquisition("greedy", diversity=3.0)).rows.tolist()
    assert diverse[0] == 0
    assert {4, 6} & {*diverse}
    capped = choose_batch(pool(mean), 4, Acquisition("greedy", diversity=0, share=0.5)).rows.tolist()
    assert capped == [0, 1, 3, 4] or sum("a" in SETS[row] for row in capped) == 2
    one_complex = choose_batch(
        pool(mean, groups=[0, 0, 0, -1, -1, -1]), 4, Acquisition("greedy", diversity=0, share=0.5)
    )
    assert sum(bool({*"abc"} & {*SETS[row]}) for row in one_complex.rows) == 2


def test_what_is_not_likely_to_grow_is_not_picked():
    found = choose_batch(pool([9, 8, 7, 6, 5, 4, 3], growth=[0.1, 1, 0.79, 1, 1, 1, 1]), 2, Acquisition("greedy"))
    assert not {0, 2} & {*found.rows.tolist()}
    assert growth_probability(np.array([1.0]), np.array([0.1]), 1.0) == pytest.approx([0.5])


@pytest.mark.parametrize(
    ("size", "settings", "growth", "said"),
    [
        (8, {}, None, "only 7 candidates"),
        (0, {}, None, "ask for 1"),
        (2, {}, np.full(7, 0.3), "only 0 grow as they must with a probability of 0.8"),
        (7, {"share": 0.1, "diversity": 0.0}, None, "raise share"),
    ],
)
def test_a_batch_that_can_not_be_is_explained(size, settings, growth, said):
    with pytest.raises(KnockonError, match=said):
        choose_batch(pool([1, 2, 3, 4, 5, 6, 7], growth=growth), size, Acquisition("greedy", **settings))


def test_an_unknown_acquisition_gets_the_nearest():
    with pytest.raises(KnockonError, match="did you mean thompson"):
        Acquisition("thomson")  # type: ignore[arg-type]
