"""The network model beside the usual way, a batch of perturbed copies of the genome: samples/s and peak memory.

    python -m benchmarks.network [--genes 6600] [--edges 500000] [--batch 4096] [--copies 16] [--width 32] [--threads 2]

Both run the same encoder with the same parameters; each way in a process of its own, for its peak memory. The usual way
marks the perturbed genes in each copy and encodes all copies as one torch-geometric batch; it gets the batch that it
can hold (`--copies`).
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.queues import Queue

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from knockon.models.networks.batches import seeded
from knockon.models.networks.delta import DeltaNetwork
from knockon.models.networks.genome_encoder import GenomeEncoder, genome_network


def random_network(genes: int, edges: int) -> sp.csr_matrix:
    """A gene × gene network; `edges` counts both directions."""
    generator = np.random.default_rng(0)
    ends = generator.integers(0, genes, (2, edges // 2))
    return sp.csr_matrix((generator.random(edges // 2, dtype=np.float32), ends), shape=(genes, genes))


def networks(arguments: argparse.Namespace, copies: int) -> DeltaNetwork:
    """The model over a genome that is repeated `copies` times, without edges between the copies."""
    once = random_network(arguments.genes, arguments.edges)
    genome = genome_network(
        {"physical": sp.block_diag([once] * copies, format="coo").tocsr()}, arguments.genes * copies
    )
    with seeded(0):
        encoder = GenomeEncoder(
            genome, arguments.genes * copies, None, arguments.width, arguments.layers, "transformer", 0.0
        )
        return DeltaNetwork(encoder, genome, arguments.width, 0.0, 1, 1)


def delta_step(arguments: argparse.Namespace) -> tuple[Callable[[], Tensor], int]:
    """A loss of `batch` double mutants over one encoded genome."""
    network = networks(arguments, 1)
    indices = torch.randint(arguments.genes, (2 * arguments.batch,))
    batch = {"indices": indices, "indptr": torch.arange(arguments.batch + 1) * 2}
    return lambda: network(batch).outputs.square().mean(), arguments.batch


def copies_step(arguments: argparse.Namespace) -> tuple[Callable[[], Tensor], int]:
    """A loss of `copies` double mutants, each a genome of its own in which two genes are marked."""
    network = networks(arguments, arguments.copies)
    indices = torch.randint(arguments.genes, (arguments.copies, 2))
    indices = (indices + torch.arange(arguments.copies)[:, None] * arguments.genes).flatten()
    batch = {"indices": indices, "indptr": torch.arange(arguments.copies + 1) * 2}
    return lambda: network(batch).outputs.square().mean(), arguments.copies


WAYS = {"one genome a batch": delta_step, "a genome a strain": copies_step}


def measure(way: str, arguments: argparse.Namespace, answers: "Queue[tuple[float, float]]") -> None:
    """Put samples/s and peak memory in GB."""
    torch.set_num_threads(arguments.threads)
    loss, strains = WAYS[way](arguments)
    times = []
    for _ in range(arguments.steps + 1):
        started = time.perf_counter()
        loss().backward()
        times.append(time.perf_counter() - started)
    answers.put((strains / float(np.median(times[1:])), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6))


def main() -> None:
    """Print both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("genes", 6600), ("edges", 500_000), ("batch", 4096), ("copies", 16), ("width", 32)):
        parser.add_argument(f"--{name}", type=int, default=value)
    for name, value in (("layers", 2), ("threads", 2), ("steps", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for way in WAYS:
        answers: Queue[tuple[float, float]] = context.Queue()
        process = context.Process(target=measure, args=(way, arguments, answers))
        process.start()
        speed, memory = answers.get()
        process.join()
        print(f"{way}: {speed:.1f} samples/s, peak {memory:.1f} GB")


if __name__ == "__main__":
    main()
