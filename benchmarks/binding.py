"""Two towers on Davis-like pairs (68 ligands, 379 proteins): what sharing encodings and caching gradients are worth.

    OMP_NUM_THREADS=1 python -m benchmarks.binding [--pairs 4096] [--parts 16]

First, one update of 256 pairs in tiles of 16 pairs of a protein, each protein and ligand encoded once, against the same
network that encodes them pair by pair: pairs a second, and how far the gradients differ. Then one contrastive update of
`--pairs` pairs in `--parts` parts: seconds, and the peak resident memory of the process.
"""

import argparse
import time

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.models.binding.inputs import PairInputs, labelled, tiles
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.sizes import DualSizes
from knockon.models.supervised import SupervisedTask
from knockon.models.tokens import Vocabulary
from knockon.training.memory import peak_memory_mb
from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings
from knockon.training.update import Updater

Rows = NDArray[np.int64]


def davis_like() -> Pairs:
    """All pairs of random ligands of about 50 atoms and random proteins of about 790 residues."""
    random = np.random.default_rng(0)
    ligands = tuple("C" + "".join(random.choice(list("CNOcno"), 50)) for _ in range(68))
    proteins = tuple(
        "".join(random.choice(list("ACDEFGHIKLMNPQRSTVWY"), size)) for size in random.integers(400, 1180, 379)
    )
    ligand, protein = (each.ravel() for each in np.meshgrid(np.arange(68), np.arange(379), indexing="ij"))
    values = random.normal(6, 1, len(ligand))
    return Pairs(ligands, proteins, ligand, protein, values, np.zeros(len(values), dtype=np.int8))


def update(pairs: Pairs, rows: Rows, loss: str, distinct: bool, parts: int) -> tuple[float, torch.Tensor]:
    """Seconds of one update, and its gradient."""
    model = NetworkModel(DualSizes(loss=loss, dropout=0.0, threshold=5.0), {})
    model.vocabularies = Vocabulary.of_smiles(pairs.ligands), Vocabulary.of_proteins()
    module = model._module(pairs, seed=0)
    inputs = PairInputs(pairs, model._readers(), distinct)
    task = SupervisedTask(module, labelled(inputs), labelled(inputs), {}, lambda values, predicted: {})
    settings = TrainingSettings(max_steps=1, batch_size=len(rows), accumulation=parts, device="cpu", clip=None)
    updater = Updater(task, settings, Processes(settings))
    started = time.perf_counter()
    updater.gradients(
        ((torch.from_numpy(part), task.batch("train", part)) for part in np.array_split(rows, parts)), stop=False
    )
    seconds = time.perf_counter() - started
    gradients = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    return seconds, torch.cat([gradient.flatten() for gradient in gradients]).double()


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=4096)
    parser.add_argument("--parts", type=int, default=16)
    arguments = parser.parse_args()
    pairs = davis_like()
    every = tiles(pairs, 16, seed=0)
    order = np.random.default_rng(1).permutation(len(every))
    rows = np.concatenate([every[tile] for tile in order])
    update(pairs, rows[:32], "joint", True, 1)
    (fast, one), (slow, other) = (update(pairs, rows[:256], "joint", distinct, 1) for distinct in (True, False))
    apart = float((one - other).norm() / other.norm())
    print(
        f"256 pairs: {256 / fast:.0f} pairs/s, pair by pair {256 / slow:.0f}, ratio {slow / fast:.1f}; "
        f"gradients differ by {apart:.1e}"
    )
    before = peak_memory_mb(torch.device("cpu"))
    seconds, _ = update(pairs, rows[: arguments.pairs], "contrastive", True, arguments.parts)
    after = peak_memory_mb(torch.device("cpu"))
    print(
        f"{arguments.pairs} pairs in {arguments.parts} parts: {seconds:.1f} s, "
        f"peak {after:.0f} MB (before it {before:.0f} MB)"
    )


if __name__ == "__main__":
    main()
