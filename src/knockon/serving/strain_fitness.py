"""Fitness of a strain of several knock-outs from its single mutants and the interactions of its pairs.

f_ab = f_a f_b + ε_ab, and f_abc = f_a f_b f_c + ε_ab f_c + ε_ac f_b + ε_bc f_a + τ_abc (Kuzmin et al. 2018, Science
360, eaao1729, equation 3). A model of pairs knows no τ: it is taken as 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod, sqrt

MOST_GENES = 3
"""Beyond three genes the interactions of triples would have to be known."""


@dataclass(frozen=True)
class Single:
    """Fitness of a single mutant, wild type = 1, and half the width of its interval, 0 where no error is known."""

    fitness: float
    width: float


@dataclass(frozen=True)
class Fitness:
    """Of a strain: the product of its single mutants, what is predicted, and half the width of its interval."""

    product: float
    predicted: float
    width: float


def pairs_of(genes: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of a strain whose interactions its fitness is made of; none beyond MOST_GENES genes."""
    return list(combinations(sorted(genes), 2)) if len(genes) <= MOST_GENES else []


def strain_fitness(singles: Sequence[Single], interactions: Sequence[tuple[int, int, float, float]]) -> Fitness:
    """Fitness of a strain of two or three genes.

    singles: of each gene. interactions: place of both genes, ε and half the width of its interval, of every pair.
    Errors of single mutants and of interactions are taken to be independent, and small beside the values (first order).
    """
    values = [single.fitness for single in singles]
    product, predicted, square = prod(values), prod(values), 0.0
    for place, single in enumerate(singles):
        square += (prod(values[:place] + values[place + 1 :]) * single.width) ** 2
    for one, two, epsilon, width in interactions:
        rest = prod(value for place, value in enumerate(values) if place not in (one, two))
        predicted += epsilon * rest
        square += (width * rest) ** 2
    return Fitness(product, predicted, sqrt(square))
