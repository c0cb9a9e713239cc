"""True interactions of three genes under the planted model.

τ = f_abc - f_a f_b f_c - ε_ab f_c - ε_ac f_b - ε_bc f_a (Kuzmin et al. 2018, Science 360, eaao1729, equation 3).
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Values
from knockon.sources.simulate.epistasis import Members, Rectangle, by_module, expand, module_fitness, rectangle
from knockon.sources.simulate.world import World

COLD = 0  # index of 26 °C, at which the trigenic screens are made


@dataclass(frozen=True)
class Cells:
    """True values of one kind of query against the arrays, shape (queries, arrays); the query's own fitness."""

    interaction: Values
    raw: Values
    fitness: Values
    query_fitness: Values


def true_cells(world: World, first: Integers, second: Integers, arrays: Integers) -> tuple[Cells, Cells, Cells]:
    """True values of double-mutant queries and of their first and second single-mutant controls."""
    left = rectangle(world.planted, world.alleles, first, arrays, COLD)
    right = rectangle(world.planted, world.alleles, second, arrays, COLD)
    own = rectangle(world.planted, world.alleles, first, second, COLD)
    count, fitness = len(first), world.alleles.fitness[COLD]
    a, b, c = fitness[first][:, None], fitness[second][:, None], fitness[arrays][None, :]
    ab, ratio_ab, shift_ab = (np.diag(values(0, count))[:, None] for values in (own.true, own.ratio, own.shift))
    ac, bc = left.true(0, count), right.true(0, count)
    together = ratio_ab * left.ratio(0, count) * right.ratio(0, count)
    _apply_third_order(together, world, first, second, arrays)
    shift = shift_ab * c + left.shift(0, count) * b + right.shift(0, count) * a
    triple = np.clip(a * b * c * together + shift, 0, 1.5)
    tau = triple - a * b * c - ab * c - ac * b - bc * a
    double = Cells(tau, triple - (a * b + ab) * c, triple, (a * b + ab)[:, 0])
    return double, _control(left, ac, a, c), _control(right, bc, b, c)


def _control(cells: Rectangle, interaction: Values, query: Values, array: Values) -> Cells:
    return Cells(interaction, interaction, query * array + interaction, query[:, 0])


def _apply_third_order(together: Values, world: World, first: Integers, second: Integers, arrays: Integers) -> None:
    """Where all three share a module, its pair terms do not suffice: g(abc) g(a) g(b) g(c) / (g(ab) g(ac) g(bc))."""
    left, right = (by_module(world.planted, world.alleles, chosen, COLD) for chosen in (first, second))
    array = by_module(world.planted, world.alleles, arrays, COLD)
    keys = [side.module * len(first) + side.position for side in (left, right)]
    common, place, other = np.intersect1d(keys[0], keys[1], return_indices=True)
    module = common // len(first)
    start = np.searchsorted(module, np.arange(world.planted.modules + 1))
    both = Members(common % len(first), module, left.activity[place], start)
    every = np.arange(world.planted.modules)
    link, row, column = expand(both, array, every, every)
    a, b, c = both.activity[row], right.activity[other][row], array.activity[column]
    above, below = np.ones(len(link)), np.ones(len(link))
    for activity in (a * b * c, a, b, c):
        above *= module_fitness(world.planted, link, activity)
    for activity in (a * b, a * c, b * c):
        below *= module_fitness(world.planted, link, activity)
    np.multiply.at(together, (both.position[row], array.position[column]), above / below)
