"""design_evaluate: how well each model tells every phenotype of held-out genes, beside baselines and ceiling."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Values
from knockon.atomic import write_json
from knockon.evaluation.bootstrap import Resampling, interval
from knockon.evaluation.evaluate import significant
from knockon.evaluation.plots import write_plot
from knockon.evaluation.wanted import Wanted, ceiling_of, coverage_of, drawn_scores, with_intervals
from knockon.models.designs.conformal import WIDTH
from knockon.progress import console
from knockon.sources.tables import solid
from knockon.stages.design import paths
from knockon.stages.design.headline import headline_scores, sentence
from knockon.stages.design.paired_scores import by_gene, scores_of
from knockon.stages.design.phenotypes import BETAXANTHIN, OF_SIZE, read_wanted
from knockon.stages.figures import templates, write_figure
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage

READS = (paths.PREDICTIONS, paths.PHENOTYPES, *templates("design_models"))
PARAMS = ("design.evaluate", "design.train.models")

BASELINE = "nearest"
"""The best of what needs no training: what a model gains is told over it."""

BLEND, TRIO = "blend", "trio"
"""The blend, and what it is without its Gaussian process: what that one brings is told over it."""

_PANELS = {"pearson": "r", "precision": "hits among the 50 told highest", "auroc": "AUROC of the top 5 %"}
_OTHER = ("metabolome", "literature", "growth")

Scores = dict[str, dict[str, Any]]
"""Model → its scores."""


def by_model(models: list[str]) -> dict[str, pa.Table]:
    """What each model told, in their order; before a blend its members that are no models of their own.

    Two blends may have told phenotypes by a member of one name: of one that both told, what the first did is kept.
    """
    found: dict[str, pa.Table] = {}
    for name in models:
        table = pq.read_table(paths.PREDICTIONS / f"{name}.parquet")
        members = [each for each in dict.fromkeys(table["model"].to_pylist()) if each not in models]
        for each in (*members, name):
            own = table.filter(pc.equal(table["model"], each))
            found[each] = _with_others(found[each], own) if each in found else own
    return found


def _with_others(kept: pa.Table, others: pa.Table) -> pa.Table:
    """The rows, and those of others of phenotypes that are not among them."""
    told = pc.is_in(others["phenotype"], value_set=solid(pc.unique(kept["phenotype"])))
    return pa.concat_tables([kept, others.filter(pc.invert(told))])


def phenotype_scores(name: str, tables: dict[str, pa.Table], resampling: Resampling) -> Scores:
    """Scores of every model that told the phenotype, with what each gains over BASELINE."""
    drawn: dict[str, dict[str, Values]] = {}
    found: Scores = {}
    for model, table in tables.items():
        rows = table.filter(pc.equal(table["phenotype"], name))
        if not rows.num_rows:
            continue
        value, told, deviation = (rows[each].to_numpy() for each in ("value", "told", "deviation"))
        genes = Wanted(value, _about_the_fold(told, rows["fold"].to_numpy(), model))
        drawn[model] = drawn_scores(genes, resampling)
        found[model] = {
            "n": rows.num_rows,
            **with_intervals(genes, drawn[model], resampling),
            "covered_90": coverage_of(value, told, deviation, WIDTH),
        }
    for model in found:
        if BASELINE in found and model != BASELINE:
            found[model]["over_nearest"] = {
                score: _gained(
                    drawn[model][score] - drawn[BASELINE][score],
                    found[model][score],
                    found[BASELINE][score],
                    resampling,
                )
                for score in ("pearson", "precision")
            }
    return found


def _about_the_fold(told: Values, fold: Values, model: str) -> Values:
    """The mean of the others' values orders genes by fold alone, which is no order: all its genes are told alike."""
    return np.zeros(len(told)) if model == "mean" else told


def _gained(drawn: Values, own: float | None, other: float | None, resampling: Resampling) -> dict[str, float | None]:
    low, high = interval(drawn, resampling.confidence)
    gained = None if own is None or other is None else own - other
    return {"difference": gained, "difference_low": low, "difference_high": high}


def ceilings(table: pa.Table) -> dict[str, float | None]:
    """Ceiling of r of the screened phenotypes."""
    found = {}
    for name in (BETAXANTHIN, OF_SIZE):
        rows = table.filter(pc.equal(table["phenotype"], name))
        errors = rows["error"].to_numpy(zero_copy_only=False).astype(np.float64)
        found[name] = ceiling_of(rows["value"].to_numpy(), errors)
    return found


def model_rows(found: dict[str, Scores], names: tuple[str, ...]) -> pa.Table:
    """Rows of the plot: three scores of every model, by phenotype."""
    return pa.Table.from_pylist(
        [
            {"panel": title, "model": model.replace("_", " "), "series": name.replace("_", " "),
             "score": scores[key], "score_low": scores[f"{key}_low"], "score_high": scores[f"{key}_high"]}
            for key, title in _PANELS.items()
            for name in names
            for model, scores in found.get(name, {}).items()
        ]
    )  # fmt: skip


def phenotype_rows(found: dict[str, Scores], groups: dict[str, str]) -> pa.Table:
    """A row a phenotype and model, for who wants them all."""
    keys = (
        "n",
        "spearman",
        "pearson",
        "pearson_low",
        "pearson_high",
        "auroc",
        "auroc_low",
        "auroc_high",
        "precision",
        "enrichment",
        "covered_90",
    )
    return pa.Table.from_pylist(
        [
            {"group": groups[name], "phenotype": name, "model": model, **{key: scores[key] for key in keys}}
            for name, models in found.items()
            for model, scores in models.items()
        ]
    )


def means(found: dict[str, Scores], groups: dict[str, str]) -> dict[str, dict[str, dict[str, float]]]:
    """By group of many phenotypes, every model's mean scores over those that it told."""
    kept: dict[str, dict[str, dict[str, float]]] = {}
    for group in _OTHER:
        names = [name for name in found if groups[name] == group]
        for model in dict.fromkeys(model for name in names for model in found[name]):
            own = [found[name][model] for name in names if model in found[name]]
            kept.setdefault(group, {})[model] = {"phenotypes": len(own)} | {
                key: float(np.mean([each[key] for each in own]))
                for key in ("spearman", "pearson", "auroc", "precision", "enrichment", "covered_90")
            }
    return kept


def over_trio(tables: dict[str, pa.Table], groups: dict[str, str], resampling: Resampling) -> dict[str, dict[str, Any]]:
    """By group that both told, what the blend gains over the trio in mean r, and in how many phenotypes surely."""
    pair = {model: tables[model] for model in (TRIO, BLEND) if model in tables}
    told = [set(table["phenotype"].to_pylist()) for table in pair.values()]
    found = {}
    for group in dict.fromkeys(groups.values()) if len(pair) == 2 else ():
        names = [name for name in groups if groups[name] == group and all(name in each for each in told)]
        if names:
            genes = pc.unique(pair[TRIO].filter(pc.is_in(pair[TRIO]["phenotype"], pa.array(names)))["gene"]).to_pylist()
            each = {model: by_gene(table, genes, names, "told") for model, table in pair.items()}
            values = by_gene(pair[TRIO], genes, names, "value")
            found[group] = scores_of(values, each, TRIO, resampling)[BLEND]["gain"]
    return found


def main(params: Params) -> None:
    """Write metrics/design/evaluate.json, scores.json and the plots."""
    section, models = params["design.evaluate"], params["design.train.models"]
    resampling = Resampling(section["resamples"], seed=section["seed"])
    tables = by_model(models)
    table = read_wanted()
    groups = dict(zip(table["phenotype"].to_pylist(), table["group"].to_pylist(), strict=True))
    found = {name: phenotype_scores(name, tables, resampling) for name in groups}
    screened = {name: found[name] for name in (BETAXANTHIN, OF_SIZE)}
    result = {"screened": screened, "ceiling": ceilings(table), "others": means(found, groups)}
    result = significant(result | {"blend_over_trio": over_trio(tables, groups, resampling)})
    write_json(paths.METRICS / "evaluate.json", result)
    write_scores(paths.METRICS / "scores.json", headline_scores(result))
    write_figure(
        "design_models", model_rows(significant(found), (BETAXANTHIN, OF_SIZE)), name="models", folder=paths.PLOTS
    )
    write_plot(paths.PLOTS / "phenotypes.csv", phenotype_rows(significant(found), groups))
    console.print(sentence(result), markup=False, soft_wrap=True)


if __name__ == "__main__":
    run_stage(main, PARAMS)
