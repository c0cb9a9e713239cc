"""Scores of predictions for rows that name two things, such as a ligand and a protein: both are the sample.

A row's label may be a bound: where the truth is only known to lie below it, the row counts as that value, as in
published tables, and `exact_…` are the scores of the other rows. Intervals come from drawing the things, not the rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Mask, Values
from knockon.evaluation.bootstrap import Resampling, interval, replicates, resampled_weights
from knockon.evaluation.concordance import Concordance, concordance_index
from knockon.evaluation.intervals import conformal_quantiles, coverage
from knockon.evaluation.metrics import pearson, score
from knockon.evaluation.ranking import average_precision, rm2
from knockon.evaluation.units import Units

LEAST_ROWS = 5
"""Of a thing, for scores within it."""


@dataclass(frozen=True, eq=False)
class Crossed:
    """values, predicted: (rows,), in the label's unit. exact: (rows,), False where the value is a bound.

    units: what each row names, (rows, 2); scores are also taken within what the second column names.
    """

    values: Values
    predicted: Values
    exact: Mask
    units: Units

    def take(self, rows: NDArray[Any]) -> "Crossed":
        """Some of the rows, by mask or number."""
        return Crossed(self.values[rows], self.predicted[rows], self.exact[rows], self.units.take(rows))


def crossed_scores(rows: Crossed, threshold: float) -> dict[str, Any]:
    """n, mse, rmse, pearson, spearman, ci, rm2, aupr; within_pearson, within_ci, within_n; exact_n, exact_mse ….

    rm2 as published programs compute it; aupr of finding values from the threshold on; within_: means over the things
    of LEAST_ROWS rows with different labels. None where a score is not defined.
    """
    found = _short(rows.values, rows.predicted)
    strong = rows.exact & (rows.values >= threshold)
    found["aupr"] = _defined(average_precision(strong, rows.predicted))
    exact = rows.take(rows.exact)
    scored = ("n", "mse", "pearson", "ci")
    apart = found if rows.exact.all() else _short(exact.values, exact.predicted)
    return {**found, **_within(rows), **{f"exact_{name}": apart[name] for name in scored}}


def _short(values: Values, predicted: Values) -> dict[str, Any]:
    scores = score(values, predicted)
    return {
        **{name: getattr(scores, name) for name in ("n", "mse", "rmse", "pearson", "spearman")},
        "ci": _defined(concordance_index(values, predicted)) if len(values) else None,
        "rm2": _defined(rm2(values, predicted, published=True)) if len(values) else None,
    }


def _within(rows: Crossed) -> dict[str, Any]:
    things, place = np.unique(rows.units.ids[:, 1], return_inverse=True)
    order = np.argsort(place, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(place, minlength=len(things)))[:-1])
    parts = [part for part in parts if len(part) >= LEAST_ROWS and np.ptp(rows.values[part]) > 0]
    correlations = [pearson(rows.values[part], rows.predicted[part]) or 0.0 for part in parts]
    indices = [concordance_index(rows.values[part], rows.predicted[part]) for part in parts]
    return {
        "within_pearson": float(np.mean(correlations)) if parts else None,
        "within_ci": float(np.mean(indices)) if parts else None,
        "within_n": len(parts),
    }


def _defined(value: float) -> float | None:
    return value if np.isfinite(value) else None


def crossed_intervals(rows: Crossed, resampling: Resampling, ranks: bool) -> dict[str, float | None]:
    """`_low` and `_high` of mse, pearson and spearman; with `ranks` of ci and rm2, which take much longer."""
    samples = dict(replicates(rows.values, rows.predicted[:, None], rows.units, resampling)[0])
    samples.pop("r2")
    if ranks:
        concordance = Concordance(rows.values, rows.predicted)
        by_name: dict[str, Callable[[Values], float]] = {
            "ci": concordance.index,
            "rm2": lambda weights: rm2(rows.values, rows.predicted, weights, published=True),
        }
        drawn = [weights for block in resampled_weights(len(rows.values), rows.units, resampling) for weights in block]
        samples |= {name: np.array([of(weights) for weights in drawn]) for name, of in by_name.items()}
    found: dict[str, float | None] = {}
    for name, sample in samples.items():
        found[f"{name}_low"], found[f"{name}_high"] = interval(sample, resampling.confidence)
    return found


def paired_difference(rows: Crossed, other: Values, resampling: Resampling) -> dict[str, float | None]:
    """How much more the predictions correlate with the labels than `other` does, with its interval.

    Both are scored on the same draws. difference, difference_low, difference_high.
    """
    samples = replicates(rows.values, np.column_stack([rows.predicted, other]), rows.units, resampling)
    low, high = interval(samples[0]["pearson"] - samples[1]["pearson"], resampling.confidence)
    one, two = pearson(rows.values, rows.predicted), pearson(rows.values, other)
    difference = None if one is None or two is None else one - two
    return {"difference": difference, "difference_low": low, "difference_high": high}


def interval_quality(errors: Values, test: Values, levels: tuple[float, ...]) -> Mapping[str, dict[str, float]]:
    """Per level, coverage on the test and width of the interval that validation errors set. Both (rows,)."""
    quantiles = conformal_quantiles(errors, np.ones(len(errors)), levels)
    return {
        level: {"coverage": coverage(test, np.ones(len(test)), quantile), "width": 2 * quantile}
        for level, quantile in quantiles.items()
    }
