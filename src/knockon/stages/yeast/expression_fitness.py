"""yeast_expression_fitness: growth of deletion strains told from their expression, and what of it is chance."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.atomic import write_json
from knockon.dataset.expression_components import comparable
from knockon.dataset.profile_matrix import ProfileMatrix
from knockon.errors import KnockonError
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.repeated import repeated_scores
from knockon.models.networks.profile_fitness import cross_validated, numbered, set_perceptron
from knockon.models.strains.profile_regression import REGRESSIONS, FitPredict
from knockon.progress import track
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.inputs import representation
from knockon.stages.yeast.joint_heads import read_profiles

READS = (paths.PROFILES, paths.EMBEDDINGS / "one_hot.parquet", *templates("benchmark"))
PARAMS = ("yeast.evaluate", "yeast.expression_fitness")

BASELINES = ("mean", "changed_transcripts")
PERMUTED = "ridge, permuted labels"


def growth_of(profiles: ProfileMatrix, growth: ProfileMatrix) -> Values:
    """The growth of each profiled single deletion, float64 (strains,); NaN for others and where not measured."""
    by_gene = np.full(len(profiles.genotypes.genes), np.nan)
    by_gene[growth.genotypes.indices[growth.genotypes.indptr[:-1]]] = growth.values[:, 0]
    single = profiles.genotypes.counts == 1
    return np.where(single, by_gene[profiles.genotypes.indices[profiles.genotypes.indptr[:-1]]], np.nan)


def labelled_profiles(params: Params) -> tuple[Values, Values, NDArray[np.int32], dict[str, int]]:
    """Profiles, growth and gene of the strains that have both, and how many each dataset of profiles has."""
    genes = representation("one_hot").names
    profiles, growth = read_profiles("expression", genes), read_profiles("growth", genes)
    known = ~np.isnan(growth_of(profiles, growth)) if len(growth) else np.zeros(len(profiles), dtype=bool)
    overlap = {str(name): int(known[profiles.datasets == name].sum()) for name in sorted(set(profiles.datasets))}
    wanted = list(params["yeast.expression_fitness.datasets"]) or list(overlap)
    if missing := sorted(set(wanted) - set(overlap)):
        raise KnockonError(
            f"params.yaml: yeast.expression_fitness.datasets: no expression profiles of {missing[0]!r}; "
            f"there are {', '.join(overlap) or 'none'}"
        )
    chosen = comparable(profiles.take(known & np.isin(profiles.datasets, wanted)))
    genes_of = chosen.genotypes.indices[chosen.genotypes.indptr[:-1]]
    return np.nan_to_num(chosen.values), growth_of(chosen, growth), genes_of, overlap


def models(params: Params) -> dict[str, FitPredict]:
    """Everything that is compared, by name."""
    perceptron = params["yeast.expression_fitness.mlp"]
    return REGRESSIONS | {"mlp": set_perceptron(**perceptron)}


def scores(params: Params, profiles: Values, growth: Values, genes: NDArray[np.int32]) -> dict[str, dict[str, Any]]:
    """Every model, and ridge on labels that are permuted anew, gene by gene, in each repeat."""
    repeats, folds, seed = (params[f"yeast.expression_fitness.{name}"] for name in ("repeats", "folds", "seed"))
    resampling = Resampling(params["yeast.evaluate.resamples"], seed=params["yeast.evaluate.seed"])
    found = {}
    for name, fit_predict in track(models(params).items(), "growth from expression"):
        predicted = cross_validated(fit_predict, profiles, growth, genes, repeats, folds, seed)
        found[name] = repeated_scores(growth, predicted, resampling)
    group = numbered(genes)
    by_gene = growth[np.unique(group, return_index=True)[1]]
    permuted = np.stack(
        [np.random.default_rng([seed, 1, repeat]).permutation(by_gene)[group] for repeat in range(repeats)]
    )
    guesses = [
        cross_validated(REGRESSIONS["ridge"], profiles, labels, genes, 1, folds, seed + repeat)[0]
        for repeat, labels in enumerate(permuted)
    ]
    return found | {PERMUTED: repeated_scores(permuted, np.stack(guesses), resampling)}


def main(params: Params) -> None:
    """Compare the models on the strains that have both, write metrics and plot."""
    torch.set_num_threads(1)
    profiles, growth, genes, overlap = labelled_profiles(params)
    found = scores(params, profiles, growth, genes)
    metrics = significant(
        {
            "label": "log2 of the doubling time relative to wild type",
            "strains": len(growth),
            "transcripts": profiles.shape[1],
            "strains_with_both": overlap,
            "models": found,
        }
    )
    write_json(paths.METRICS / "expression_fitness.json", metrics)
    bars = [
        {
            "panel": f"growth from expression, {len(growth)} strains",
            "name": name.replace("_", " "),
            "kind": "baseline" if name in (*BASELINES, PERMUTED) else "model",
            **{score: row[score] for score in ("pearson", "pearson_low", "pearson_high")},
        }
        for name, row in metrics["models"].items()
        # Out of fold, a constant correlates with what was left out: its r says nothing.
        if name != "mean"
    ]
    write_figure("benchmark", plots.plot_table("benchmark", bars), name="expression_fitness")


if __name__ == "__main__":
    run_stage(main, PARAMS)
