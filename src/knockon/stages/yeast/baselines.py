"""The models that use no representation: yeast_baselines@<size> for the benchmark, yeast_controls for the experiment.

They don't depend on the model of an experiment, so experiments that vary it share one run of them.
"""

import pyarrow as pa

from knockon.atomic import write_parquet
from knockon.models.context import Context, Inputs
from knockon.models.registry import build
from knockon.models.strains.predicted import prediction_rows
from knockon.progress import track
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.baseline_names import MODELS
from knockon.stages.yeast.inputs import representation, size_of, strains

READS = (paths.STORE, paths.SPLITS, paths.DIRECTIONS, paths.EMBEDDINGS / "one_hot.parquet")
PARAMS = (
    "yeast.benchmark.label",
    "yeast.benchmark.seed",
    "yeast.benchmark.split",
    "yeast.dataset.labels",
    "yeast.dataset.temperature",
    "yeast.splits.seed",
)


def baseline_predictions(params: Params, label: str, split: str, size: int | None, seed: int) -> pa.Table:
    """Fit all baselines and predict the test rows."""
    # Only its list of genes is used.
    vectors = representation("one_hot")
    data = strains(params, label, split, size, vectors.names)
    tables = []
    for name in track(MODELS, "baselines"):
        model = build(name, Inputs(vectors, "pert_sum"), Context(label), {})
        model.fit(data.part("train"), data.part("validation"), seed)
        tables.append(prediction_rows(data, "test", name, label, model.predict(data.part("test").genotypes)))
    return pa.concat_tables(tables)


def main(params: Params, size: str) -> None:
    """Write the baselines' predictions for one size of the benchmark."""
    label, split, seed = (params[f"yeast.benchmark.{key}"] for key in ("label", "split", "seed"))
    table = baseline_predictions(params, label, split, size_of(int(size)), seed)
    write_parquet(paths.BASELINES / f"{size}.parquet", table)


if __name__ == "__main__":
    run_stage(main, PARAMS, "size")
