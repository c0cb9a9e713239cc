"""Models that use no representation: yeast_baselines@<table> of the benchmark, yeast_controls of the experiment.

They don't depend on the model of an experiment, so experiments that vary it share one run of them.
"""

import pyarrow as pa

from knockon.atomic import atomic_directory, write_parquet
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.models.context import Context, Inputs
from knockon.models.registry import build
from knockon.models.strains.labelled import LabelledStrains
from knockon.models.strains.predicted import prediction_rows
from knockon.progress import track
from knockon.represent.representation import Representation
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.baseline_names import MODELS
from knockon.stages.yeast.benchmark_table import BenchmarkTable, too_few
from knockon.stages.yeast.inputs import representation

READS = (paths.STORE, paths.SPLITS, paths.DIRECTIONS, paths.EMBEDDINGS / "one_hot.parquet")
PARAMS = (
    "yeast.benchmark.seed",
    "yeast.benchmark.sizes",
    "yeast.benchmark.split",
    "yeast.benchmark.tables.{table}",
    "yeast.splits.seed",
)
ITEMS = {"table": "yeast.benchmark.compared"}


def baseline_predictions(data: LabelledStrains, vectors: Representation, label: str, seed: int) -> pa.Table:
    """Fit all baselines and predict the test rows. vectors: only its list of genes is used."""
    tables = []
    for name in track(MODELS, "baselines"):
        model = build(name, Inputs(vectors, "pert_sum"), Context(label), {})
        model.fit(data.part("train"), data.part("validation"), seed)
        tables.append(prediction_rows(data, "test", name, label, model.predict(data.part("test").genotypes)))
    return pa.concat_tables(tables)


def at_size(params: Params, table: BenchmarkTable, vectors: Representation, size: int) -> pa.Table:
    """The baselines' predictions on `size` strains; no rows where the table has fewer."""
    data = table.strains(params["yeast.benchmark.split"], size, params["yeast.splits.seed"], vectors.names)
    if too_few(data, size) is not None:
        return PREDICTION_SCHEMA.empty_table()
    return baseline_predictions(data, vectors, table.label, params["yeast.benchmark.seed"])


def main(params: Params, table: str) -> None:
    """Write the baselines' predictions for a table of the benchmark, a file a size."""
    chosen, vectors = BenchmarkTable.of(params, table), representation("one_hot")
    with atomic_directory(paths.BASELINES / table) as folder:
        for size in params["yeast.benchmark.sizes"]:
            write_parquet(folder / f"{size}.parquet", at_size(params, chosen, vectors, size))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
