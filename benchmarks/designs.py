"""All sets of up to three knock-outs ranked, beside one big array of all triples and itertools with a heap.

    python -m benchmarks.designs [--genes 800] [--top 1000] [--array 400] [--tried 80]

Each way runs in a process of its own, whose peak of resident memory is printed. The big array is made for `--array`
genes and itertools walk over `--tried`, both with the same constraint on fitness; what they would take for all genes is
extrapolated by the number of triples. The three must name the same sets, which is tested at `--tried` genes.
"""

import argparse
import heapq
import multiprocessing
import resource
import time
from collections.abc import Callable
from itertools import combinations
from math import comb

import numpy as np

from knockon.models.designs.candidates import Rules, SetEffects, rank_sets

FITNESS = 0.6

Sets = list[tuple[int, ...]]
Way = Callable[[SetEffects, SetEffects, int], Sets]


def drawn(genes: int) -> tuple[SetEffects, SetEffects]:
    """Effects on a phenotype and on fitness."""
    random = np.random.default_rng(1)
    names = tuple(f"g{gene:04d}" for gene in range(genes))
    tables = []
    for base, single, pair in ((0.0, random.normal(0, 1, genes), 0.3), (1.0, -random.gamma(0.7, 0.1, genes), 0.05)):
        upper = np.triu(random.normal(0, pair, (genes, genes)), 1)
        tables.append(SetEffects(names, base, single, upper + upper.T))
    return tables[0], tables[1]


def ranked(value: SetEffects, fitness: SetEffects, top: int) -> Sets:
    """Ours."""
    found = rank_sets(value, Rules(most=3, fitness=FITNESS), top, fitness)
    return [tuple(map(int, own)) for own in np.split(found.strains.indices, found.strains.indptr[1:-1])]


def one_array(value: SetEffects, fitness: SetEffects, top: int) -> Sets:
    """Every triple in one array of indices, all scores at once, then a sort; singles and pairs likewise."""
    found: list[tuple[float, tuple[int, ...]]] = []
    genes = len(value.genes)
    for size in (1, 2, 3):
        sets = np.fromiter((gene for each in combinations(range(genes), size) for gene in each), dtype=np.int32)
        sets = sets.reshape(-1, size)
        scores = [each.base + each.singles[sets].sum(axis=1) for each in (value, fitness)]
        for one, other in combinations(range(size), 2):
            for number, each in enumerate((value, fitness)):
                scores[number] += each.pairs[sets[:, one], sets[:, other]]
        grows = np.flatnonzero(scores[1] >= FITNESS)
        best = grows[np.argsort(-scores[0][grows], kind="stable")[:top]]
        found += [(-float(scores[0][row]), tuple(map(int, sets[row]))) for row in best]
    return [each for _, each in sorted(found)[:top]]


def walked(value: SetEffects, fitness: SetEffects, top: int) -> Sets:
    """Python's own combinations and heap."""

    def score(told: SetEffects, chosen: tuple[int, ...]) -> float:
        pairs = sum(told.pairs[one, other] for one, other in combinations(chosen, 2))
        return float(told.base + sum(told.singles[gene] for gene in chosen) + pairs)

    genes = range(len(value.genes))
    every = (each for size in (1, 2, 3) for each in combinations(genes, size) if score(fitness, each) >= FITNESS)
    return [each for _, each in heapq.nsmallest(top, ((-score(value, each), each) for each in every))]


WAYS: dict[str, Way] = {"rank_sets": ranked, "one array": one_array, "itertools": walked}


def cost(name: str, genes: int, top: int) -> tuple[Sets, float, float]:
    """Sets, seconds by the clock, and MB of resident memory at the peak, of a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (name, genes, top))


def _measured(name: str, genes: int, top: int) -> tuple[Sets, float, float]:
    value, fitness = drawn(genes)
    started = time.perf_counter()
    found = WAYS[name](value, fitness, top)
    seconds = time.perf_counter() - started
    return found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print a line a way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option, default in (("genes", 800), ("top", 1000), ("array", 400), ("tried", 80)):
        parser.add_argument(f"--{option}", type=int, default=default)
    asked = parser.parse_args()
    same = [cost(name, asked.tried, asked.top)[0] for name in WAYS]
    assert same[0] == same[1] == same[2], "the three ways name different sets"
    _, ours, memory = cost("rank_sets", asked.genes, asked.top)
    print(f"rank_sets, {asked.genes} genes, {comb(asked.genes, 3):,} triples: {ours:.1f} s, {memory:,.0f} MB")
    for name, genes in (("one array", asked.array), ("itertools", asked.tried)):
        _, seconds, memory = cost(name, genes, asked.top)
        times = comb(asked.genes, 3) / comb(genes, 3)
        print(
            f"{name}, {genes} genes, {comb(genes, 3):,} triples: {seconds:.1f} s, {memory:,.0f} MB; "
            f"for {asked.genes} genes {seconds * times:,.0f} s, ratio {seconds * times / ours:,.0f}"
        )


if __name__ == "__main__":
    main()
