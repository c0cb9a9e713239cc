"""True interactions: ε = f_ab - f_a f_b of any rectangle of alleles under the planted model.

Only alleles that share a module, or whose modules stand in parallel, get a term of their own: these are few, and are
kept sparse. The process x process term and the hub shifts are dense, but have low rank.
"""

from dataclasses import dataclass

import numpy as np

from knockon.sources.simulate.planted import HILL, Floats, Integers, Planted
from knockon.sources.simulate.strains import Alleles


@dataclass(frozen=True)
class SparseRatios:
    """f_ab / (f_a f_b) through modules, where it is not 1; sorted by row. One cell may stand there more than once."""

    row: Integers
    column: Integers
    ratio: Floats

    def apply(self, block: Floats, first_row: int) -> None:
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

    def true(self, first: int, last: int) -> Floats:
        """True ε of the queries `first` to `last` (exclusive) against all arrays. Shape (last - first, arrays)."""
        product = self.products(first, last)
        query, array = self.alleles.gene[self.queries[first:last]], self.alleles.gene[self.arrays]
        # Within a process column the term is burden_a * burden_b * W[p, q].
        weights = self.planted.process_weights[self.planted.process[query]][:, self.planted.process[array]]
        ratio = 1.0 + weights * self.planted.burden[query][:, None] * self.planted.burden[array][None, :]
        self.ratios.apply(ratio, first)
        shift = self.planted.hub[query][:, None] + self.planted.hub[array][None, :]
        return np.clip(product * (ratio - 1.0) + shift, -product, 1.2)

    def products(self, first: int, last: int) -> Floats:
        """f_a f_b from the true single-mutant fitness. Shape (last - first, arrays)."""
        fitness = self.alleles.fitness[self.temperature]
        return fitness[self.queries[first:last]][:, None] * fitness[self.arrays][None, :]


def rectangle(planted: Planted, alleles: Alleles, queries: Integers, arrays: Integers, temperature: int) -> Rectangle:
    """Prepare the module terms of a rectangle. `temperature` is the index into 26 °C, 30 °C."""
    left = _by_module(planted, alleles, queries, temperature)
    right = _by_module(planted, alleles, arrays, temperature)
    pieces = [_shared(planted, module, left, right) for module in range(planted.modules)]
    for (one, other), strength in zip(planted.parallel.tolist(), planted.parallel_strength.tolist(), strict=True):
        pieces.append(_outer(left[one], right[other], strength))
        pieces.append(_outer(left[other], right[one], strength))
    row, column, ratio = (np.concatenate(part) for part in zip(*pieces, strict=True))
    order = np.argsort(row, kind="stable")
    return Rectangle(
        planted, alleles, queries, arrays, temperature, SparseRatios(row[order], column[order], ratio[order])
    )


_Members = tuple[Integers, Floats]
_Cells = tuple[Integers, Integers, Floats]


def _by_module(planted: Planted, alleles: Alleles, chosen: Integers, temperature: int) -> list[_Members]:
    """For each module: positions in `chosen` of its alleles, and their activities."""
    position = np.full(len(alleles), -1)
    position[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(position[alleles.part_allele] >= 0)
    kept = kept[np.argsort(alleles.part_module[kept], kind="stable")]
    edges = np.searchsorted(alleles.part_module[kept], np.arange(1, planted.modules))
    positions = np.split(position[alleles.part_allele[kept]], edges)
    return list(zip(positions, np.split(alleles.part_activity[temperature, kept], edges), strict=True))


def _shared(planted: Planted, module: int, left: list[_Members], right: list[_Members]) -> _Cells:
    """Ratio g(ab) / (g(a) g(b)) for all pairs of one module's alleles."""
    (rows, first), (columns, second) = left[module], right[module]
    a, b = np.meshgrid(first, second, indexing="ij")
    alone = module_fitness(planted, module, a) * module_fitness(planted, module, b)
    ratio = module_fitness(planted, module, a * b) / alone
    return np.repeat(rows, len(columns)), np.tile(columns, len(rows)), ratio.ravel()


def module_fitness(planted: Planted, module: int, activity: Floats) -> Floats:
    """Fitness through one module by its remaining activity: 1 at activity 1, saturating (see planted.py)."""
    if planted.module_serial[module]:
        floor = planted.module_floor[module]
        return floor + (1 - floor) * activity
    squared, half = activity * activity, planted.module_half[module] * planted.module_half[module]
    fourth, half = squared * squared, half * half
    return (1 + half) * fourth / (half + fourth)


def _outer(left: _Members, right: _Members, strength: float) -> _Cells:
    """Ratio 1 - s (1 - a²)(1 - b²) for all pairs of two parallel modules' alleles."""
    (rows, first), (columns, second) = left, right
    ratio = 1 - strength * (1 - first * first)[:, None] * (1 - second * second)[None, :]
    return np.repeat(rows, len(columns)), np.tile(columns, len(rows)), ratio.ravel()


assert HILL == 4, "module_fitness multiplies the activity by itself instead of raising it to a power"
