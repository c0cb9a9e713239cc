"""Fitness of pairs and triples from single mutants and interactions: held to a draw of their errors."""

import numpy as np
import pytest

from knockon.serving.strain_fitness import Single, pairs_of, strain_fitness


def test_pairs_of_a_strain():
    assert pairs_of(["B", "A"]) == [("A", "B")]
    assert pairs_of(["C", "A", "B"]) == [("A", "B"), ("A", "C"), ("B", "C")]
    assert pairs_of(["A"]) == pairs_of(list("ABCD")) == []


def test_the_width_is_that_of_drawn_errors():
    """First order, so small errors: 20,000 draws of three single mutants and three interactions."""
    random = np.random.default_rng(1)
    fitness, errors, epsilon = np.array([0.8, 0.5, 0.9]), np.array([0.01, 0.02, 0.005]), np.array([-0.1, 0.05, 0.02])
    pairs = [(0, 1), (0, 2), (1, 2)]
    found = strain_fitness(
        [Single(*each) for each in zip(fitness, errors, strict=True)],
        [(one, two, value, 0.015) for (one, two), value in zip(pairs, epsilon, strict=True)],
    )
    singles = fitness + errors * random.normal(size=(20_000, 3))
    drawn = singles.prod(axis=1)
    for (one, two), value in zip(pairs, epsilon, strict=True):
        third = 3 - one - two
        drawn += (value + 0.015 * random.normal(size=20_000)) * fitness[third]
    assert found.product == pytest.approx(fitness.prod())
    assert found.predicted == pytest.approx(drawn.mean(), abs=0.001)
    assert found.width == pytest.approx(drawn.std(), rel=0.03)
