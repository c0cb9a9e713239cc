"""yeast_benchmark@<representation>-<size>: every aggregation × model on one representation and one size."""

import pyarrow as pa

from knockon.atomic import write_parquet
from knockon.models.context import Context, Inputs
from knockon.models.grid import search
from knockon.models.registry import build
from knockon.models.strains.labelled import LabelledStrains
from knockon.models.strains.predicted import prediction_rows
from knockon.represent.representation import Representation
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation, size_of, strains

READS = (
    paths.STORE,
    paths.SPLITS,
    paths.DIRECTIONS,
    paths.EMBEDDINGS / "{representation}.parquet",
)
PARAMS = (
    "yeast.benchmark.aggregations",
    "yeast.benchmark.grid",
    "yeast.benchmark.label",
    "yeast.benchmark.models",
    "yeast.benchmark.seed",
    "yeast.benchmark.split",
    "yeast.dataset.labels",
    "yeast.dataset.temperature",
    "yeast.grids",
    "yeast.splits.seed",
)

MODELS = ("elastic_net", "svr", "random_forest")
"""The models that this stage can compare; a change of any other does not run it again."""


def run_one(
    params: Params, data: LabelledStrains, vectors: Representation, aggregation: str, model: str
) -> tuple[pa.Table, pa.Table]:
    """Select on validation, refit, predict the test rows once: predictions, and the scores of the grid."""
    grid = params[f"yeast.grids.{params['yeast.benchmark.grid']}.{model}"]
    label, seed = params["yeast.benchmark.label"], params["yeast.benchmark.seed"]
    inputs, context = Inputs(vectors, aggregation), Context(label)
    found = search(
        lambda point: build(model, inputs, context, point), grid, data.part("train"), data.part("validation"), seed
    )
    predicted = found.model.predict(data.part("test").genotypes)
    # The model's own name: an SVR on many strains is a Nyström form, and says so.
    name = f"{found.model.name} {aggregation}"
    scores = found.table.drop_columns(["seconds"]).append_column("model", pa.repeat(name, found.table.num_rows))
    return prediction_rows(data, "test", name, label, predicted), scores


def main(params: Params, name: str, size: str) -> None:
    """Run all combinations and write their predictions and grid scores."""
    vectors = representation(name)
    label, split = params["yeast.benchmark.label"], params["yeast.benchmark.split"]
    data = strains(params, label, split, size_of(int(size) if size.isdigit() else size), vectors.names)
    results = [
        run_one(params, data, vectors, aggregation, model)
        for aggregation in params["yeast.benchmark.aggregations"]
        for model in params["yeast.benchmark.models"]
    ]
    predictions = pa.concat_tables([rows for rows, _ in results])
    write_parquet(paths.BENCHMARKS / f"{name}-{size}.parquet", predictions)
    write_parquet(paths.BENCHMARKS / f"{name}-{size}-grid.parquet", pa.concat_tables([grid for _, grid in results]))


if __name__ == "__main__":
    run_stage(main, PARAMS, "representation", "size")
