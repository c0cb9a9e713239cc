"""The data behind every plot: one small CSV each, drawn by the DVC template of the same name.

`panel` is the heading of one part of a plot (the label with its unit, and the split), `series` the name of a line.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from knockon.arrays import Values
from knockon.atomic import write_text
from knockon.errors import KnockonError
from knockon.evaluation.evaluate import significant
from knockon.evaluation.ranks import average_ranks


def _schema(texts: str, numbers: str) -> pa.Schema:
    """Columns from two lists of names: text, then numbers."""
    columns = [(name, pa.string()) for name in texts.split()] + [(name, pa.float64()) for name in numbers.split()]
    return pa.schema(columns)


_INTERVAL = "pearson pearson_low pearson_high ceiling"

PART = "part of the model"
"""The kind of a bar, beside "model" and "baseline": what the model is a blend of is no rival of it."""

PLOTS: dict[str, pa.Schema] = {
    "predicted_vs_measured": _schema(
        "panel", "predicted_low predicted_high measured_low measured_high measured_mean rows"
    ),
    "benchmark": _schema("panel name kind", f"{_INTERVAL} ceiling_screen"),
    "representations": _schema("panel representation aggregation", "pearson"),
    "learning_curve": _schema("panel series", f"size {_INTERVAL} ceiling_screen"),
    "by_group": _schema("panel series group", f"rows {_INTERVAL}"),
    "residuals": _schema("panel series", "strength rows rmse bias noise"),
    "error_against_noise": _schema("panel series", "noise rows rmse"),
    "grid_transfer": _schema("panel series setting", "score_small score_large rank_correlation"),
    # Not `step`: DVC overwrites a column of that name with the row number where a plot names no x.
    "loss_curves": _schema("panel series part", "training_step loss"),
}
"""Columns of every plot, by the name of its template."""


def plot_table(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Put rows under the declared columns of a plot; absent values are null, numbers have 6 significant digits.

    Raises KeyError for a plot that is not declared and KnockonError for a column that its plot doesn't have.
    """
    schema = PLOTS[name]
    cleaned = [significant(dict(row)) for row in rows]
    unknown = sorted({column for row in cleaned for column in row} - set(schema.names))
    if unknown:
        raise KnockonError(f"plot {name} has no column {', '.join(unknown)}; it has {', '.join(schema.names)}")
    return pa.Table.from_pylist(cleaned, schema=schema)


def write_plot(target: Path, table: pa.Table) -> None:
    """Write a plot's CSV: the same table gives the same bytes."""
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(table, buffer, pyarrow.csv.WriteOptions(quoting_style="needed"))
    write_text(target, buffer.getvalue().decode())


def ceilings(metrics: Mapping[str, Any]) -> dict[str, float | None]:
    """The two lines that a score is held against, by column, from the metrics of `evaluate`."""
    keys = {"ceiling": "ceiling_pearson", "ceiling_screen": "ceiling_screen_pearson"}
    return {column: metrics.get(key) for column, key in keys.items()}


def _edges(values: Values, bins: int, tail: float = 0.0005) -> Values:
    """Edges of equal bins over all but the outermost values, which would squeeze the rest into a few cells."""
    low, high = np.quantile(values, [tail, 1 - tail])
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def predicted_vs_measured(values: Values, predicted: Values, panel: str, bins: int = 48) -> pa.Table:
    """Counts of test rows in cells of predicted × measured; the outermost cells hold what lies beyond, too.

    values, predicted: shape (rows,), in the label's unit. `measured_mean` is that of all rows in the cell's column.
    """
    if not len(values):
        return plot_table("predicted_vs_measured", [])
    across, along = _edges(predicted, bins), _edges(values, bins)
    inside = np.clip(predicted, across[0], across[-1]), np.clip(values, along[0], along[-1])
    counts, _, _ = np.histogram2d(*inside, bins=(across, along))
    column = np.clip(np.searchsorted(across, inside[0], side="right") - 1, 0, bins - 1)
    sums = np.bincount(column, weights=values, minlength=bins)
    rows = [
        {
            "panel": panel,
            "predicted_low": across[i],
            "predicted_high": across[i + 1],
            "measured_low": along[j],
            "measured_high": along[j + 1],
            "measured_mean": sums[i] / counts[i].sum(),
            "rows": counts[i, j],
        }
        for i, j in zip(*np.nonzero(counts), strict=True)
    ]
    return plot_table("predicted_vs_measured", rows)


def benchmark(
    metrics: Mapping[str, Any],
    panel: str,
    baselines: Sequence[str],
    name: str | None = None,
    parts: Sequence[str] = (),
) -> pa.Table:
    """Bars of one evaluated model, its parts and its baselines, from the dictionary that `evaluate` gives.

    `name`: the bar of the model, its own name where none is given. `parts`: models that the model is a blend of.
    """
    kinds = {**dict.fromkeys(parts, PART), **dict.fromkeys(baselines, "baseline")}
    beside = [(title, kind, f"{title}_pearson") for title, kind in kinds.items()]
    bars = [(name or metrics["model"], "model", "pearson"), *beside]
    rows = [
        {
            "panel": panel,
            "name": title.replace("_", " "),
            "kind": kind,
            "pearson": metrics[key],
            "pearson_low": metrics[f"{key}_low"],
            "pearson_high": metrics[f"{key}_high"],
            **ceilings(metrics),
        }
        for title, kind, key in bars
        if metrics.get(key) is not None
    ]
    return plot_table("benchmark", rows)


def by_group(metrics: Mapping[str, Any], panel: str, series: str, headings: Mapping[str, str]) -> pa.Table:
    """Scores within the groups of one evaluation. headings: by the column of a group, what its number counts."""
    rows = [
        {
            "panel": panel,
            "series": series,
            "group": f"{heading}: {value}",
            "rows": float(group["n_test"]),
            **{name: group[name] for name in ("pearson", "pearson_low", "pearson_high")},
            "ceiling": metrics.get("ceiling_pearson"),
        }
        for column, heading in headings.items()
        for value, group in metrics[column].items()
        if group["pearson"] is not None
    ]
    return plot_table("by_group", rows)


def _equal_bins(values: Values, bins: int) -> list[np.ndarray]:
    """Row numbers of equally filled bins, from the smallest values to the largest."""
    return [part for part in np.array_split(np.argsort(values, kind="stable"), bins) if len(part)]


def residuals(
    values: Values, predicted: Mapping[str, Values], panel: str, noise: float | None = None, bins: int = 12
) -> pa.Table:
    """Error of each series by strength of the measured effect, in equally filled bins of |value|.

    predicted: series name → shape (rows,). noise: standard deviation of the label's error. `bias` is the mean of
    predicted - measured, counted positive in the direction of the measured effect: negative means shrunken.
    """
    rows = []
    for part in _equal_bins(np.abs(values), bins):
        for series, column in predicted.items():
            error = column[part] - values[part]
            rows.append(
                {
                    "panel": panel,
                    "series": series,
                    "strength": np.abs(values[part]).mean(),
                    "rows": float(len(part)),
                    "rmse": np.sqrt((error**2).mean()),
                    "bias": (error * np.sign(values[part])).mean(),
                    "noise": noise,
                }
            )
    return plot_table("residuals", rows)


def error_against_noise(
    values: Values, predicted: Mapping[str, Values], standard_errors: Values, panel: str, bins: int = 10
) -> pa.Table:
    """Error of each series in equally filled bins of the label's standard error; rows without one are left out."""
    reported = np.isfinite(standard_errors)
    errors, values = standard_errors[reported], values[reported]
    rows = [
        {
            "panel": panel,
            "series": series,
            "noise": np.sqrt((errors[part] ** 2).mean()),
            "rows": float(len(part)),
            "rmse": np.sqrt(((column[reported][part] - values[part]) ** 2).mean()),
        }
        for part in _equal_bins(errors, bins)
        for series, column in predicted.items()
    ]
    return plot_table("error_against_noise", rows)


def grid_transfer(scores: pa.Table, counted: str = "rows") -> pa.Table:
    """Pair the scores of every hyper-parameter setting on neighbouring training sizes.

    scores: columns series (model), setting (text), size (of the training), score (validation; missing where a fit
    failed). Settings that were not scored on both sizes are left out. counted: what a size counts, for the headings.
    """
    by_series: dict[str, dict[float, dict[str, float]]] = {}
    for row in scores.select(["series", "setting", "size", "score"]).to_pylist():
        if row["score"] is not None and np.isfinite(row["score"]):
            by_series.setdefault(row["series"], {}).setdefault(row["size"], {})[row["setting"]] = row["score"]
    sizes = sorted({size for by_size in by_series.values() for size in by_size})
    rows = [
        row
        for small, large in pairwise(sizes)
        for series in sorted(by_series)
        for row in _transfer_rows(series, small, large, by_series[series], counted)
    ]
    return plot_table("grid_transfer", rows)


def _transfer_rows(
    series: str, small: float, large: float, scores: Mapping[float, Mapping[str, float]], counted: str
) -> list[dict[str, Any]]:
    before, after = scores.get(small, {}), scores.get(large, {})
    settings = sorted(set(before) & set(after))
    rank = _rank_correlation(np.array([[side[name] for name in settings] for side in (before, after)]))
    return [
        {
            "panel": f"{small:,.0f} → {large:,.0f} {counted}",
            "series": series,
            "setting": name,
            "score_small": before[name],
            "score_large": after[name],
            "rank_correlation": rank,
        }
        for name in settings
    ]


def _rank_correlation(scores: Values) -> float | None:
    """Spearman's ρ of two rows of scores; None for two points, which always rank perfectly, and for equal scores."""
    if scores.shape[1] < 3 or not np.ptp(scores, axis=1).all():
        return None
    return float(np.corrcoef([average_ranks(side) for side in scores])[0, 1])
