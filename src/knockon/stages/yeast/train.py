"""yeast_train: the one params-driven experiment: a model, selected on validation, and the same on random vectors."""

import pyarrow as pa

from knockon.atomic import atomic_directory, write_parquet
from knockon.evaluation.predictions import prediction_rows
from knockon.models.grid import search
from knockon.models.protocol import Inputs, Model
from knockon.models.registry import build
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation, size_of, strains
from knockon.training.examples import LabelledStrains

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


def selected(params: Params, data: LabelledStrains, representation_name: str) -> tuple[Model, float]:
    """The model of params.yaml on a representation, selected on validation rows; and its validation Pearson."""
    inputs = Inputs(representation(representation_name), params["yeast.train.aggregation"])
    model, label = params["yeast.train.model"], params["yeast.train.label"]
    grid = params[f"yeast.grids.{params['yeast.train.grid']}"].get(model, {})
    found = search(
        lambda point: build(model, inputs, point, label=label),
        grid,
        data.part("train"),
        data.part("validation"),
        params["yeast.train.seed"],
    )
    return found.model, max(value or 0.0 for value in found.table["pearson"].to_pylist())


def main(params: Params) -> None:
    """Fit, save the model, and write the predictions of it and of its control on the test rows."""
    name = params["yeast.train.representation"]
    size = size_of(params["yeast.dataset.size"])
    data = strains(params, params["yeast.train.label"], params["yeast.split"], size, representation(name).genes)
    model, validation_pearson = selected(params, data, name)
    with atomic_directory(paths.MODEL) as folder:
        model.save(folder)
    shown = getattr(model, "name", params["yeast.train.model"])
    control, _ = selected(params, data, RANDOM)
    test = data.part("test").genotypes
    tables = [
        prediction_rows(data, "test", title, params["yeast.train.label"], fitted.predict(test))
        for title, fitted in ((shown, model), ("random", control))
    ]
    metadata = {
        "model": shown,
        "n_train": str(len(data.rows("train")) + len(data.rows("validation"))),
        "n_without_vector": str(data.without_vector),
        "validation_pearson": f"{validation_pearson:.6g}",
    }
    write_parquet(paths.PREDICTIONS, pa.concat_tables(tables).replace_schema_metadata(metadata))


if __name__ == "__main__":
    run_stage(main, PARAMS)
