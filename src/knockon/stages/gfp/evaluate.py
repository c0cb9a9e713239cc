"""gfp_evaluate: metrics of every model on both splits, and the plots, from the predictions alone."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.dataset.variants import SPLITS
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.evaluate import significant
from knockon.evaluation.landscape import LANDSCAPE_SCHEMA, Classes, landscape_metrics
from knockon.evaluation.noise_floor import ceiling, noise_floor
from knockon.progress import console
from knockon.stages.figures import templates, write_figure
from knockon.stages.gfp import headline, paths
from knockon.stages.scores import write_scores
from knockon.stages.stage import Params, run_stage

READS = (
    paths.PREDICTIONS,
    *templates("gfp_models", "gfp_error", "gfp_coverage", "loss_curves", "predicted_vs_measured"),
)
PARAMS = ("gfp.bright", "gfp.evaluate", "gfp.train.models")

Metrics = dict[str, dict[str, Any]]

GROUPS = {"by_mutations": "perturbed"}
"""Columns of the predictions by which the test is also scored, by their name in the metrics."""

SHOWN = (
    "additive",
    "base",
    "improved",
    "mimo",
    "mimo_published",
    "ensemble",
    "global_epistasis_ensemble",
)
"""Models with a line of their own in plots of many lines: the palette has seven colours."""

MODEL_SCHEMA = pa.schema(
    [
        ("panel", pa.string()),
        ("model", pa.string()),
        *[(name, pa.float64()) for name in ("mse", "mse_low", "mse_high", "spearman", "variance")],
    ]
)
ERROR_SCHEMA = pa.schema(
    [
        ("panel", pa.string()),
        ("series", pa.string()),
        ("mutations", pa.int64()),
        ("variants", pa.int64()),
        ("mse", pa.float64()),
    ]
)
COVERAGE_SCHEMA = pa.schema(
    [("panel", pa.string()), ("series", pa.string()), ("level", pa.float64()), ("coverage", pa.float64())]
)
# Of predicted against measured: the numbers of mutations with a panel of their own; the last holds those beyond it.
_PANELS = (4, 5, 6, 7)


def read_model(model: str, params: Params) -> tuple[Metrics, pa.Table]:
    """Metrics of all rows of the results that one trained model gives, and its predictions."""
    table = pq.read_table(paths.PREDICTIONS / model / "predictions.parquet", schema=LANDSCAPE_SCHEMA)
    resampling = Resampling(params["gfp.evaluate.resamples"], seed=params["gfp.evaluate.seed"])
    levels, classes = params["gfp.evaluate.levels"], Classes(params["gfp.bright"], "bright", "dark")
    metrics: Metrics = {}
    for name in sorted(set(table["model"].to_pylist())):
        metrics[name] = {}
        for split in SPLITS:
            rows = _rows(table, name, split)
            scores = landscape_metrics(rows, classes, GROUPS, levels, resampling)
            metrics[name][split] = scores | noise_of(rows, classes.threshold)
    return metrics, table


def noise_of(rows: pa.Table, bright: float) -> dict[str, float | None]:
    """What the truth itself would reach against the noisy labels of the test: mean squared error, and Pearson's r."""
    once = rows.filter(pc.equal(rows["seed"], rows["seed"][0]))
    values = once["value"].to_numpy()
    test = pc.equal(once["split"], "test").to_numpy()
    error = once["standard_error"].to_numpy().astype(np.float64)
    floor = noise_floor(values, error, once["n"].to_numpy(), test, bright)
    return {"noise_mse": floor, "ceiling_pearson": ceiling(floor, float(values[test].var()))}


def grid_of(model: str) -> dict[str, Any]:
    """What the grid gave, by representation: the least validation error, or why it was skipped."""
    rows = pq.read_table(paths.PREDICTIONS / model / "grid.parquet").to_pylist()
    result: dict[str, Any] = {}
    for row in rows:
        if row["skipped"] is not None:
            result[row["representation"]] = {"skipped": row["skipped"]}
            continue
        best = result.get(row["representation"])
        if best is None or row["mse"] < best["mse"]:
            result[row["representation"]] = {"mse": row["mse"], "setting": row["setting"], "chosen": row["chosen"]}
    return result


def _rows(table: pa.Table, model: str, split: str) -> pa.Table:
    return table.filter(pc.and_(pc.equal(table["model"], model), pc.equal(table["scheme"], split)))


def _title(name: str) -> str:
    return name.replace("_", " ")


def model_rows(metrics: Metrics) -> list[dict[str, Any]]:
    """Rows of the plot of all models."""
    scores = MODEL_SCHEMA.names[2:]
    return [
        {"panel": f"{split} split", "model": _title(name), **{key: splits[split][key] for key in scores}}
        for split in SPLITS
        for name, splits in metrics.items()
    ]


def error_rows(metrics: Metrics) -> list[dict[str, Any]]:
    """Rows of the plot of error against number of mutations; numbers with few variants are left out."""
    return [
        {
            "panel": f"{split} split",
            "series": _title(name),
            "mutations": int(number),
            "variants": group["n"],
            "mse": group["mse"],
        }
        for split in SPLITS
        for name in SHOWN
        if name in metrics
        for number, group in metrics[name][split]["by_mutations"].items()
        if group["n"] >= 20
    ]


def coverage_rows(metrics: Metrics) -> list[dict[str, Any]]:
    """Rows of the plot of interval coverage."""
    return [
        {"panel": f"{split} split", "series": _title(name), "level": float(level), "coverage": quality["coverage"]}
        for split in SPLITS
        for name in SHOWN
        if name in metrics
        for level, quality in metrics[name][split]["intervals"].items()
    ]


def predicted_rows(table: pa.Table, name: str) -> pa.Table:
    """Predicted against measured of one model on the imbalanced test, a panel for each number of mutations."""
    rows = _rows(table, name, "imbalanced")
    rows = rows.filter(pc.and_(pc.equal(rows["split"], "test"), pc.equal(rows["seed"], rows["seed"][0])))
    counts = np.minimum(rows["perturbed"].to_numpy(), _PANELS[-1] + 1)
    values, predicted = rows["value"].to_numpy(), rows["predicted"].to_numpy()
    tables = []
    for number in np.unique(counts):
        group = counts == number
        words = f"{number} mutations" if number <= _PANELS[-1] else f"{number} mutations or more"
        tables.append(plots.predicted_vs_measured(values[group], predicted[group], f"{_title(name)}: {words}"))
    return pa.concat_tables(tables)


def write_figures(metrics: Metrics, tables: Mapping[str, pa.Table]) -> None:
    """The plots of the study."""
    figures = {
        "gfp_models": pa.Table.from_pylist([significant(row) for row in model_rows(metrics)], MODEL_SCHEMA),
        "gfp_error": pa.Table.from_pylist([significant(row) for row in error_rows(metrics)], ERROR_SCHEMA),
        "gfp_coverage": pa.Table.from_pylist([significant(row) for row in coverage_rows(metrics)], COVERAGE_SCHEMA),
    }
    for template, table in figures.items():
        write_figure(template, table, name=template.removeprefix("gfp_"), folder=paths.PLOTS)
    curves = [pq.read_table(paths.PREDICTIONS / model / "curves.parquet") for model in tables]
    write_figure("loss_curves", pa.concat_tables(curves), folder=paths.PLOTS)
    best = headline.best_by_validation(metrics)
    table = next(table for table in tables.values() if best in set(table["model"].to_pylist()))
    write_figure("predicted_vs_measured", predicted_rows(table, best), folder=paths.PLOTS)


def main(params: Params) -> None:
    """Read every model's predictions once; write metrics, the least test error first, and plots."""
    metrics: Metrics = {}
    tables: dict[str, pa.Table] = {}
    for model in params["gfp.train.models"]:
        scores, tables[model] = read_model(model, params)
        grid = grid_of(model)
        metrics |= {name: {**splits, "representations": grid} for name, splits in scores.items()}
    ordered = dict(sorted(metrics.items(), key=lambda entry: (entry[1]["imbalanced"]["mse"], entry[0])))
    metrics = significant(ordered)
    write_json(paths.METRICS / "evaluate.json", metrics)
    write_scores(paths.METRICS / "scores.json", headline.scores(metrics))
    write_figures(ordered, tables)
    console.print(headline.sentence(metrics), markup=False, soft_wrap=True)


if __name__ == "__main__":
    run_stage(main, PARAMS)
