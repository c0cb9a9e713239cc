"""yeast_train: the one params-driven experiment: a model, selected on validation, and the same on random vectors."""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from knockon.artifact import stamp
from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.genotypes import Genotypes
from knockon.evaluation.strain_errors import strain_errors
from knockon.models.dcell.tables import named
from knockon.models.experiment import EXPERIMENT, EXPERIMENT_KIND, EXPERIMENT_VERSION, Experiment
from knockon.models.grid import GridResult, search
from knockon.models.protocol import Model
from knockon.models.strains.labelled import LabelledStrains
from knockon.models.strains.predicted import prediction_rows
from knockon.stages.stage import Params, run_stage
from knockon.stages.watched import watched
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation, size_of, strains
from knockon.stages.yeast.paths import CHECKPOINTS, RANKING, STATES, TRAINING_LOG
from knockon.stages.yeast.side import KNOWLEDGE
from knockon.stages.yeast.terms import term_names
from knockon.training.followers import keep_what_they_wrote
from knockon.training.launch import start

READS = (
    paths.STORE,
    paths.SPLITS,
    paths.DIRECTIONS,
    paths.NETWORKS,
    paths.TABLES,
    paths.TERMS,
    paths.EMBEDDINGS / "{yeast.train.representation}.parquet",
    paths.EMBEDDINGS / "random_100.parquet",
)
PARAMS = (
    "yeast.dataset.labels",
    "yeast.dataset.size",
    "yeast.dataset.temperature",
    "yeast.grids",
    "yeast.split",
    "yeast.splits.seed",
    "yeast.train",
)

RANDOM = "random_100"
"""The control representation: the same model on vectors that know nothing of a gene but its identity."""

RANKED_STRAINS = 4000
STATE_STRAINS = 256
"""Training strains, drawn by the seed, on which subsystems are ranked, and those of them whose states are written."""

LOG_SCHEMA = pa.schema(
    [
        pa.field("part", pa.string(), nullable=False, metadata={"unit": "train or validation"}),
        pa.field("training_step", pa.float64(), nullable=False, metadata={"unit": "updates of the weights, or trees"}),
        pa.field("loss", pa.float64(), metadata={"unit": "train: the loss; validation: squared error / variance"}),
        pa.field("learning_rate", pa.float64(), metadata={"unit": "1; missing for validation, and where trees learn"}),
    ]
)


def experiment_of(params: Params, data: LabelledStrains, genes: tuple[str, ...]) -> Experiment:
    """What params.yaml describes."""
    perturbed = [genes[gene] for gene in np.unique(data.examples.genotypes.indices)]
    names = ("model", "label", "representation", "aggregation", "loss", "loss_options", "training")
    chosen = {name: params[f"yeast.train.{name}"] for name in names}
    return Experiment(**chosen, split=params["yeast.split"], perturbed=tuple(perturbed))


def grid_of(params: Params) -> dict[str, list[Any]]:
    """The grid of the model: of the classical ones from yeast.grids, of the others from yeast.train.grids."""
    size, model = params["yeast.train.grid"], params["yeast.train.model"]
    own = params[f"yeast.train.grids.{size}"]
    return dict(own[model] if model in own else params[f"yeast.grids.{size}"].get(model, {}))


def selected(params: Params, data: LabelledStrains, name: str, experiment: Experiment) -> GridResult:
    """The model of params.yaml on a representation, selected on validation rows."""
    vectors = representation(name)
    context = experiment.context(KNOWLEDGE, vectors.names, CHECKPOINTS)
    return search(
        lambda point: experiment.build(vectors, context, point),
        grid_of(params),
        data.part("train"),
        data.part("validation"),
        params["yeast.train.seed"],
    )


def training_log(model: Model) -> pa.Table:
    """Losses and learning rate by step; no rows for a model that is not trained step by step."""
    rows = [
        {"part": part, "training_step": line["step"], "loss": line[name], "learning_rate": line.get("learning_rate")}
        for line in model.history
        for part, name in (("train", "loss"), ("validation", "validation_loss"))
        if name in line
    ]
    return pa.Table.from_pylist(rows, schema=LOG_SCHEMA)


def write_subsystems(folder: Path, model: Model, strains: Genotypes, seed: int) -> None:
    """Rank the subsystems of a model that has them, and write states of its terms; of another one, nothing."""
    if model.subsystems is None:
        return
    drawn = strains.take(np.random.default_rng(seed).permutation(len(strains))[:RANKED_STRAINS])
    write_parquet(folder / RANKING, named(model.subsystems.rank(drawn), term_names()))
    model.subsystems.write_states(folder / STATES, drawn.take(np.arange(min(len(drawn), STATE_STRAINS))))


def clear_checkpoints() -> None:
    """Leave an empty folder: what a finished run needs lies elsewhere, and its size must not depend on its history."""
    keep_what_they_wrote(CHECKPOINTS, Path())
    shutil.rmtree(CHECKPOINTS, ignore_errors=True)
    CHECKPOINTS.mkdir(parents=True)


def run(params: Params) -> None:
    """Fit, save the model, and write the predictions of it and of its control, where it has one, on the test rows."""
    name, label = params["yeast.train.representation"], params["yeast.train.label"]
    size, genes = size_of(params["yeast.dataset.size"]), representation(name).names
    data = strains(params, label, params["yeast.split"], size, genes)
    experiment = experiment_of(params, data, genes)
    found = selected(params, data, name, experiment)
    shown = found.model.name
    fitted: list[tuple[str, Model]] = [(shown, found.model)]
    # A model that reads no vectors would be its own control.
    if found.model.reads_vectors:
        fitted.append(("random", selected(params, data, RANDOM, experiment).model))
    if int(os.environ.get("RANK", "0")):
        return
    fitted += found.model.parts().items()
    with atomic_directory(paths.MODEL) as folder:
        found.model.save(folder)
        held = data.part("validation")
        errors = strain_errors(held.genotypes, held.values, found.validation_predictions)
        described = {**experiment.description(), "point": found.best, "errors": errors.description()}
        write_json(folder / EXPERIMENT, stamp(EXPERIMENT_KIND, EXPERIMENT_VERSION) | described)
        write_subsystems(folder, found.model, data.part("train").genotypes, params["yeast.train.seed"])
    test = data.part("test").genotypes
    tables = [prediction_rows(data, "test", title, label, model.predict(test)) for title, model in fitted]
    scores = [value for value in found.table["pearson"].to_pylist() if value is not None]
    metadata = {
        "model": shown,
        "n_train": str(len(data.rows("train")) + len(data.rows("validation"))),
        "n_without_vector": str(data.without_vector),
        "validation_pearson": f"{max(scores, default=0.0):.6g}",
    }
    write_parquet(paths.PREDICTIONS, pa.concat_tables(tables).replace_schema_metadata(metadata))
    write_parquet(TRAINING_LOG, training_log(found.model))
    clear_checkpoints()


def main(params: Params) -> None:
    """Start as many processes as params.yaml asks for; a run that a signal stops goes on with the next `dvc repro`."""
    start(params["yeast.train.training"].get("processes", 1))
    run(params)


if __name__ == "__main__":
    run_stage(watched(main), PARAMS)
