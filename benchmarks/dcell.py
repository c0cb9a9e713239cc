"""DCell over the whole Gene Ontology: training samples/s, batched by depth and as one module per term, in one run.

    python -m benchmarks.dcell <folder of the public yeast files> [--batch 32] [--genes F] [--threads 2] [--device cpu]

Both train the same network (same parameters, same loss with α = 0.3, AdamW) on the same random double mutants; the
reference is the one that the tests hold the batched network to. A weight costs six operations a sample (a product and
a sum, forward and twice backward), so the speed of large matrix products bounds what any implementation can reach.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import Topology, build_topology
from knockon.models.networks.batches import seeded
from knockon.models.supervised import AUXILIARY_WEIGHT
from knockon.sources.yeast.gaf import read_gaf
from knockon.sources.yeast.go_lists import read_go_child_parent
from tests.models.dcell.reference import ReferenceDCell, copy_into


def gene_ontology(folder: Path, genes: set[str] | None) -> Topology:
    """The hierarchy over all annotated genes, or over the given ones."""
    edges = read_go_child_parent(folder / "go" / "yeast_child_2_parent.txt").table
    notes = read_gaf(folder / "go" / "gene_association.sgd.gz").table
    columns = [notes[name].to_pylist() for name in ("gene", "go_id", "negated")]
    kept = [
        (gene, term)
        for gene, term, negated in zip(*columns, strict=True)
        if not negated and (not genes or gene in genes)
    ]
    return build_topology(zip(edges["child"].to_pylist(), edges["parent"].to_pylist(), strict=True), kept)


def double_mutants(topology: Topology, rows: int) -> tuple[Tensor, Tensor]:
    """Random pairs, int64 (rows, 2), and made-up labels (rows, 1)."""
    generator = np.random.default_rng(0)
    pairs = np.stack([generator.choice(len(topology.genes), 2, replace=False) for _ in range(rows)])
    return torch.from_numpy(pairs), torch.from_numpy(generator.normal(size=(rows, 1))).float()


def batched_loss(network: DCell, pairs: Tensor, labels: Tensor) -> Tensor:
    """DCell's loss by the batched network."""
    found = network({"indices": pairs.flatten(), "indptr": torch.arange(len(pairs) + 1, device=pairs.device) * 2})
    assert found.auxiliary is not None
    below = (found.auxiliary[..., 0] - labels[:, None]).square().mean(0).sum()
    return (found.outputs[..., 0] - labels).square().mean() + AUXILIARY_WEIGHT * below


def reference_loss(network: ReferenceDCell, pairs: Tensor, labels: Tensor) -> Tensor:
    """DCell's loss, term by term."""
    genes = torch.zeros(len(pairs), len(network.topology.genes), device=pairs.device).scatter_(1, pairs, 1.0)
    _, guesses = network(genes)
    root = network.topology.root.name
    losses = {name: (guess - labels).square().mean() for name, guess in guesses.items()}
    return losses[root] + AUXILIARY_WEIGHT * sum(loss for name, loss in losses.items() if name != root)


def seconds_a_step(parameters: list[torch.nn.Parameter], loss: Callable[[], Tensor], fused: bool, steps: int) -> float:
    """The median time of a training step, after one to warm up."""
    optimizer = torch.optim.AdamW(parameters, fused=fused)
    times = []
    for _ in range(steps + 1):
        started = time.perf_counter()
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        if parameters[0].is_cuda:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return float(np.median(times[1:]))


def products_a_second(device: str, size: int = 2048) -> float:
    """Operations a second of a large matrix product, the best of five."""
    left, right = torch.randn(size, size, device=device), torch.randn(size, size, device=device)
    times = []
    for _ in range(6):
        started = time.perf_counter()
        (left @ right).sum().item()
        times.append(time.perf_counter() - started)
    return 2 * size**3 / min(times[1:])


def weights_of(topology: Topology) -> int:
    """Weights of the terms' layers, padding not counted."""
    width = {term.name: term.width for term in topology.terms}
    return sum(term.width * (len(term.genes) + sum(width[child] for child in term.children)) for term in topology.terms)


def main() -> None:
    """Print samples/s of both and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int, nargs="+", default=[32])
    parser.add_argument("--genes", type=Path, help="a list of genes, one a line; all annotated ones without it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    topology = gene_ontology(arguments.folder, set(arguments.genes.read_text().split()) if arguments.genes else None)
    with seeded(0):
        network = DCell(topology, topology.genes)
        reference = ReferenceDCell(topology)
    copy_into(reference, network)
    network.to(arguments.device)
    reference.to(arguments.device)
    print(f"{len(topology.terms)} terms, {len(topology.genes)} genes, {len(network.blocks)} blocks")
    bound = products_a_second(arguments.device) / (6 * weights_of(topology))
    print(
        f"{weights_of(topology) / 1e6:.1f} million weights: matrix products allow {bound:.0f} samples/s on this machine"
    )
    for batch in arguments.batch:
        pairs, labels = (tensor.to(arguments.device) for tensor in double_mutants(topology, batch))
        fast = seconds_a_step(
            list(network.parameters()), lambda p=pairs, y=labels: batched_loss(network, p, y), True, arguments.steps
        )
        slow = seconds_a_step(
            list(reference.parameters()),
            lambda p=pairs, y=labels: reference_loss(reference, p, y),
            False,
            arguments.steps,
        )
        speeds = f"batched {batch / fast:.0f} samples/s, a module per term {batch / slow:.0f} samples/s"
        print(f"batch {batch}: {speeds}, ratio {slow / fast:.1f}")


if __name__ == "__main__":
    main()
