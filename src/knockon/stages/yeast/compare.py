"""yeast_compare@<table>: a table of the benchmark, its best models, learning curves, and what a small grid costs."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.evaluation import plots
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.compare import Run, best_by_validation, ceilings_of, compare
from knockon.evaluation.evaluate import significant
from knockon.evaluation.regret import regrets
from knockon.evaluation.representation_ranks import rank_bars
from knockon.stages.figures import templates, write_figure
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.benchmark_table import BenchmarkTable
from knockon.stages.yeast.units import UNITS

READS = (
    paths.BENCHMARKS,
    paths.BASELINES,
    paths.DIRECTIONS,
    *templates("benchmark", "grid_transfer", "learning_curve", "representations", "representation_ranks"),
)
PARAMS = (
    "yeast.benchmark.sizes",
    "yeast.benchmark.split",
    "yeast.benchmark.tables.{table}",
    "yeast.embed.representations",
    "yeast.evaluate",
)
ITEMS = {"table": "yeast.benchmark.compared"}

PANELS = {
    "interaction": "interaction, ε (fitness units)",
    "fitness": "fitness of one or two knock-outs",
    "triples": "fitness of one to three knock-outs",
}
"""Headings of the tables."""

_SHOWN = ("pearson", "pearson_low", "pearson_high")


def grid_scores(params: Params, table: str) -> pa.Table:
    """Validation scores of all grid points: representation, size, model (with aggregation), hyper_parameters, …"""
    tables = []
    for size in params["yeast.benchmark.sizes"]:
        for name in params["yeast.embed.representations"]:
            found = pq.read_table(paths.BENCHMARKS / f"{table}-{name}" / f"{size}-grid.parquet")
            found = found.append_column("representation", pa.repeat(name, found.num_rows))
            tables.append(found.append_column("size", pa.repeat(float(size), found.num_rows)))
    return pa.concat_tables(tables)


def runs(params: Params, table: str, grids: pa.Table) -> Iterator[Run]:
    """The predictions of all benchmark stages of a table, and of the baselines; what was left out has none."""
    best_points = grids.filter(pc.field("chosen"))
    for size in params["yeast.benchmark.sizes"]:
        baselines = pq.read_table(paths.BASELINES / table / f"{size}.parquet")
        if baselines.num_rows:
            yield Run("", size, baselines, {})
        for name in params["yeast.embed.representations"]:
            best = best_points.filter((pc.field("size") == float(size)) & (pc.field("representation") == name))
            validation = dict(zip(best["model"].to_pylist(), best["pearson"].to_pylist(), strict=True))
            predictions = pq.read_table(paths.BENCHMARKS / f"{table}-{name}" / f"{size}.parquet")
            if predictions.num_rows:
                yield Run(name, size, predictions, validation)


def write_figures(
    folder: Path, panel: str, table: pa.Table, best: list[dict[str, Any]], highest: dict[str, float | None]
) -> None:
    """The plots of a table of the benchmark."""
    rows = table.to_pylist()
    sizes = sorted({row["size"] for row in rows})
    bars = [
        {
            "panel": f"{panel}, {sizes[-1]:,} experiments",
            "name": f"{row['model']} {row['representation']} {row['aggregation']}".replace("_", " ").strip(),
            "kind": "model" if row["representation"] else "baseline",
            **{key: row[key] for key in _SHOWN},
            **plots.ceilings(highest),
        }
        for row in best
        if row["size"] == sizes[-1]
    ]
    write_figure("benchmark", plots.plot_table("benchmark", bars), folder=folder)
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
    write_figure("learning_curve", plots.plot_table("learning_curve", curves), folder=folder)
    cells = [
        {
            "panel": f"{row['model'].replace('_', ' ')}, {sizes[-1]:,} experiments",
            **{key: row[key] for key in ("representation", "aggregation", "pearson")},
        }
        for row in rows
        if row["size"] == sizes[-1] and row["representation"]
    ]
    write_figure("representations", plots.plot_table("representations", cells), folder=folder)
    middle = sizes[len(sizes) // 2]
    write_figure("representation_ranks", rank_bars([row for row in rows if row["size"] == middle]), folder=folder)


def transfer(grids: pa.Table) -> pa.Table:
    """Grid scores by series (a model), combination (representation and aggregation), setting, size."""
    return pa.Table.from_pylist([_transferred(row) for row in grids.to_pylist()])


def _transferred(row: dict[str, Any]) -> dict[str, Any]:
    model, aggregation = row["model"].split(" ")
    combination = f"{row['representation']} {aggregation}"
    return {
        "series": model.removesuffix("_nystroem").replace("_", " "),
        "combination": combination,
        "setting": f"{combination} {row['hyper_parameters']}",
        "size": row["size"],
        "score": row["pearson"],
    }


def summary(best: list[dict[str, Any]], scores: pa.Table, highest: dict[str, float | None]) -> dict[str, Any]:
    """Metrics: for each size and model the one that validation chose; rank correlation of grids between sizes, and
    what the choice of the smaller size costs at the larger one.
    """
    result: dict[str, Any] = dict(highest)
    for row in best:
        kept = {key: row[key] for key in (*_SHOWN, "spearman", "spearman_low", "spearman_high", "mse", "n_test")}
        if row["representation"]:
            kept |= {key: row[key] for key in ("representation", "aggregation", "validation_pearson")}
        result.setdefault(str(row["size"]), {})[row["model"]] = kept
    paired = plots.grid_transfer(scores, "strains").to_pylist()
    ranks = {(row["panel"], row["series"]): row["rank_correlation"] for row in paired}
    result["grid_transfer"] = {f"{series}: {panel}": rank for (panel, series), rank in sorted(ranks.items())}
    result["regret"] = {
        f"{series}: {each.small:,.0f} → {each.large:,.0f} strains": significant(
            {key: asdict(each)[key] for key in ("mean", "largest", "combinations")}
        )
        for series, found in regrets(scores).items()
        for each in found
    }
    return result


def main(params: Params, table: str) -> None:
    """Compare all runs; write the table, the metrics and the plots."""
    split = params["yeast.benchmark.split"]
    chosen, folder = BenchmarkTable.of(params, table), paths.PLOTS / "benchmark" / table
    resampling = Resampling(params["yeast.evaluate.resamples"], seed=params["yeast.evaluate.seed"])
    grids = grid_scores(params, table)
    compared = compare(runs(params, table, grids), chosen.label, UNITS[split], resampling)
    plots.write_plot(folder / "table.csv", compared)
    first = pq.read_table(paths.BASELINES / table / f"{params['yeast.benchmark.sizes'][0]}.parquet")
    highest = ceilings_of(first, chosen.label, chosen.directions(), UNITS[split], resampling)
    best = best_by_validation(compared)
    write_figures(folder, f"{PANELS[table]}: {split} split", compared, best, highest)
    scores = transfer(grids)
    write_figure("grid_transfer", plots.grid_transfer(scores, "strains"), folder=folder)
    write_json(paths.METRICS / "benchmark" / f"{table}.json", summary(best, scores, highest))


if __name__ == "__main__":
    run_stage(main, PARAMS, ITEMS)
