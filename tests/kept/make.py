"""Write one small file of each stamped type into a folder, and beside them what a reader must find in them.

Runs on 78d34e6, too, where modules had other names: its tests' made-up data are read from beside its `src`.
"""

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch

SEED = 1
TRAINING = {"epochs": 1, "batch_size": 64, "learning_rate": 0.01, "device": "cpu"}
SETTING = {"shrinkage": 1.0, "noise": "constant"}


def module(*names: str) -> Any:
    """The first module of these names that there is."""
    for name in names:
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if not str(error.name).startswith(("knockon", "tests")):
                raise
    raise ModuleNotFoundError(" or ".join(names))


made_up = module("tests.models.made_up")
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
    return module("knockon.models.strains.additive", "knockon.models.additive").Additive()


def network() -> Any:
    builders = module("knockon.models.networks.model", "knockon.training.strain_model")
    return builders.mlp(inputs(), "interaction", width=4, layers=1, training=TRAINING)


def pair_network() -> Any:
    """Two networks and a booster for each regime."""
    builders = module("knockon.models.pairs.network", "knockon.training.pair_network")
    booster = {"rounds": 2, "rate": 0.2, "leaves": 3, "rows": 5, "jobs": 1}
    options = {"members": 1, "width": 2, "layers": 1, "folds": 2, "boosted": True, "boosted_options": booster}
    return builders.pair_network(inputs(), "interaction", modules_of_genes(), training=TRAINING, **options)


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
    aggregate, records = module("knockon.dataset.aggregate").aggregate, module("tests.dataset.made_up").screen
    store = module("knockon.dataset.store")
    store.write_store(folder, [aggregate(records(12, 6, seed=SEED))])
    rows: list[dict[str, Any]] = store.RecordStore(folder).take([0, 5]).to_pylist()
    return rows


def write_dump(folder: Path, scratch: Path) -> dict[str, int]:
    """A graph of four genes and three experiments."""
    data = module("tests.graph.made_up")
    genes = module("knockon.graph.adapters.genes").gene_nodes(data.genes())
    measured = data.measurements({"gene_a": "YBL002W", "gene_b": "YAL001C", "value": 0.4})
    collected = data.experiments(scratch, data.source(measured))
    tables = [genes, *collected.tables(), *collected.context.tables()]
    counts: dict[str, int] = module("knockon.graph.dump").write_dump(folder, tables, data.FILES).counts()
    return {label: count for label, count in counts.items() if count}


def write_vectors(folder: Path) -> dict[str, Any]:
    """A dense and a sparse representation, and vectors of sequences in a cache."""
    storage, vectors = module("knockon.represent.storage"), module("knockon.represent.gene_vectors")
    dense, sparse = inputs().representation, vectors.one_hot(GENES)
    storage.write_representation(folder / "dense.parquet", dense)
    storage.write_representation(folder / "sparse.parquet", sparse)
    module("knockon.represent.cache").EmbeddingCache(folder / "cache").embed(Letters(), SEQUENCES)
    return {"dense": dense.matrix.tolist(), "sparse": sparse.matrix.toarray().tolist()}


def write_checkpoint(folder: Path) -> None:
    """Weights and progress after seven steps."""
    checkpoint = module("knockon.training.checkpoint")
    progress = checkpoint.Progress(step=7, best_step=7, best_score=0.5, waited=0, log_bytes=12)
    store = checkpoint.CheckpointStore(folder, {"training.seed": 1}, 2)
    store.save({"w": torch.arange(3.0)}, {"optimizer.0.step": torch.tensor(7.0)}, progress)


def tokens() -> np.ndarray:
    """Mutation tokens of the made-up variants."""
    return np.asarray(module("tests.models.variants.made_up", "tests.models.gfp_made_up").inputs(variants=60).matrix)


def write_served(folder: Path) -> list[list[float]]:
    """A served model of variants with drawn weights, and what it answers to the first five of them."""
    data = module("tests.models.variants.made_up", "tests.models.gfp_made_up")
    epistasis = module("knockon.models.variants.global_epistasis", "knockon.models.gfp_global_epistasis")
    fitted = module("knockon.models.variants.fitting", "knockon.stages.gfp.fitting").Fitted
    serving = module("knockon.serving.gfp", "knockon.stages.gfp.serving")
    landscape = data.inputs(variants=60)
    torch.manual_seed(SEED)
    net = epistasis.GlobalEpistasis(data.REFERENCE, 1.4, 3.7, SETTING["shrinkage"], 1, SETTING["noise"])
    torch.nn.init.normal_(net.own, -0.5, 0.2)
    predicted = net.predict(torch.from_numpy(tokens()).unsqueeze(1)).detach().double().numpy()
    fit = fitted(predicted, epistasis.deviation(net, predicted[:, 0], landscape.barcodes), module=net)
    folder.mkdir(parents=True)
    module("knockon.training.checkpoint").save_weights(folder / "seed-1.safetensors", net.state_dict())
    serving.save_served(folder, data.REFERENCE, SETTING, [fit], fit, landscape)
    return [answer.tolist() for answer in serving.load_served(folder).predict(tokens()[:5])]


def write_experiment(folder: Path) -> None:
    """The experiment beside a yeast model, as `yeast_train` writes it."""
    experiment = module("knockon.stages.yeast.experiment").Experiment(
        "bilinear", "interaction", "pair", "one_hot", "pert_sum", "mse", {}, {"epochs": 2}, GENES
    )
    errors = module("knockon.evaluation.strain_errors", "knockon.evaluation.pair_errors").StrainErrors(
        0.05, {GENES[0]: 0.06}, {"0.9": 1.7}
    )
    described = {**experiment.description(), "point": {"width": 8}, "errors": errors.description()}
    try:
        artifact, paths = import_module("knockon.artifact"), import_module("knockon.stages.yeast.model_paths")
        described = artifact.stamp(paths.EXPERIMENT_KIND, paths.EXPERIMENT_VERSION) | described
    except ModuleNotFoundError:
        pass
    module("knockon.atomic").write_json(folder / "experiment.json", described)


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
