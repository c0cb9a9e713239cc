"""Scores of predicted strengths of pairs: pooled with intervals, and within each target."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.concordance import Concordance
from knockon.evaluation.ranking import average_precision, rm2
from knockon.evaluation.ranks import average_ranks
from knockon.evaluation.units import Units

Weighted = Callable[[Values | None], float]
"""A statistic of fixed rows, from their weights (rows,); None weighs all alike."""


@dataclass(frozen=True)
class Estimate:
    """A statistic and its percentile interval; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


def statistics(values: Values, predicted: Values, threshold: float) -> dict[str, Weighted]:
    """mse, rmse, pearson, spearman, ci, rm2 (as published) and aupr of labels above `threshold`, by weights of rows."""
    order = Concordance(values, predicted)
    ranks = average_ranks(values), average_ranks(predicted)
    errors = (values - predicted) ** 2
    strong = values >= threshold

    def mse(weights: Values | None) -> float:
        return float(np.average(errors, weights=weights))

    return {
        "mse": mse,
        "rmse": lambda weights: float(np.sqrt(mse(weights))),
        "pearson": lambda weights: pearson(values, predicted, weights),
        "spearman": lambda weights: pearson(*ranks, weights),
        "ci": order.index,
        "rm2": lambda weights: rm2(values, predicted, weights, published=True),
        "aupr": lambda weights: average_precision(strong, predicted, weights),
    }


def estimates(
    values: Values, predicted: Values, threshold: float, units: Units | None, resampling: Resampling
) -> dict[str, Estimate]:
    """`statistics` with intervals. units: what is drawn, e.g. namespaces ("protein", "ligand"); each row if None.

    All statistics and, with equal seeds, all models see the same draws.
    """
    wanted = statistics(values, predicted, threshold)
    samples: dict[str, list[float]] = {name: [] for name in wanted}
    for block in resampled_weights(len(values), units, resampling):
        for weights in block:
            for name, statistic in wanted.items():
                samples[name].append(statistic(weights) if weights.sum() > 0 else float("nan"))
    return {
        name: Estimate(_finite(statistic(None)), *interval(np.array(samples[name]), resampling.confidence))
        for name, statistic in wanted.items()
    }


def within(values: Values, predicted: Values, group: NDArray[np.integer], least: int = 5) -> dict[str, float | None]:
    """Mean over groups (targets) of ci, pearson and spearman inside each, and how many groups that are.

    group: (rows,), the target of each row. Groups of fewer than `least` rows, or of equal labels, are left out.
    """
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    rows = [part for part in parts if len(part) >= least and np.ptp(values[part]) > 0]
    scores = [
        (
            Concordance(values[part], predicted[part]).index(),
            pearson(values[part], predicted[part]),
            pearson(average_ranks(values[part]), average_ranks(predicted[part])),
        )
        for part in rows
    ]
    means = np.mean(scores, axis=0) if scores else [None] * 3
    named = zip(("ci", "pearson", "spearman"), means, strict=True)
    return {"groups": float(len(rows)), **{name: None if mean is None else float(mean) for name, mean in named}}


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
