"""Time and memory of strain vectors by sparse products, beside a loop over strains that scatters and sums.

    python benchmarks/represent.py [--strains 344165] [--dimensions 1000]

Both ways run in this one process on the same made-up pairs; the loop runs on a part and is scaled up.
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.represent.aggregate import METHODS, aggregate
from knockon.represent.gene_vectors import random_vectors
from knockon.represent.representation import Representation

LOOPED = 2_000


def scatter_loop(genotypes: Genotypes, representation: Representation, method: str) -> NDArray[np.float32]:
    """The usual way: a mask over the genome for each strain, then a sum or mean over what it picks."""
    rows = []
    for start, end in zip(genotypes.indptr[:-1], genotypes.indptr[1:], strict=True):
        mask = np.zeros(len(representation.names), dtype=bool)
        mask[genotypes.indices[start:end]] = True
        chosen = representation.matrix[mask if method.startswith("pert") else ~mask]
        rows.append(chosen.mean(axis=0) if method.endswith("mean") else chosen.sum(axis=0))
    return np.array(rows, dtype=np.float32)


def random_pairs(genes: tuple[str, ...], strains: int) -> Genotypes:
    """Strains of two distinct random genes."""
    rng = np.random.default_rng(1)
    first = rng.integers(0, len(genes), size=strains)
    second = (first + rng.integers(1, len(genes), size=strains)) % len(genes)
    indices = np.stack([first, second], axis=1).ravel().astype(np.int32)
    return Genotypes(genes, np.arange(0, 2 * strains + 1, 2), indices)


def seconds(function: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    """Print one line a method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strains", type=int, default=344_165)
    parser.add_argument("--dimensions", type=int, default=1_000)
    parser.add_argument("--genes", type=int, default=6_600)
    arguments = parser.parse_args()
    genes = tuple(f"Y{number:05d}" for number in range(arguments.genes))
    representation = random_vectors(genes, arguments.dimensions, seed=1)
    genotypes = random_pairs(genes, arguments.strains)
    part = genotypes.take(np.arange(min(LOOPED, arguments.strains)))
    print(f"{arguments.strains} pairs of {arguments.genes} genes × {arguments.dimensions} dimensions")
    for method in METHODS:
        product = seconds(lambda method=method: aggregate(genotypes, representation, method))
        loop = seconds(lambda method=method: scatter_loop(part, representation, method))
        loop *= arguments.strains / len(part)
        print(f"{method:12} product {product:6.2f} s   loop {loop:8.1f} s   {loop / product:7.0f}×")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main()
