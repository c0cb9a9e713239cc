"""How right the growth is that `knockon design` tells of sets: measured double and triple deletions beside it.

    python -m benchmarks.design_growth [--least 0.8]

In the root of a clone with `yeast_dataset`. Doubles are told from their single mutants alone, as a pair is that nobody
measured: ε is 0 with the spread of the measured ones. Triples are told from singles and the ε of their pairs where that
was measured; that of three genes is 0, likewise. Prints how many lie in their 90 % interval (with the error of their
own measurement), r beside that of the sickest single mutant and of the product, and how many of those do that are told
to reach the least fitness with a probability of 0.8.
"""

import argparse

import numpy as np

from knockon.correlation import pearson
from knockon.dataset.store import RecordStore
from knockon.models.designs.acquisition import growth_probability
from knockon.serving.design.fitness import PairEffects, _read, fitness_of, pair_effects, single_fitness, triple_spread
from knockon.serving.design.pool import FEASIBLE
from knockon.serving.design.proposal import NORMAL
from knockon.stages.yeast import paths


def told(store: RecordStore, size: int, least: float) -> None:
    """Print one row: sets of so many deletions whose single mutants were all measured."""
    names = store.genotypes().genes
    found = _read(store, names, "fitness", size)
    used = np.unique(found.strains.indices)
    genes = tuple(names[place] for place in used.tolist())
    found = _read(store, genes, "fitness", size)
    singles, pairs = single_fitness(store, genes, None), pair_effects(store, genes)
    if size == 2:
        nothing = np.zeros_like(pairs.values)
        pairs = PairEffects(nothing, np.full_like(pairs.errors, pairs.unknown), np.zeros_like(pairs.measured))
    known = np.array([bool(each.all()) for each in singles.measured[found.strains.indices.reshape(-1, size)]])
    strains, values, errors = found.strains.take(np.flatnonzero(known)), found.values[known], found.errors[known]
    fitness = fitness_of(singles, pairs, strains, triple_spread(store))
    width = NORMAL * np.hypot(fitness.deviations, errors)
    inside = np.abs(values - fitness.values) <= width
    sick = values < fitness.product - 0.16
    lowest = singles.values[strains.indices.reshape(-1, size)].min(axis=1)
    grows = growth_probability(fitness.values, fitness.deviations, least) >= FEASIBLE
    print(f"{size} deletions: {len(values):,} strains of {len(genes):,} genes")
    held = f"of {sick.sum():,} that are sicker than the product by .16, {inside[sick].mean():.1%}"
    print(f"  90 % intervals hold {inside.mean():.1%}; {held}")
    rs = [pearson(each, values) for each in (fitness.values, fitness.product, lowest)]
    print(f"  r told {rs[0]:.3f}; product {rs[1]:.3f}; sickest single mutant {rs[2]:.3f}")
    do, all_do = (values[grows] >= least).mean(), (values >= least).mean()
    print(f"  told to reach {least:g} with P ≥ {FEASIBLE:g}: {grows.sum():,}, {do:.1%} do (of all {all_do:.1%})")


def main() -> None:
    """Both sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--least", type=float, default=0.8)
    least = parser.parse_args().least
    store = RecordStore(paths.STORE)
    for size in (2, 3):
        told(store, size, least)


if __name__ == "__main__":
    main()
