"""True interactions: ε = f_ab - f_a f_b of any rectangle of alleles under the planted model.

Only alleles that share a module, or whose modules stand in parallel, get a term of their own: these are few, and are
kept sparse. The process x process term and the hub shifts are dense, but have low rank.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Values
from knockon.sources.simulate.planted import Planted
from knockon.sources.simulate.strains import Alleles


@dataclass(frozen=True)
class SparseRatios:
    """f_ab / (f_a f_b) through modules, where it is not 1; sorted by row. One cell may stand there more than once."""

    row: Integers
    column: Integers
    ratio: Values

    def apply(self, block: Values, first_row: int) -> None:
        """Multiply into `block`, whose first row is `first_row`."""
        low, high = np.searchsorted(self.row, [first_row, first_row + len(block)])
        cells = (self.row[low:high] - first_row, self.column[low:high])
        np.multiply.at(block, cells, self.ratio[low:high])


@dataclass(frozen=True)
class Rectangle:
    """Query alleles x array alleles at one temperature index; gives true interactions block by block."""

    planted: Planted
    alleles: Alleles
    queries: Integers
    arrays: Integers
    temperature: int
    ratios: SparseRatios

    def true(self, first: int, last: int) -> Values:
        """True ε of the queries `first` to `last` (exclusive) against all arrays. Shape (last - first, arrays)."""
        product = self.products(first, last)
        return np.clip(product * (self.ratio(first, last) - 1.0) + self.shift(first, last), -product, 1.2)

    def ratio(self, first: int, last: int) -> Values:
        """f_ab / (f_a f_b) without the hubs. Shape (last - first, arrays)."""
        query, array = self.alleles.gene[self.queries[first:last]], self.alleles.gene[self.arrays]
        # Within a process column the term is burden_a * burden_b * W[p, q].
        weights = self.planted.process_weights[self.planted.process[query]][:, self.planted.process[array]]
        ratio = 1.0 + weights * self.planted.burden[query][:, None] * self.planted.burden[array][None, :]
        self.ratios.apply(ratio, first)
        return ratio

    def shift(self, first: int, last: int) -> Values:
        """What hub genes add to ε. Shape (last - first, arrays)."""
        hub = self.planted.hub[self.alleles.gene]
        return hub[self.queries[first:last]][:, None] + hub[self.arrays][None, :]

    def products(self, first: int, last: int) -> Values:
        """f_a f_b from the true single-mutant fitness. Shape (last - first, arrays)."""
        fitness = self.alleles.fitness[self.temperature]
        return fitness[self.queries[first:last]][:, None] * fitness[self.arrays][None, :]


def rectangle(planted: Planted, alleles: Alleles, queries: Integers, arrays: Integers, temperature: int) -> Rectangle:
    """Prepare the module terms of a rectangle. `temperature` is the index into 26 °C, 30 °C."""
    left = by_module(planted, alleles, queries, temperature)
    right = by_module(planted, alleles, arrays, temperature)
    own = np.arange(planted.modules)
    one, other = planted.parallel.T
    link, first, second = expand(left, right, np.concatenate([own, one, other]), np.concatenate([own, other, one]))
    a, b = left.activity[first], right.activity[second]
    ratio = np.empty(len(link))
    shared = link < planted.modules
    ratio[shared] = _shared(planted, link[shared], a[shared], b[shared])
    strength = planted.parallel_strength[(link[~shared] - planted.modules) % max(len(one), 1)]
    ratio[~shared] = 1 - strength * (1 - a[~shared] * a[~shared]) * (1 - b[~shared] * b[~shared])
    row = left.position[first]
    order = np.argsort(row, kind="stable")
    ratios = SparseRatios(row[order], right.position[second][order], ratio[order])
    return Rectangle(planted, alleles, queries, arrays, temperature, ratios)


@dataclass(frozen=True)
class Members:
    """Alleles in modules, sorted by module: position in the rectangle, activity; where each module begins."""

    position: Integers
    module: Integers
    activity: Values
    start: Integers  # (modules + 1,)


def by_module(planted: Planted, alleles: Alleles, chosen: Integers, temperature: int) -> Members:
    """The memberships of the chosen alleles; an allele that is chosen twice (repeated screens) stands there twice."""
    order = np.argsort(chosen, kind="stable")
    copies = np.bincount(chosen, minlength=len(alleles))[alleles.part_allele]
    part = np.repeat(np.arange(len(copies)), copies)
    within = np.arange(len(part)) - np.repeat(np.cumsum(copies) - copies, copies)
    position = order[np.searchsorted(chosen[order], alleles.part_allele[part]) + within]
    order = np.argsort(alleles.part_module[part], kind="stable")
    module = alleles.part_module[part[order]]
    start = np.searchsorted(module, np.arange(planted.modules + 1))
    return Members(position[order], module, alleles.part_activity[temperature, part[order]], start)


def expand(left: Members, right: Members, one: Integers, other: Integers) -> tuple[Integers, Integers, Integers]:
    """All combinations of a member of `one[i]` on the left and of `other[i]` on the right.

    Returns i, the row in `left`, and the row in `right` of each combination.
    """
    height, width = left.start[one + 1] - left.start[one], right.start[other + 1] - right.start[other]
    cells = height * width
    link = np.repeat(np.arange(len(one)), cells)
    place = np.arange(len(link)) - np.repeat(np.cumsum(cells) - cells, cells)
    return link, left.start[one][link] + place // width[link], right.start[other][link] + place % width[link]


def _shared(planted: Planted, module: Integers, a: Values, b: Values) -> Values:
    """Ratio g(ab) / (g(a) g(b)) of two members of one module with remaining activities a and b."""
    alone = module_fitness(planted, module, a) * module_fitness(planted, module, b)
    return module_fitness(planted, module, a * b) / alone


def module_fitness(planted: Planted, module: Integers, activity: Values) -> Values:
    """Fitness through a module by its remaining activity: 1 at activity 1, saturating (see planted.py)."""
    floor, half = planted.module_floor[module], planted.module_half[module]
    # To the power of HILL, 4, by squaring twice: a power function may differ between machines.
    squared, half = activity * activity, half * half
    fourth, half = squared * squared, half * half
    buffered = (1 + half) * fourth / (half + fourth)
    return np.where(planted.module_serial[module], floor + (1 - floor) * activity, buffered)
