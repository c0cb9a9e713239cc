"""cellstate_evaluate: R² of every model three ways, virtual knock-outs beside the mean response, and the plots."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Values
from knockon.atomic import write_json
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.levels import level_scores
from knockon.evaluation.reconstruction import (
    Sums,
    centred_interval,
    centred_r2,
    mean_gene_r2,
    paired_difference,
    pooled_r2,
)
from knockon.evaluation.responses import mean_score, paired_scores
from knockon.evaluation.units import Units
from knockon.progress import console
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.headline import MAIN, best_models, headline_scores, sentence
from knockon.stages.figures import templates, write_figure
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage

READS = (
    paths.PREDICTIONS,
    paths.RESPONSES,
    *templates("cellstate_models", "cellstate_knockouts", "loss_curves"),
)
PARAMS = ("cellstate.evaluate", "cellstate.train.models", "cellstate.train.levels")

_SUMS = ("residual", "about_mean", "count", "total", "squares")
_PANELS = {"auroc": "AUROC: which genes change", "signed_r": "r of predicted and measured change"}
_SCORES = ("auroc", "auroc_matched", "precision", "spearman", "signed_r")

_LEVEL_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("panel", "group", "series")]
    + [(name, pa.float64()) for name in ("r2", "r2_low", "r2_high")]
)

Scores = dict[str, dict[str, dict[str, Any]]]
"""Model → split → its scores."""


def rows_of(table: pa.Table, split: str, side: str) -> pa.Table:
    """Rows of one split and side, by sample: models that were fitted on the same split have the same."""
    found = table.filter(pc.and_(pc.equal(table["split"], split), pc.equal(table["side"], side)))
    return found.take(pc.sort_indices(found, sort_keys=[("sample", "ascending")]))


def _column(table: pa.Table, name: str) -> Values:
    values: Values = table[name].to_numpy()
    return values


def model_scores(samples: pa.Table, genes: pa.Table, split: str, resampling: Resampling) -> dict[str, Any]:
    """Scores of one model on one split. samples, genes: as cellstate_train writes them."""
    test, held = rows_of(samples, split, "test"), rows_of(samples, split, "validation")
    sums = Sums(*(_column(test, name) for name in _SUMS))
    own = genes.filter(pc.equal(genes["split"], split))
    # A gene is tested in every fold: its sums add up.
    by_gene = own.group_by("gene").aggregate([("residual", "sum"), ("about_mean", "sum")])
    units = Units.groups("study", np.asarray(test["study"].to_pylist(), dtype=str))
    low, high = centred_interval(sums.residual, sums.about_mean, units, resampling)
    hidden, hidden_about = (_column(test, f"hidden_{name}") for name in ("residual", "about_mean"))
    hidden_low, hidden_high = centred_interval(hidden, hidden_about, units, resampling)
    return {
        "n": test.num_rows,
        "pooled": pooled_r2(sums),
        "centred": centred_r2(sums.residual, sums.about_mean),
        "centred_low": low,
        "centred_high": high,
        "by_gene": mean_gene_r2(_column(by_gene, "residual_sum"), _column(by_gene, "about_mean_sum")),
        "hidden": centred_r2(hidden, hidden_about),
        "hidden_low": hidden_low,
        "hidden_high": hidden_high,
        "validation": centred_r2(_column(held, "residual"), _column(held, "about_mean")),
    }


def all_scores(models: list[str], against: Mapping[str, str], resampling: Resampling) -> Scores:
    """Scores of every model on every split of its own, with what it gains over the PCA of its latent width."""
    samples = {model: pq.read_table(paths.PREDICTIONS / model / "samples.parquet") for model in models}
    genes = {model: pq.read_table(paths.PREDICTIONS / model / "genes.parquet") for model in models}
    scores: Scores = {}
    for model in models:
        for split in dict.fromkeys(samples[model]["split"].to_pylist()):
            found = model_scores(samples[model], genes[model], split, resampling)
            other = against.get(model)
            if other in samples and split in set(samples[other]["split"].to_pylist()):
                found["against"] = {"model": other, **_gained(samples[model], samples[other], split, resampling)}
            scores.setdefault(model, {})[split] = found
    return scores


def _gained(own: pa.Table, other: pa.Table, split: str, resampling: Resampling) -> dict[str, float | None]:
    """Paired differences of centred R², of whole samples and of hidden genes."""
    mine, theirs = rows_of(own, split, "test"), rows_of(other, split, "test")
    units = Units.groups("study", np.asarray(mine["study"].to_pylist(), dtype=str))
    found: dict[str, float | None] = {}
    for prefix in ("", "hidden_"):
        residual, other_residual = (_column(table, f"{prefix}residual") for table in (mine, theirs))
        about = _column(mine, f"{prefix}about_mean")
        whole = paired_difference(residual, other_residual, about, units, resampling)
        found |= {f"{prefix}{name}": value for name, value in whole.items()}
    return found


def knockout_scores(table: pa.Table, resampling: Resampling) -> dict[str, Any]:
    """Mean scores of every method over knock-outs of one gene, with what each gains over the mean response."""
    single = table.filter(pc.equal(table["genes"], 1))
    by_method = {
        name: single.filter(pc.equal(single["method"], name)) for name in dict.fromkeys(table["method"].to_pylist())
    }
    usual = by_method["mean_response"]
    found: dict[str, Any] = {}
    for name, rows in by_method.items():
        studies = rows["study"].to_pylist()
        scores: dict[str, Any] = {"knockouts": rows.num_rows}
        for score in _SCORES:
            mean, low, high = mean_score(rows[score].to_pylist(), studies, resampling)
            scores |= {score: mean, f"{score}_low": low, f"{score}_high": high}
        scores["judged"] = sum(value is not None for value in rows["auroc"].to_pylist())
        for score in ("auroc", "signed_r"):
            pairs = (rows[score].to_pylist(), usual[score].to_pylist())
            scores[f"{score}_over_mean_response"] = paired_scores(*pairs, studies, resampling)
        found[name] = scores
    found["response"]["covered"] = mean_score(by_method["response"]["covered"].to_pylist(), studies, resampling)[0]
    return found


def all_levels(models: list[str], resampling: Resampling) -> dict[str, list[dict[str, Any]]]:
    """Model → scores by level of the genes, on the split that counts; of models that are fitted on it."""
    tables = {model: pq.read_table(paths.PREDICTIONS / model / "levels.parquet") for model in models}
    main = {model: table.filter(pc.equal(table["split"], MAIN)) for model, table in tables.items()}
    return {model: level_scores(table, resampling) for model, table in main.items() if table.num_rows}


def level_rows(found: Mapping[str, list[dict[str, Any]]], models: list[str], names: list[str]) -> pa.Table:
    """Rows of the plot of levels: some models, and the limit that counting of reads sets. names: of the levels."""
    rows = []
    for name, panel in (("centred", "whole samples"), ("hidden", "hidden genes")):
        told = [(model.replace("_", " "), name, each) for model in models for each in found[model]]
        told += [("limit of counting", f"{name}_limit", each) for each in found[models[0]]]
        for series, key, each in told:
            if each[key] is not None:
                rows.append(
                    {
                        "panel": f"{panel} by log2(level + 1)",
                        "group": names[each["level"]],
                        "series": series,
                        "r2": each[key],
                        "r2_low": each.get(f"{key}_low"),
                        "r2_high": each.get(f"{key}_high"),
                    }
                )
    return pa.Table.from_pylist(rows, schema=_LEVEL_SCHEMA)  # fmt: skip


def level_names(edges: list[float]) -> list[str]:
    """What each level is called."""
    inner = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    return [f"below {edges[0]:g}", *inner, f"above {edges[-1]:g}"]


def model_rows(scores: Scores) -> pa.Table:
    """Rows of the plot of models: centred R² of whole samples and of hidden genes, by split."""
    return pa.Table.from_pylist(
        [
            {
                "panel": f"split by {split}", "group": model.replace("_", " "), "series": series,
                "r2": found[name], "r2_low": found[f"{name}_low"], "r2_high": found[f"{name}_high"],
            }
            for model, splits in scores.items()
            for split, found in splits.items()
            for name, series in (("centred", "whole samples"), ("hidden", "hidden genes"))
        ]
    )  # fmt: skip


def knockout_rows(found: Mapping[str, Any]) -> pa.Table:
    """Rows of the plot of knock-outs: AUROC of the genes that change, and correlation of the changes, by method."""
    return pa.Table.from_pylist(
        [
            {
                "panel": title, "method": name.replace("_", " "),
                "score": scores[key], "score_low": scores[f"{key}_low"], "score_high": scores[f"{key}_high"],
            }
            for key, title in _PANELS.items()
            for name, scores in found.items()
        ]
    )  # fmt: skip


def main(params: Params) -> None:
    """Write metrics/cellstate/evaluate.json, scores.json and the plots."""
    section, models = params["cellstate.evaluate"], params["cellstate.train.models"]
    resampling = Resampling(section["resamples"], seed=section["seed"])
    scores = all_scores(models, section["against"], resampling)
    knockouts = knockout_scores(pq.read_table(paths.RESPONSES), resampling)
    levels, names = all_levels(models, resampling), level_names(params["cellstate.train.levels"])
    best = best_models(scores)
    found = significant(
        {"best": best, "models": scores, "levels": {"names": names, "models": levels}, "knockouts": knockouts}
    )
    write_json(paths.METRICS / "evaluate.json", found)
    write_scores(paths.METRICS / "scores.json", headline_scores(found, section["network"]))
    write_figure("cellstate_models", model_rows(scores), name="models", folder=paths.PLOTS)
    shown = [best[MAIN], section["against"].get(best[MAIN], "mean")]
    rows = level_rows(levels, [model for model in shown if model in levels], names)
    write_figure("cellstate_models", rows, name="levels", folder=paths.PLOTS)
    write_figure("cellstate_knockouts", knockout_rows(knockouts), name="knockouts", folder=paths.PLOTS)
    curves = [pq.read_table(paths.PREDICTIONS / model / "curves.parquet") for model in models]
    write_figure("loss_curves", pa.concat_tables(curves), folder=paths.PLOTS)
    console.print(sentence(found), markup=False, soft_wrap=True)


if __name__ == "__main__":
    run_stage(main, PARAMS)
