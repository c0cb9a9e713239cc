"""Fitness from expression at full size, on a simulated yeast: as many profiles as the published compendium has.

    python -m benchmarks.expression_fitness [--genes 6000] [--strains 1200] [--repeats 1] [--models ridge mlp]

The simulator writes its files in the published formats; profiles are those of deletion strains, the label is the
measured fitness of the same strains at 30 °C. Out-of-fold predictions, r with its interval over strains.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.csv
import torch

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.repeated import repeated_scores
from knockon.evaluation.table import with_interval
from knockon.models.networks.profile_fitness import cross_validated, set_perceptron
from knockon.models.strains.profile_regression import REGRESSIONS, Values
from knockon.sources.simulate.profiles import write_profiles
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strain_files import write_strains
from knockon.sources.simulate.world import make_world
from knockon.sources.yeast.smf import read_smf
from knockon.stages.stage import read_params

_STRAINS = "strain_orf_common_allele_160425.txt"


def simulated(folder: Path, genes: int, strains: int) -> tuple[Values, Values]:
    """Profiles (strains, transcripts) and fitness (strains,) of the simulated strains that have both."""
    settings = SimulationSettings(genes=genes, expression_strains=strains, morphology_strains=0, metabolome_strains=0)
    world = make_world(settings)
    write_strains(folder / "smf", world)
    write_profiles(folder, world)
    options = pyarrow.csv.ParseOptions(delimiter="\t")
    table = pyarrow.csv.read_csv(folder / "expression/deletion_transcriptomes.tab", parse_options=options)
    measured = read_smf(folder / "smf/smf_t30_150803.txt", folder / "smf" / _STRAINS, 30.0).table
    measured = measured.filter(pc.equal(measured["kind_a"], "deletion"))
    fitness = dict(zip(measured["gene_a"].to_pylist(), measured["value"].to_pylist(), strict=True))
    names = [name for name in table.column_names[1:] if fitness.get(name) is not None]
    profiles = np.stack([table[name].to_numpy() for name in names]).astype(np.float64)
    return profiles, np.array([fitness[name] for name in names])


def main() -> None:
    """Print a row for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("genes", 6000), ("strains", 1200), ("repeats", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--models", nargs="*", default=["mean", "changed_transcripts", "ridge", "mlp"])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        profiles, fitness = simulated(Path(folder), arguments.genes, arguments.strains)
    perceptron = read_params(("yeast.expression_fitness.mlp",))["yeast.expression_fitness.mlp"]
    known = REGRESSIONS | {"mlp": set_perceptron(**perceptron)}
    print(f"{profiles.shape[0]} strains, {profiles.shape[1]} transcripts")
    print("| model | r [95 %] | RMSE | seconds |\n|---|---|---|---|")
    for name in arguments.models:
        started = time.perf_counter()
        predicted = cross_validated(known[name], profiles, fitness, arguments.repeats, 5, 1)
        found = repeated_scores(fitness, predicted, Resampling(1000, seed=1))
        score = with_interval(found["pearson"], found["pearson_low"], found["pearson_high"])
        print(f"| {name} | {score} | {found['rmse']:.4f} | {time.perf_counter() - started:.0f} |", flush=True)
    permuted = np.random.default_rng(1).permutation(fitness)
    chance = cross_validated(REGRESSIONS["ridge"], profiles, permuted, 1, 5, 1)
    found = repeated_scores(permuted, chance, Resampling(1000, seed=1))
    score = with_interval(found["pearson"], found["pearson_low"], found["pearson_high"])
    print(f"| ridge, permuted labels | {score} | {found['rmse']:.4f} | – |")


if __name__ == "__main__":
    main()
