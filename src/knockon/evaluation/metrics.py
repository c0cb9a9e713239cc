"""Scores of predictions against measurements, from a predictions table and nothing else.

Degenerate cases are defined, because JSON holds no NaN: a constant prediction carries no order, so its correlations
are 0; with fewer than two rows, or with labels that are all equal, correlations and R² are not defined and are null.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon import correlation
from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.evaluation.predictions import PREDICTION_SCHEMA
from knockon.evaluation.ranks import average_ranks


@dataclass(frozen=True)
class Scores:
    """How well predictions agree with labels; `mse` in the label's unit squared, `rmse` and `mae` in the label's unit.

    pearson and spearman in [-1, 1]; r2 = 1 - (squared error) / (squared deviation of the labels from their own mean).
    """

    n: int
    pearson: float | None
    spearman: float | None
    mse: float | None
    rmse: float | None
    mae: float | None
    r2: float | None


@dataclass(frozen=True)
class TopPrecision:
    """What a designer asks: of the strongest predictions, how many are really strong?

    precision: share of hits among the `taken` most negative predictions; base_rate: share of hits among all rows.
    """

    taken: int
    precision: float | None
    base_rate: float | None


def check_predictions(table: pa.Table) -> None:
    """Raise KnockonError where a predictions table lacks a column or holds a value that is not a finite number."""
    missing = [name for name in PREDICTION_SCHEMA.names if name not in table.column_names]
    if missing:
        raise KnockonError(f"the predictions table has no column {', '.join(missing)}: was it written by `knockon`?")
    for column in ("value", "predicted"):
        bad = pc.invert(pc.fill_null(pc.is_finite(table[column]), False))
        count = pc.sum(bad).as_py() or 0
        if count:
            first = table.filter(bad).slice(0, 1).to_pylist()[0]
            raise KnockonError(
                f"{count} rows of the predictions table have no finite `{column}`, the first of model "
                f"{first['model']!r}, key {first['key']:016x}: train that model again, its output can't be scored"
            )


def numbers(column: pa.ChunkedArray | pa.Array) -> Values:
    """A numeric column as float64, missing values as NaN, shape (rows,)."""
    return column.cast(pa.float64()).to_numpy().astype(np.float64, copy=False)


def pearson(values: Values, predicted: Values, weights: Values | None = None) -> float | None:
    """`knockon.correlation.pearson` as JSON writes it: None where it is undefined."""
    found = correlation.pearson(values, predicted, weights)
    return None if np.isnan(found) else found


def score(values: Values, predicted: Values, weights: Values | None = None) -> Scores:
    """All scores of one model on one set of rows.

    values, predicted: shape (rows,), in the label's unit. weights: shape (rows,), positive, e.g. inverse variances; the
    rank correlation is the weighted Pearson correlation of mid-ranks. Raises ValueError where the shapes differ.
    """
    if not values.shape == predicted.shape == (values if weights is None else weights).shape:
        raise ValueError(f"shapes differ: {values.shape} labels, {predicted.shape} predictions")
    if not len(values):
        return Scores(0, None, None, None, None, None, None)
    share = np.full(len(values), 1 / len(values)) if weights is None else weights / weights.sum()
    error = predicted - values
    mse = float(share @ error**2)
    variance = float(share @ (values - share @ values) ** 2)
    defined = len(values) > 1 and not correlation.is_constant(variance, share @ values**2)
    return Scores(
        n=len(values),
        pearson=pearson(values, predicted, weights),
        spearman=pearson(average_ranks(values), average_ranks(predicted), weights) if defined else None,
        mse=mse,
        rmse=float(np.sqrt(mse)),
        mae=float(share @ np.abs(error)),
        r2=1 - mse / variance if defined else None,
    )


def top_precision(values: Values, predicted: Values, threshold: float, fraction: float = 0.01) -> TopPrecision:
    """Share of rows with `values` < `threshold` among the `fraction` of rows with the smallest predictions.

    Rows that tie at the cut count in part, as if the tie were broken at random: a constant prediction gets the base
    rate, and the order of the rows never matters.
    """
    if not len(values):
        return TopPrecision(0, None, None)
    taken = max(1, round(fraction * len(values)))
    cut = np.partition(predicted, taken - 1)[taken - 1]
    hits = values < threshold
    below, tied = predicted < cut, predicted == cut
    hits_taken = hits[below].sum() + hits[tied].mean() * (taken - below.sum())
    return TopPrecision(taken, float(hits_taken / taken), float(hits.mean()))


def grouped_scores(table: pa.Table, by: Sequence[str], weights: Values | None = None) -> pa.Table:
    """Scores per group of a predictions table, e.g. by ("model", "head", "split", "seen", "perturbed").

    Returns the columns of `by`, then those of Scores, sorted by `by`. `weights`: shape (rows,), or none.
    """
    check_predictions(table)
    keys = table.select(list(by)).append_column("_row", pa.array(np.arange(table.num_rows)))
    groups = keys.group_by(list(by)).aggregate([("_row", "list")]).sort_by([(name, "ascending") for name in by])
    values, predicted = numbers(table["value"]), numbers(table["predicted"])
    scores = []
    for group in groups["_row_list"].combine_chunks():
        rows = group.values.to_numpy()
        scores.append(score(values[rows], predicted[rows], None if weights is None else weights[rows]))
    schema = pa.schema([("n", pa.int64()), *[(name, pa.float64()) for name in list(Scores.__annotations__)[1:]]])
    columns = pa.Table.from_pylist([asdict(entry) for entry in scores], schema=schema)
    result = groups.select(list(by))
    for name in columns.column_names:
        result = result.append_column(columns.schema.field(name), columns[name])
    return result
