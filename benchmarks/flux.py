"""Reading yeast-GEM and all its deletions beside cobra, in one run.

    python -m benchmarks.flux [--model …/yeast-GEM.yml] [--genes 32] [--skip-reading]

cobra solves with GLPK as it does by default, in one process. Growths are compared at two of its tolerances: its own,
1e-7, at which it makes vitamins out of nothing, and ours, 1e-9. Pairs are all of 32 genes with 32 others. Seconds are
processor time of this process and, in brackets, by the clock.
"""

import argparse
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from knockon.models.designs.flux.cell import Cell
from knockon.models.designs.flux.linear_program import TOLERANCE
from knockon.sources.design.metabolic_network import MetabolicNetwork, network_of, read_metabolic_network
from knockon.stages.design import paths

Answer = TypeVar("Answer")


def timed(what: str, ask: Callable[[], Answer]) -> tuple[Answer, float]:
    """An answer and its seconds of processor, which are printed."""
    clock, processor = time.perf_counter(), time.process_time()
    found = ask()
    took = time.process_time() - processor
    print(f"{what}: {took:.2f} s ({time.perf_counter() - clock:.2f} s)", flush=True)
    return found, took


def equal(one: MetabolicNetwork, other: MetabolicNetwork) -> bool:
    """Whether all names and numbers are the same, to the last bit."""
    texts = all(
        getattr(one, name) == getattr(other, name)
        for name in ("metabolites", "metabolite_names", "compartments", "reactions", "reaction_names", "rules", "genes")
    )
    numbers = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("lower", "upper", "objective"))
    return texts and numbers and (one.stoichiometry != other.stoichiometry).nnz == 0


def cobra_model(network: MetabolicNetwork) -> Any:
    """The network as a cobra.Model, faster than cobra reads one."""
    import cobra

    model = cobra.Model("yeast")
    metabolites = [cobra.Metabolite(name, compartment="c") for name in network.metabolites]
    reactions = []
    for column, name in enumerate(network.reactions):
        reaction = cobra.Reaction(name, lower_bound=network.lower[column], upper_bound=network.upper[column])
        part = slice(*network.stoichiometry.indptr[column : column + 2])
        ends = zip(network.stoichiometry.indices[part], network.stoichiometry.data[part], strict=True)
        reaction.add_metabolites({metabolites[row]: float(value) for row, value in ends})
        reaction.gene_reaction_rule = network.rules[column]
        reactions.append(reaction)
    model.add_reactions(reactions)
    model.objective = network.reactions[int(np.flatnonzero(network.objective)[0])]
    return model


def growths(frame: Any, network: MetabolicNetwork) -> dict[tuple[int, ...], float]:
    """cobra's growths by the numbers of the deleted genes."""
    rows = zip(frame["ids"], np.nan_to_num(frame["growth"]), strict=True)
    return {tuple(sorted(network.gene(name) for name in ids)): float(value) for ids, value in rows}


def compare(
    what: str, ours: NDArray[np.float64], sets: list[tuple[int, ...]], theirs: dict[tuple[int, ...], float]
) -> None:
    """Print how far the two lie apart."""
    away = np.abs(ours - np.array([theirs[each] for each in sets]))
    more = int((away > 1e-9).sum())
    print(f"{what}: growths differ by {away.max():.1e} at most; {more} of {len(sets)} by more than 1e-9", flush=True)


def main() -> None:
    """Print every cost and ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=paths.GEM)
    parser.add_argument("--genes", type=int, default=32, help="on each side of the pairs")
    parser.add_argument("--skip-reading", action="store_true", help="of cobra's YAML reader")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    import cobra

    print(f"load {os.getloadavg()[0]:.1f}; cobra {cobra.__version__}, {cobra.Configuration().solver.__name__}")
    network, fast = timed("reading", lambda: read_metabolic_network(asked.model))
    if not asked.skip_reading:
        model, slow = timed("reading, cobra", lambda: cobra.io.load_yaml_model(str(asked.model)))
        print(f"reading: {slow / fast:.0f} times as fast; equal to the last bit: {equal(network, network_of(model))}")
    else:
        model = cobra_model(network)
    singles: list[tuple[int, ...]] = [(gene,) for gene in range(len(network.genes))]
    random = np.random.default_rng(0)
    drawn = random.choice(len(network.genes), 2 * asked.genes, replace=False)
    sides = drawn[: asked.genes].tolist(), drawn[asked.genes :].tolist()
    pairs: list[tuple[int, ...]] = [(min(one, other), max(one, other)) for one in sides[0] for other in sides[1]]
    names = [[network.genes[gene] for gene in side] for side in sides]
    deletions = cobra.flux_analysis
    for tolerance in (model.tolerance, TOLERANCE):
        model.tolerance = tolerance
        told = f"cobra's tolerance {tolerance:g}"
        # A new cell a time: nothing is kept from one question to the next.
        ours, quick = timed("single deletions, with the wild type", lambda: Cell(network).growths(singles))
        theirs, long = timed(f"single deletions, {told}", lambda: deletions.single_gene_deletion(model, processes=1))
        print(f"single deletions: {long / quick:.1f} times as fast, {ours.programs} programs")
        compare(f"single deletions, {told}", ours.values, singles, growths(theirs, network))
        ours, quick = timed("pairs, with the wild type", lambda: Cell(network).growths(pairs))
        theirs, long = timed(f"pairs, {told}", lambda: deletions.double_gene_deletion(model, *names, processes=1))
        print(f"{len(pairs)} pairs: {long / quick:.1f} times as fast, {ours.programs} programs")
        compare(f"pairs, {told}", ours.values, pairs, growths(theirs, network))


if __name__ == "__main__":
    main()
