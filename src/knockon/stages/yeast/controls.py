"""yeast_controls: the baselines of the experiment; the same for every model, so that DVC runs them once for all."""

from knockon.atomic import write_parquet
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.baselines import MODELS as MODELS
from knockon.stages.yeast.baselines import READS as READS
from knockon.stages.yeast.baselines import baseline_predictions
from knockon.stages.yeast.inputs import representation, size_of, strains

PARAMS = (
    "yeast.dataset.labels",
    "yeast.dataset.size",
    "yeast.dataset.temperature",
    "yeast.split",
    "yeast.splits.seed",
    "yeast.train.label",
    "yeast.train.seed",
)


def main(params: Params) -> None:
    """Write the baselines' predictions for the experiment."""
    label, seed = params["yeast.train.label"], params["yeast.train.seed"]
    size = size_of(params["yeast.dataset.size"])
    vectors = representation("one_hot")
    data = strains(params, label, params["yeast.split"], size, vectors.names)
    write_parquet(paths.CONTROLS, baseline_predictions(data, vectors, label, seed))


if __name__ == "__main__":
    run_stage(main, PARAMS)
