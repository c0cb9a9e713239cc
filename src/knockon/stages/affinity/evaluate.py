"""affinity_evaluate: scores of every model on every run, a blend, who is best by validation; from predictions alone."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.plots import plot_table
from knockon.progress import console
from knockon.stages.affinity import paths
from knockon.stages.affinity.headline import scores as headline_scores
from knockon.stages.affinity.headline import sentence
from knockon.stages.affinity.runs import PREDICTION_SCHEMA, SEED_SCHEMA
from knockon.stages.affinity.scores import (
    BLEND,
    Predicted,
    Run,
    Settings,
    best_of,
    blended,
    by_run,
    crossed,
    headline,
    model_scores,
    over,
)
from knockon.stages.affinity.seeds import (
    BySeed,
    add_blends_by_seed,
    add_ensembles,
    add_seeds,
    ensemble_of,
    spread,
)
from knockon.stages.figures import templates, write_figure
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage

READS = (paths.PREDICTIONS, *templates("benchmark", "affinity_splits", "loss_curves", "predicted_vs_measured"))
PARAMS = (
    "affinity.evaluate",
    "affinity.train.models",
    "affinity.train.served",
    "affinity.train.binders",
    "affinity.vectors.representations",
)

SIMPLE = ("mean", "biases", "ligand_only", "protein_only", "nearest_analogue")
"""Models that a person could do without a computer: the others must beat them."""

Scores = dict[str, dict[str, dict[str, Any]]]
"""Model → source → split → scores."""


def models_of(params: Params) -> list[str]:
    """The models that were fitted, in the order of params.yaml; those on fixed vectors last."""
    return [*params["affinity.train.models"], *map(paths.dual_on, params["affinity.vectors.representations"])]


def read_models(params: Params) -> tuple[dict[Run, dict[str, Predicted]], BySeed]:
    """Run → model → its predictions, in the order of params.yaml; and those of every seed, where there are several."""
    found: dict[Run, dict[str, Predicted]] = {}
    seeds: BySeed = {}
    for model in models_of(params):
        folder = paths.PREDICTIONS / model
        own = by_run(pq.read_table(folder / "predictions.parquet", schema=PREDICTION_SCHEMA))
        for run, predicted in own.items():
            found.setdefault(run, {})[model] = predicted
        add_seeds(seeds, model, own, pq.read_table(folder / "seeds.parquet", schema=SEED_SCHEMA))
    return found, seeds


def add_blends(runs: Mapping[Run, dict[str, Predicted]], section: Mapping[str, Any]) -> dict[Run, dict[str, Any]]:
    """Add the model BLEND to every run that has both of its parts; what it was made of, by run.

    A part that was fitted from several seeds is the mean of these.
    """
    made = {}
    for run, models in runs.items():
        first = _of_seeds(models, section["first"])
        second = best_of(models, [_of_seeds(models, name) for name in section["others"]])
        if first in models and second is not None:
            share, models[BLEND] = blended(models[first], models[second])
            made[run] = {"first": first, "second": second, "share_of_second": share}
    return made


def _of_seeds(models: Mapping[str, Predicted], name: str) -> str:
    return ensemble_of(name) if ensemble_of(name) in models else name


def headlines(
    runs: Mapping[Run, Mapping[str, Predicted]], scores: Scores, params: Params, settings: Settings
) -> dict[str, Any]:
    """best, and each baseline → source → split → scores with intervals."""
    baselines: list[str] = params["affinity.evaluate.baselines"]
    found: dict[str, Any] = {name: {} for name in ("best", *baselines)}
    for run, models in runs.items():
        source, split = run
        best = best_of(models, list(models))
        assert best is not None
        shown = {"best": best} | {name: name for name in baselines if name in models}
        for title, name in shown.items():
            row = headline(models[name], scores[name][source][split], settings)
            if title == "best":
                row = {"model": best, **row}
                for other in baselines:
                    difference = over(models[best], models[other], settings.resampling) if other in models else {}
                    row |= {
                        f"pearson_over_{other}{key.removeprefix('difference')}": value
                        for key, value in difference.items()
                    }
            found[title].setdefault(source, {})[split] = row
    return found


def all_scores(
    runs: Mapping[Run, Mapping[str, Predicted]], made: Mapping[Run, dict[str, Any]], settings: Settings
) -> Scores:
    """Scores of every model on every run; of the blend, what it was made of as well."""
    scores: Scores = {}
    for (source, split), models in runs.items():
        for name, predicted in models.items():
            found = model_scores(predicted, source, settings)
            if name == BLEND:
                found["made_of"] = made[source, split]
            scores.setdefault(name, {}).setdefault(source, {})[split] = found
    return scores


def bars(scores: Scores) -> pa.Table:
    """Rows of the plot of all models by run."""
    rows = [
        {
            "panel": f"{source}, {split.replace('_', ' ')}",
            "name": name.replace("_", " "),
            "kind": "baseline" if name in SIMPLE else "model",
            **{key: found[key] for key in ("pearson", "pearson_low", "pearson_high")},
        }
        for name, sources in scores.items()
        for source, splits in sources.items()
        for split, found in splits.items()
        if found["pearson"] is not None
    ]
    return plot_table("benchmark", rows)


def by_split(headline_scores: Mapping[str, Any]) -> pa.Table:
    """Rows of the plot of what is left of a score where the split does not leak."""
    rows = [
        {
            "panel": source,
            "series": title.replace("_", " "),
            "group": split.replace("_", " "),
            **{key: found[key] for key in ("pearson", "pearson_low", "pearson_high")},
        }
        for title, sources in headline_scores.items()
        for source, splits in sources.items()
        for split, found in splits.items()
        if found["pearson"] is not None
    ]
    return plot_table("by_group", rows)


def write_figures(
    runs: Mapping[Run, Mapping[str, Predicted]], scores: Scores, headlined: Mapping[str, Any], models: list[str]
) -> None:
    """The plots of the study."""
    write_figure("benchmark", bars(scores), name="models", folder=paths.PLOTS)
    write_figure("affinity_splits", by_split(headlined), name="splits", folder=paths.PLOTS)
    curves = [pq.read_table(paths.PREDICTIONS / model / "curves.parquet") for model in models]
    write_figure("loss_curves", pa.concat_tables(curves), folder=paths.PLOTS)
    panels = []
    for (source, split), found in runs.items():
        best = headlined["best"][source][split]["model"]
        rows = crossed(found[best].test)
        title = f"{source}, {split.replace('_', ' ')}: {best.replace('_', ' ')}"
        panels.append(plots.predicted_vs_measured(rows.values, rows.predicted, title, bins=24))
    write_figure("predicted_vs_measured", pa.concat_tables(panels), folder=paths.PLOTS)


def main(params: Params) -> None:
    """Write metrics/affinity/evaluate.json (few rows), models.json (all of them), seeds.json and the plots."""
    section, models = params["affinity.evaluate"], models_of(params)
    resampling = Resampling(section["resamples"], seed=section["seed"])
    settings = Settings(params["affinity.train.binders"], tuple(section["levels"]), resampling)
    runs, seeds = read_models(params)
    add_ensembles(runs, seeds)
    made = add_blends(runs, section["blend"])
    add_blends_by_seed(seeds, section["blend"]["first"], section["blend"]["others"])
    scores = all_scores(runs, made, settings)
    headlined = headlines(runs, scores, params, settings)
    write_json(paths.METRICS / "models.json", significant(scores))
    write_json(paths.METRICS / "evaluate.json", significant(headlined))
    write_json(paths.METRICS / "seeds.json", significant(spread(seeds)))
    write_scores(paths.METRICS / "scores.json", headline_scores(headlined, params["affinity.train.served"]))
    console.print(sentence(headlined, params["affinity.train.served"]), markup=False, soft_wrap=True)
    write_figures(runs, scores, headlined, models)


if __name__ == "__main__":
    run_stage(main, PARAMS)
