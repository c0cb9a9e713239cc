"""Percentile bootstrap intervals from weighted sums: no resampled table is ever built, and memory is bounded.

What is drawn with replacement is given with the data, as `Units | None`: rows (Efron 1979), groups of rows, or the
units that two columns name. In the last case a row is weighted by the product of its two units' counts: the dyadic or
pigeonhole bootstrap (Owen 2007, Ann. Appl. Stat. 1:386; Davezies et al. 2021, Ann. Stat. 49:845), the honest one where
rows share units and the units are the sample.

Ranks are taken once, on all rows, and then resampled as numbers: the interval of Spearman's ρ leaves out the change of
the ranks themselves, which is small beside it for the weak correlations of this field, and makes it as cheap as r.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.correlation import SUBTRACTED, correlation_of_moments, is_constant
from knockon.errors import KnockonError
from knockon.evaluation.ranks import average_ranks
from knockon.evaluation.units import Units

STATISTICS = ("pearson", "spearman", "mse", "r2")

# Weights held at once: 2^23 float64 are 64 MB. Rows whose products are held at once: 2^16 × 11 columns are 6 MB.
_BLOCK = 1 << 23
_SLICE = 1 << 16


@dataclass(frozen=True)
class Resampling:
    """How intervals are made. confidence: e.g. 0.95; the seed fixes every digit."""

    replicates: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.replicates < 1 or not 0 < self.confidence < 1:
            raise KnockonError("bootstrap needs at least one replicate and a confidence between 0 and 1")


@dataclass(frozen=True)
class _Column:
    """One column of units. place: the unit of each row among the `size` units of its namespace, shape (rows,)."""

    namespace: str
    size: int
    place: NDArray[np.intp] | slice


def _columns(rows: int, units: Units | None) -> list[_Column]:
    if units is None:
        return [_Column("row", rows, slice(None))]
    if units.ids.ndim == 1:
        return [_group_column(units)]
    columns: dict[int, _Column] = {}
    for name in dict.fromkeys(units.namespaces):
        places = [place for place, namespace in enumerate(units.namespaces) if namespace == name]
        ids, inverse = np.unique(units.ids[:, places], return_inverse=True)
        columns |= {
            place: _Column(name, len(ids), column)
            for place, column in zip(places, inverse.reshape(rows, -1).T, strict=True)
        }
    return [columns[place] for place in sorted(columns)]


def _group_column(units: Units) -> _Column:
    """Groups in the order of their first rows: groups of one row each are drawn exactly as rows are."""
    _, first, inverse = np.unique(units.ids, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.intp)
    order[np.argsort(first)] = np.arange(len(first))
    return _Column(units.namespaces[0], len(first), order[inverse])


def _draw(random: np.random.Generator, replicates: int, size: int) -> Values:
    """Multinomial counts: how often each of `size` units is drawn in each replicate. Shape (replicates, size)."""
    drawn = random.integers(size, size=(replicates, size))
    drawn += np.arange(replicates)[:, None] * size
    return np.bincount(drawn.ravel(), minlength=replicates * size).reshape(replicates, size).astype(np.float64)


def _weights(columns: list[_Column], counts: dict[str, Values]) -> Values:
    """Weights of the rows from the counts of each namespace's units, shape (replicates, rows)."""
    first = columns[0]
    weights: Values = counts[first.namespace][:, first.place]
    for column in columns[1:]:
        others = counts[column.namespace][:, column.place]
        if column.namespace == first.namespace:
            others = np.where(column.place == first.place, 1.0, others)
        weights = weights * others
    return weights


def resampled_weights(rows: int, units: Units | None, resampling: Resampling) -> Iterator[Values]:
    """Weights of the rows in every replicate, in blocks of shape (some replicates, rows).

    Raises ValueError where there is not one unit a row.
    """
    if units is not None and len(units) != rows:
        raise ValueError(f"{len(units)} units for {rows} rows")
    columns = _columns(rows, units)
    sizes = {column.namespace: column.size for column in columns}
    # A generator for each namespace, so that the draws don't depend on the size of the blocks.
    seeds: list[int | list[int]] = [resampling.seed, [resampling.seed, 1]]
    randoms = {name: np.random.default_rng(seed) for name, seed in zip(sizes, seeds, strict=False)}
    done = 0
    while done < resampling.replicates:
        block = min(resampling.replicates - done, max(1, _BLOCK // max(rows, 1)))
        done += block
        yield _weights(columns, {name: _draw(randoms[name], block, size) for name, size in sizes.items()})


@dataclass(frozen=True)
class _Rows:
    """What the weighted sums need of one model, each of shape (rows,).

    Labels, predictions and ranks are taken about their own means, so that differences of sums lose no digits.
    """

    values: Values
    predicted: Values
    value_ranks: Values
    predicted_ranks: Values
    squared_error: Values

    @classmethod
    def of(cls, values: Values, predicted: Values) -> "_Rows":
        """Centre the columns; a constant prediction becomes exactly zero."""
        middle = (len(values) + 1) / 2
        return cls(
            values=values - values.mean(),
            predicted=predicted - predicted.mean() if np.ptp(predicted) else np.zeros_like(predicted),
            value_ranks=average_ranks(values) - middle,
            predicted_ranks=average_ranks(predicted) - middle,
            squared_error=(predicted - values) ** 2,
        )

    def products(self, part: slice) -> Values:
        """The columns whose weighted means give every statistic, shape (rows of the part, 11)."""
        y, p, rank_y, rank_p = (
            array[part] for array in (self.values, self.predicted, self.value_ranks, self.predicted_ranks)
        )
        moments = [y, p, y**2, p**2, y * p, rank_y, rank_p, rank_y**2, rank_p**2, rank_y * rank_p]
        return np.column_stack([*moments, self.squared_error[part]])


def _means(weights: Values, rows: _Rows) -> Values:
    """Weighted means of the products, shape (replicates, 11), in slices of rows so that products stay small."""
    totals = np.zeros((len(weights), 11))
    for start in range(0, weights.shape[1], _SLICE):
        part = slice(start, start + _SLICE)
        totals += weights[:, part] @ rows.products(part)
    with np.errstate(invalid="ignore", divide="ignore"):
        return totals / weights.sum(axis=1, keepdims=True)


def _correlations(mean_y: Values, mean_p: Values, square_y: Values, square_p: Values, product: Values) -> Values:
    """Correlation of every replicate: NaN where the label is constant, 0 where only the prediction is."""
    variances = square_y - mean_y**2, square_p - mean_p**2
    return correlation_of_moments(product - mean_y * mean_p, *variances, square_y, square_p, rounding=SUBTRACTED)


def _statistics(means: Values) -> dict[str, Values]:
    """STATISTICS of every replicate from its weighted means, each of shape (replicates,)."""
    mean_y, square_y, squared_error = means[:, 0], means[:, 2], means[:, 10]
    variance = square_y - mean_y**2
    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = np.where(is_constant(variance, square_y, SUBTRACTED), np.nan, 1 - squared_error / variance)
    return {
        "pearson": _correlations(*means[:, :5].T),
        "spearman": _correlations(*means[:, 5:10].T),
        "mse": squared_error,
        "r2": r2,
    }


def replicates(
    values: Values, predicted: Values, units: Units | None, resampling: Resampling
) -> list[dict[str, Values]]:
    """Every statistic in every replicate, for several models under the same weights.

    values: shape (rows,); predicted: shape (rows, models); units: what is drawn, each row where None. Returns per model
    a dictionary of STATISTICS → float64 of shape (replicates,), NaN where a replicate leaves the statistic undefined.
    Because the weights are shared, differences between two models' replicates are paired.
    """
    if not len(values):
        return [{name: np.full(resampling.replicates, np.nan) for name in STATISTICS} for _ in predicted.T]
    models = [_Rows.of(values, column) for column in predicted.T]
    means: list[list[Values]] = [[] for _ in models]
    for weights in resampled_weights(len(values), units, resampling):
        for blocks, rows in zip(means, models, strict=True):
            blocks.append(_means(weights, rows))
    return [_statistics(np.concatenate(blocks)) for blocks in means]


def interval(samples: Values, confidence: float) -> tuple[float | None, float | None]:
    """Percentile interval of bootstrap replicates; (None, None) where fewer than half of them are defined."""
    defined = samples[np.isfinite(samples)]
    if len(defined) * 2 <= len(samples):
        return None, None
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)
