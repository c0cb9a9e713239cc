"""yeast_baselines@<size>: the models that use no representation, for the benchmark's table and learning curves."""

import pyarrow as pa

from knockon.atomic import write_parquet
from knockon.evaluation.predictions import prediction_rows
from knockon.models.protocol import Inputs
from knockon.models.registry import BASELINES, build
from knockon.progress import track
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation, size_of, strains

PARAMS = (
    "yeast.benchmark.label",
    "yeast.benchmark.seed",
    "yeast.benchmark.split",
    "yeast.dataset.labels",
    "yeast.dataset.temperature",
    "yeast.splits.seed",
)


def main(params: Params, size: str) -> None:
    """Fit all baselines and write their predictions of the test rows."""
    # Only its list of genes is used.
    vectors = representation("one_hot")
    label, seed = params["yeast.benchmark.label"], params["yeast.benchmark.seed"]
    data = strains(params, label, params["yeast.benchmark.split"], size_of(int(size)), vectors.genes)
    tables = []
    for name in track(BASELINES, "baselines"):
        model = build(name, Inputs(vectors, "pert_sum"), {}, label=label)
        model.fit(data.part("train"), data.part("validation"), seed)
        tables.append(prediction_rows(data, "test", name, label, model.predict(data.part("test").genotypes)))
    write_parquet(paths.BASELINES / f"{size}.parquet", pa.concat_tables(tables))


if __name__ == "__main__":
    run_stage(main, PARAMS)
