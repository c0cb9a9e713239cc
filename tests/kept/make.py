"""Write one small file of each stamped type into a folder, and beside them what a reader must find in them.

The tests read what it wrote for earlier versions; its models are built by today's code.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
import torch

from knockon.artifact import stamp
from knockon.atomic import write_json
from knockon.dataset.aggregate import aggregate
from knockon.dataset.cellstate.store import write_store as write_compendium
from knockon.dataset.store import RecordStore
from knockon.dataset.store import write_store as write_records
from knockon.evaluation.growing_intervals import Widths
from knockon.evaluation.strain_errors import Growth, StrainErrors
from knockon.graph import dump
from knockon.graph.adapters.genes import gene_nodes
from knockon.models.context import Context
from knockon.models.experiment import EXPERIMENT, EXPERIMENT_KIND, EXPERIMENT_VERSION, Experiment
from knockon.models.networks.set import mlp
from knockon.models.pairs.network import network_boosted
from knockon.models.strains.additive import Additive
from knockon.models.variants.fitting import Fitted
from knockon.models.variants.global_epistasis import GlobalEpistasis, deviation
from knockon.represent.cache import EmbeddingCache
from knockon.represent.gene_vectors import one_hot
from knockon.represent.storage import write_representation
from knockon.serving.gfp import load_served, save_served
from knockon.training.checkpoint import CheckpointStore, Progress, save_weights
from tests.dataset.made_up import screen
from tests.graph import made_up as graphs
from tests.models import made_up
from tests.models.variants import made_up as variants

SEED = 1
TRAINING = {"epochs": 1, "batch_size": 64, "learning_rate": 0.01, "device": "cpu"}
SETTING = {"shrinkage": 1.0, "noise": "constant"}


GENES = made_up.GENES[:26]


class Letters:
    """A sequence model that counts A, C and G."""

    name, revision, dimensions = "letters", "1", 3

    def encode(self, sequences: list[str]) -> np.ndarray:
        return np.array([[text.count(letter) for letter in "ACG"] for text in sequences], dtype=np.float32)


SEQUENCES = ["ATGAAA", "ATGCCC", "ATGGGG"]


def strains() -> tuple[Any, Any]:
    """Training and validation pairs over GENES."""
    train, validation, _ = made_up.split(made_up.planted(genes=GENES)[0])
    return train, validation


def inputs() -> Any:
    """Gene vectors of GENES."""
    return made_up.dense_inputs(genes=GENES, dimensions=4)


def modules_of_genes() -> dict[str, sp.csr_matrix]:
    """Side information: two modules."""
    place = np.arange(len(GENES))
    return {"module": sp.csr_matrix((np.ones(len(GENES), np.float32), (place, place % 2)))}


def additive() -> Any:
    return Additive()


def network() -> Any:
    return mlp(inputs(), Context("interaction", training=TRAINING), width=4, layers=1)


def pair_network() -> Any:
    """Two networks and a booster for each regime."""
    booster = {"rounds": 2, "rate": 0.2, "leaves": 3, "rows": 5, "jobs": 1}
    context = Context("interaction", side=modules_of_genes, training=TRAINING)
    return network_boosted(inputs(), context, members=1, width=2, layers=1, folds=2, boosted_options=booster)


MODELS = {"additive": additive, "network": network, "pair_network": pair_network}


def write_models(folder: Path) -> dict[str, Any]:
    """Fitted models of the three ways in which a model lies on the disk."""
    train, validation = strains()
    predicted = {}
    for name, build in MODELS.items():
        model = build()
        model.fit(train, validation, SEED)
        (folder / name).mkdir(parents=True)
        model.save(folder / name)
        predicted[name] = model.predict(validation.genotypes)[:5].tolist()
    return predicted


def write_store(folder: Path) -> list[dict[str, Any]]:
    """Records of a dozen strains."""
    write_records(folder, [aggregate(screen(12, 6, seed=SEED))])
    rows: list[dict[str, Any]] = RecordStore(folder).take([0, 5]).to_pylist()
    return rows


def write_expression(folder: Path) -> list[list[float]]:
    """Three samples of four genes, one value missing (null in what is expected)."""
    values = np.arange(12, dtype=np.float32).reshape(3, 4) / 8
    values[1, 2] = -1
    blocks = [np.where(values < 0, np.nan, values)]
    genes = pa.table({"gene": ["g1", "g2", "g3", "g4"]})
    write_compendium(folder, genes, pa.table({"sample": ["a", "b", "c"], "study": ["s", "s", "t"]}), blocks, "counts")
    return np.where(np.isnan(blocks[0]), None, blocks[0]).tolist()


def write_dump(folder: Path, scratch: Path) -> dict[str, int]:
    """A graph of four genes and three experiments."""
    measured = graphs.measurements({"gene_a": "YBL002W", "gene_b": "YAL001C", "value": 0.4})
    collected = graphs.experiments(scratch, graphs.source(measured))
    tables = [gene_nodes(graphs.genes()), *collected.tables(), *collected.context.tables()]
    counts: dict[str, int] = dump.write_dump(folder, tables, graphs.FILES).counts()
    return {label: count for label, count in counts.items() if count}


def write_vectors(folder: Path) -> dict[str, Any]:
    """A dense and a sparse representation, and vectors of sequences in a cache."""
    dense, sparse = inputs().representation, one_hot(GENES)
    write_representation(folder / "dense.parquet", dense)
    write_representation(folder / "sparse.parquet", sparse)
    EmbeddingCache(folder / "cache").embed(Letters(), SEQUENCES)
    return {"dense": dense.matrix.tolist(), "sparse": sparse.matrix.toarray().tolist()}


def write_checkpoint(folder: Path) -> None:
    """Weights and progress after seven steps."""
    progress = Progress(step=7, best_step=7, best_score=0.5, waited=0, log_bytes=12)
    store = CheckpointStore(folder, {"training.seed": 1}, 2)
    store.save({"w": torch.arange(3.0)}, {"optimizer.0.step": torch.tensor(7.0)}, progress)


def tokens() -> np.ndarray:
    """Mutation tokens of the made-up variants."""
    return np.asarray(variants.inputs(variants=60).matrix)


def write_served(folder: Path) -> list[list[float]]:
    """A served model of variants with drawn weights, and what it answers to the first five of them."""
    landscape = variants.inputs(variants=60)
    torch.manual_seed(SEED)
    net = GlobalEpistasis(variants.REFERENCE, 1.4, 3.7, SETTING["shrinkage"], 1, SETTING["noise"])
    torch.nn.init.normal_(net.own, -0.5, 0.2)
    predicted = net.predict({"inputs": torch.from_numpy(tokens()).unsqueeze(1)}).detach().double().numpy()
    fit = Fitted(predicted, deviation(net, predicted[:, 0], landscape.barcodes), module=net)
    folder.mkdir(parents=True)
    save_weights(folder / "seed-1.safetensors", net.state_dict())
    save_served(folder, SETTING, [fit], fit, landscape, {"0.9": Widths(1.7, 0.4)})
    return [answer.tolist() for answer in load_served(folder).predict(tokens()[:5])]


def write_experiment(folder: Path) -> None:
    """The experiment beside a yeast model, as `yeast_train` writes it."""
    experiment = Experiment("bilinear", "interaction", "pair", "one_hot", "pert_sum", "mse", {}, {"epochs": 2}, GENES)
    errors = StrainErrors(0.05, {GENES[0]: 0.06}, {"0.9": 1.7}, Growth((0.01, 0.1), (0.9, 2.0)))
    described = {**experiment.description(), "point": {"width": 8}, "errors": errors.description()}
    write_json(folder / EXPERIMENT, stamp(EXPERIMENT_KIND, EXPERIMENT_VERSION) | described)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    expected = {
        "records": write_store(folder / "store"),
        "counts": write_dump(folder / "dump", folder / "scratch"),
        "vectors": write_vectors(folder / "vectors"),
        "predicted": write_models(folder / "models"),
        "served": write_served(folder / "served"),
        "expression": write_expression(folder / "expression"),
    }
    write_checkpoint(folder / "checkpoints")
    write_experiment(folder)
    for leftover in sorted((folder / "scratch").rglob("*")):
        leftover.unlink()
    if (folder / "scratch").exists():
        (folder / "scratch").rmdir()
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
