"""yeast_benchmark@<table>-<representation>: every aggregation × model on one representation, at every size.

Of a representation that was skipped, and of a size that the table does not have, it writes files without rows, which
the comparison leaves out.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from rich.markup import escape

from knockon.atomic import atomic_directory, write_parquet
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.models.context import Inputs
from knockon.models.grid import GRID_SCHEMA
from knockon.models.strains.labelled import LabelledStrains
from knockon.models.strains.predicted import prediction_rows
from knockon.models.strains.same_comparisons import canonical
from knockon.progress import console
from knockon.represent.missing_rows import completed
from knockon.represent.representation import Representation
from knockon.represent.skipped import skipped_reason
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.benchmark_fits import Fit, Fits
from knockon.stages.yeast.benchmark_table import BenchmarkTable, too_few
from knockon.stages.yeast.inputs import representation
from knockon.training.fit_folders import FitFolders
from knockon.training.remembered_fits import remembered_fits

READS = (
    paths.STORE,
    paths.SPLITS,
    paths.DIRECTIONS,
    paths.EMBEDDINGS / "{representation}.parquet",
)
PARAMS = (
    "yeast.benchmark.aggregations",
    "yeast.benchmark.models",
    "yeast.benchmark.seed",
    "yeast.benchmark.sizes",
    "yeast.benchmark.split",
    "yeast.benchmark.tables.{table}",
    "yeast.grids.{grid}",
    "yeast.splits.seed",
)
ITEMS = {
    "table": "yeast.benchmark.compared",
    "representation": "yeast.embed.representations",
    "grid": "yeast.benchmark.grid",
}

MODELS = ("elastic_net", "svr", "random_forest")
"""The models that this stage can compare; a change of any other does not run it again. Each of them only compares
strains within a column, so that aggregations which are one to such a model share one fit."""


Results = list[tuple[pa.Table, pa.Table]]
"""Predictions, and the scores of the grid, of a model and aggregation each."""


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


def all_combinations(params: Params, data: LabelledStrains, label: str, vectors: Representation, fits: Fits) -> Results:
    """Every aggregation with every model."""
    found: dict[tuple[str, str], Fit] = {}
    results = []
    for aggregation in params["yeast.benchmark.aggregations"]:
        shared = canonical(aggregation, data.examples.genotypes)
        for model in params["yeast.benchmark.models"]:
            if (shared, model) not in found:
                found[shared, model] = fits.fit(Inputs(vectors, shared), model)
            results.append(tables_of(found[shared, model], data, label, aggregation))
    return results


def left_out(what: str, reason: str) -> Results:
    """Files without rows, and a line that says why."""
    console.print(f"[yellow]left out[/] {what}: {escape(reason)}", soft_wrap=True)
    return [(PREDICTION_SCHEMA.empty_table(), grid_scores(GRID_SCHEMA.empty_table(), ""))]


def at_size(
    params: Params,
    table: BenchmarkTable,
    vectors: Representation,
    size: int,
    grids: Mapping[str, Any],
    fits: FitFolders,
) -> Results:
    """All combinations on `size` strains; none where the table has fewer. grids: by model."""
    data = table.strains(params["yeast.benchmark.split"], size, params["yeast.splits.seed"], vectors.names)
    if (reason := too_few(data, size)) is not None:
        return left_out(f"{table.name}, {size:,} experiments", reason)
    kept = Fits(fits, table.label, data, grids, params["yeast.benchmark.seed"])
    return all_combinations(params, data, table.label, vectors, kept)


def main(params: Params, table: str, name: str, grid: str) -> None:
    """Run all combinations of all sizes; two files a size: their predictions, and the scores of their grids.

    Raises TrainingStopped where a signal came; finished fits are kept, and the same command goes on.
    """
    reason = skipped_reason(paths.EMBEDDINGS / f"{name}.parquet")
    vectors = vectors_of(name) if reason is None else None
    chosen, grids = BenchmarkTable.of(params, table), params[f"yeast.grids.{grid}"]
    with (
        remembered_fits(paths.BENCHMARK_FITS / f"{table}-{name}") as fits,
        atomic_directory(paths.BENCHMARKS / f"{table}-{name}") as folder,
    ):
        for size in params["yeast.benchmark.sizes"]:
            if vectors is None:
                results = left_out(name, str(reason))
            else:
                results = at_size(params, chosen, vectors, size, grids, fits)
            write_parquet(folder / f"{size}.parquet", pa.concat_tables([rows for rows, _ in results]))
            write_parquet(folder / f"{size}-grid.parquet", pa.concat_tables([scores for _, scores in results]))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
