"""The five losses on real ε, equal in all else: mean and spread of the scores over seeds.

    python -m benchmarks.losses [--size 50000] [--seeds 5] [--epochs 10]

Run it in a clone in which `yeast_split` and `yeast_embed` have run. The bilinear model with the settings of params.yaml
learns from so many experiments of the pair split; the epoch is chosen on validation rows, the test rows are read once.
"""

import argparse
import time

import numpy as np
from scipy.stats import spearmanr

from knockon.losses.registry import LOSSES
from knockon.models.context import Context, Inputs
from knockon.models.networks.bilinear import bilinear
from knockon.models.selection import pearson
from knockon.models.strains.labelled import LabelledStrains
from knockon.stages.stage import read_params
from knockon.stages.yeast.inputs import representation, strains
from knockon.stages.yeast.train import PARAMS

_SETTINGS = {"weight_decay": 0.5, "learning_rate": 0.01, "batch_size": 2048}


def scores(data: LabelledStrains, inputs: Inputs, loss: str, seed: int, epochs: int) -> tuple[float, ...]:
    """Validation r, test r, test ρ, test RMSE, seconds."""
    started = time.perf_counter()
    model = bilinear(
        inputs, Context("interaction", loss=loss, training={**_SETTINGS, "epochs": epochs}), width=64, dropout=0.3
    )
    model.fit(data.part("train"), data.part("validation"), seed)
    held, test = data.part("validation"), data.part("test")
    predicted = model.predict(test.genotypes)
    return (
        pearson(held.values, model.predict(held.genotypes)),
        pearson(test.values, predicted),
        float(spearmanr(test.values, predicted).statistic),
        float(np.sqrt(np.mean((test.values - predicted) ** 2))),
        time.perf_counter() - started,
    )


def main() -> None:
    """Print a row for each loss."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("size", 50_000), ("seeds", 5), ("epochs", 10)):
        parser.add_argument(f"--{name}", type=int, default=value)
    arguments = parser.parse_args()
    vectors = representation("one_hot")
    data = strains(read_params(PARAMS), "interaction", "pair", arguments.size, vectors.names)
    inputs = Inputs(vectors, "pert_sum")
    print("| loss | validation r | test r | test ρ | test RMSE | seconds |\n|---|---|---|---|---|---|")
    for loss in LOSSES:
        rows = [scores(data, inputs, loss, seed, arguments.epochs) for seed in range(1, arguments.seeds + 1)]
        means, spreads = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
        cells = [f"{mean:.3f} ± {spread:.3f}" for mean, spread in zip(means[:3], spreads[:3], strict=True)]
        print(f"| {loss} | {' | '.join(cells)} | {means[3]:.4f} ± {spreads[3]:.4f} | {means[4]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
