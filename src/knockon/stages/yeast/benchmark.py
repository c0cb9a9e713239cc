"""yeast_benchmark@<table>-<representation>-<size>: every aggregation × model on one representation and one size.

Of a representation that was skipped, and of a size that the table does not have, it writes files without rows, which
the comparison leaves out.
"""

from dataclasses import dataclass

import pyarrow as pa
from rich.markup import escape

from knockon.arrays import Values
from knockon.atomic import write_parquet
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.models.context import Context, Inputs
from knockon.models.grid import GRID_SCHEMA, search
from knockon.models.registry import build
from knockon.models.strains.labelled import LabelledStrains
from knockon.models.strains.predicted import prediction_rows
from knockon.models.strains.same_comparisons import canonical
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
"""The models that this stage can compare; a change of any other does not run it again. Each of them only compares
strains within a column, so that aggregations which are one to such a model share one fit."""


@dataclass(frozen=True)
class Fit:
    """The chosen model of a grid, by its own name (an SVR on many strains is a Nyström form, and says so).

    predicted: float64, of the test rows. grid: GRID_SCHEMA.
    """

    name: str
    predicted: Values
    grid: pa.Table


def fit(params: Params, label: str, data: LabelledStrains, inputs: Inputs, model: str) -> Fit:
    """Select on validation, refit, predict the test rows once."""
    grid = params[f"yeast.grids.{params['yeast.benchmark.grid']}.{model}"]
    found = search(
        lambda point: build(model, inputs, Context(label), point),
        grid,
        data.part("train"),
        data.part("validation"),
        params["yeast.benchmark.seed"],
    )
    return Fit(found.model.name, found.model.predict(data.part("test").genotypes), found.table)


def tables_of(found: Fit, data: LabelledStrains, label: str, aggregation: str) -> tuple[pa.Table, pa.Table]:
    """Predictions, and the scores of the grid, of a model under the name of an aggregation."""
    name = f"{found.name} {aggregation}"
    return prediction_rows(data, "test", name, label, found.predicted), grid_scores(found.grid, name)


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
    fits: dict[tuple[str, str], Fit] = {}
    results = []
    for aggregation in params["yeast.benchmark.aggregations"]:
        shared = canonical(aggregation, data.examples.genotypes)
        for model in params["yeast.benchmark.models"]:
            if (shared, model) not in fits:
                fits[shared, model] = fit(params, table.label, data, Inputs(vectors, shared), model)
            results.append(tables_of(fits[shared, model], data, table.label, aggregation))
    return results


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
