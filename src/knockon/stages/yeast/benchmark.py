"""yeast_benchmark@<table>-<representation>-<size>: every aggregation × model on one representation and one size.

Of a representation that was skipped, and of a size that the table does not have, it writes files without rows, which
the comparison leaves out.
"""

import pyarrow as pa
from rich.markup import escape

from knockon.atomic import write_parquet
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.models.context import Context, Inputs
from knockon.models.grid import GRID_SCHEMA, search
from knockon.models.registry import build
from knockon.models.strains.labelled import LabelledStrains
from knockon.models.strains.predicted import prediction_rows
from knockon.progress import console
from knockon.represent.missing_rows import completed
from knockon.represent.representation import Representation
from knockon.represent.skipped import skipped_reason
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.benchmark_table import BenchmarkTable, too_few
from knockon.stages.yeast.inputs import representation

READS = (
    paths.STORE,
    paths.SPLITS,
    paths.DIRECTIONS,
    paths.EMBEDDINGS / "{representation}.parquet",
)
PARAMS = (
    "yeast.benchmark.aggregations",
    "yeast.benchmark.grid",
    "yeast.benchmark.models",
    "yeast.benchmark.seed",
    "yeast.benchmark.split",
    "yeast.benchmark.tables.{table}",
    "yeast.grids",
    "yeast.splits.seed",
)

MODELS = ("elastic_net", "svr", "random_forest")
"""The models that this stage can compare; a change of any other does not run it again."""


def run_one(
    params: Params, label: str, data: LabelledStrains, vectors: Representation, aggregation: str, model: str
) -> tuple[pa.Table, pa.Table]:
    """Select on validation, refit, predict the test rows once: predictions, and the scores of the grid."""
    grid = params[f"yeast.grids.{params['yeast.benchmark.grid']}.{model}"]
    seed = params["yeast.benchmark.seed"]
    inputs, context = Inputs(vectors, aggregation), Context(label)
    found = search(
        lambda point: build(model, inputs, context, point), grid, data.part("train"), data.part("validation"), seed
    )
    predicted = found.model.predict(data.part("test").genotypes)
    # The model's own name: an SVR on many strains is a Nyström form, and says so.
    name = f"{found.model.name} {aggregation}"
    return prediction_rows(data, "test", name, label, predicted), grid_scores(found.table, name)


def vectors_of(name: str) -> Representation:
    """A representation whose every gene has a vector."""
    vectors, missing = completed(representation(name))
    if missing:
        console.print(f"{name}: {missing} of {len(vectors.names)} genes have no vector; they get the others' mean")
    return vectors


def grid_scores(scores: pa.Table, name: str) -> pa.Table:
    """A search's table without its seconds, by the model's name."""
    return scores.drop_columns(["seconds"]).append_column("model", pa.repeat(name, scores.num_rows))


def all_combinations(params: Params, table: BenchmarkTable, name: str, size: int) -> list[tuple[pa.Table, pa.Table]]:
    """Every aggregation with every model; none where the table has fewer strains than the size."""
    vectors = vectors_of(name)
    data = table.strains(params["yeast.benchmark.split"], size, params["yeast.splits.seed"], vectors.names)
    if (reason := too_few(data, size)) is not None:
        return left_out(f"{table.name}, {size:,} experiments", reason)
    return [
        run_one(params, table.label, data, vectors, aggregation, model)
        for aggregation in params["yeast.benchmark.aggregations"]
        for model in params["yeast.benchmark.models"]
    ]


def left_out(what: str, reason: str) -> list[tuple[pa.Table, pa.Table]]:
    """Files without rows, and a line that says why."""
    console.print(f"[yellow]left out[/] {what}: {escape(reason)}", soft_wrap=True)
    return [(PREDICTION_SCHEMA.empty_table(), grid_scores(GRID_SCHEMA.empty_table(), ""))]


def main(params: Params, table: str, name: str, size: str) -> None:
    """Run all combinations and write their predictions and grid scores."""
    if (reason := skipped_reason(paths.EMBEDDINGS / f"{name}.parquet")) is not None:
        results = left_out(name, reason)
    else:
        results = all_combinations(params, BenchmarkTable.of(params, table), name, int(size))
    predictions = pa.concat_tables([rows for rows, _ in results])
    target = paths.BENCHMARKS / f"{table}-{name}-{size}.parquet"
    write_parquet(target, predictions)
    write_parquet(target.with_stem(f"{target.stem}-grid"), pa.concat_tables([grid for _, grid in results]))


if __name__ == "__main__":
    run_stage(main, PARAMS, "table", "representation", "size")
