"""yeast_compare: the benchmark's table, its best models and learning curves, and whether grids transfer by size."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.compare import Run, best_by_validation, ceilings_of, compare
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.evaluate import PANELS
from knockon.stages.yeast.inputs import directions
from knockon.stages.yeast.units import UNITS

READS = (
    paths.BENCHMARKS,
    paths.BASELINES,
    paths.DIRECTIONS,
    *templates("benchmark", "grid_transfer", "learning_curve", "representations"),
)
PARAMS = ("yeast.benchmark", "yeast.dataset.labels", "yeast.embed.representations", "yeast.evaluate")

_SHOWN = ("pearson", "pearson_low", "pearson_high")


def grid_scores(params: Params) -> pa.Table:
    """Validation scores of all grid points: representation, size, model (with aggregation), hyper_parameters, …"""
    tables = []
    for size in params["yeast.benchmark.sizes"]:
        for name in params["yeast.embed.representations"]:
            table = pq.read_table(paths.BENCHMARKS / f"{name}-{size}-grid.parquet")
            table = table.append_column("representation", pa.repeat(name, table.num_rows))
            tables.append(table.append_column("size", pa.repeat(float(size), table.num_rows)))
    return pa.concat_tables(tables)


def runs(params: Params, grids: pa.Table) -> Iterator[Run]:
    """The predictions of all benchmark stages, and of the baselines."""
    best_points = grids.filter(pc.field("chosen"))
    for size in params["yeast.benchmark.sizes"]:
        yield Run("", size, pq.read_table(paths.BASELINES / f"{size}.parquet"), {})
        for name in params["yeast.embed.representations"]:
            best = best_points.filter((pc.field("size") == float(size)) & (pc.field("representation") == name))
            validation = dict(zip(best["model"].to_pylist(), best["pearson"].to_pylist(), strict=True))
            predictions = pq.read_table(paths.BENCHMARKS / f"{name}-{size}.parquet")
            # One whose weights were absent has none.
            if predictions.num_rows:
                yield Run(name, size, predictions, validation)


def write_figures(
    params: Params, table: pa.Table, best: list[dict[str, Any]], highest: dict[str, float | None]
) -> None:
    """The benchmark's plots."""
    label, split = params["yeast.benchmark.label"], params["yeast.benchmark.split"]
    panel = f"{PANELS[label]}: {split} split"
    largest = max(params["yeast.benchmark.sizes"])
    bars = [
        {
            "panel": f"{panel}, {largest:,} experiments",
            "name": f"{row['model']} {row['representation']} {row['aggregation']}".replace("_", " ").strip(),
            "kind": "model" if row["representation"] else "baseline",
            **{key: row[key] for key in _SHOWN},
            **plots.ceilings(highest),
        }
        for row in best
        if row["size"] == largest
    ]
    write_figure("benchmark", plots.plot_table("benchmark", bars))
    curves = [
        {
            "panel": panel,
            "series": row["model"].removesuffix("_nystroem").replace("_", " "),
            "size": row["size"],
            **{key: row[key] for key in _SHOWN},
            **plots.ceilings(highest),
        }
        for row in best
    ]
    write_figure("learning_curve", plots.plot_table("learning_curve", curves))
    cells = [
        {
            "panel": f"{row['model'].replace('_', ' ')}, {largest:,} experiments",
            **{key: row[key] for key in ("representation", "aggregation", "pearson")},
        }
        for row in table.to_pylist()
        if row["size"] == largest and row["representation"]
    ]
    write_figure("representations", plots.plot_table("representations", cells))


def transfer(grids: pa.Table) -> pa.Table:
    """Grid scores as the transfer plot reads them: a series a model, a setting a combination with everything else."""
    rows = [
        {
            "series": row["model"].split(" ")[0].removesuffix("_nystroem").replace("_", " "),
            "setting": f"{row['representation']} {row['model'].split(' ')[1]} {row['hyper_parameters']}",
            "size": row["size"],
            "score": row["pearson"],
        }
        for row in grids.to_pylist()
    ]
    return pa.Table.from_pylist(rows)


def summary(best: list[dict[str, Any]], transferred: pa.Table, highest: dict[str, float | None]) -> dict[str, Any]:
    """Metrics: for each size and model the one that validation chose, and rank correlations of grids between sizes."""
    result: dict[str, Any] = dict(highest)
    for row in best:
        kept = {key: row[key] for key in (*_SHOWN, "spearman", "mse", "n_test")}
        if row["representation"]:
            kept |= {key: row[key] for key in ("representation", "aggregation", "validation_pearson")}
        result.setdefault(str(row["size"]), {})[row["model"]] = kept
    ranks = {(row["panel"], row["series"]): row["rank_correlation"] for row in transferred.to_pylist()}
    result["grid_transfer"] = {f"{series}: {panel}": rank for (panel, series), rank in sorted(ranks.items())}
    return result


def main(params: Params) -> None:
    """Compare all runs; write the table, the metrics and the plots."""
    label, split = params["yeast.benchmark.label"], params["yeast.benchmark.split"]
    resampling = Resampling(params["yeast.evaluate.resamples"], seed=params["yeast.evaluate.seed"])
    grids = grid_scores(params)
    table = compare(runs(params, grids), label, UNITS[split], resampling)
    plots.write_plot(paths.PLOTS / "benchmark_table.csv", table)
    first = pq.read_table(paths.BASELINES / f"{params['yeast.benchmark.sizes'][0]}.parquet")
    directed = directions(label, params["yeast.dataset.labels"][label])
    highest = ceilings_of(first, label, directed, UNITS[split], resampling)
    best = best_by_validation(table)
    write_figures(params, table, best, highest)
    transferred = plots.grid_transfer(transfer(grids), "strains")
    write_figure("grid_transfer", transferred)
    metrics = summary(best, transferred, highest)
    write_json(paths.METRICS / "benchmark.json", metrics)


if __name__ == "__main__":
    run_stage(main, PARAMS)
