"""Predictions of a landscape of variants and their scores: by class, by group, by seed of the fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.dataset.splits import SIDES
from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.growing_intervals import growing_widths
from knockon.evaluation.intervals import calibration_error, conformal_quantile, diversity
from knockon.evaluation.metrics import score
from knockon.evaluation.predictions import PREDICTION_SCHEMA

CALIBRATION = "calibration"
"""Fourth value of `split`: variants from which the intervals of the test are made, where those of validation differ
from it. Their predictions are of a fit of the first seed that saw none of those of most mutations, and stops early by
those of one fewer."""

LANDSCAPE_SCHEMA = pa.schema(
    [
        *PREDICTION_SCHEMA,
        pa.field("scheme", pa.string(), nullable=False, metadata={"unit": "imbalanced or balanced"}),
        pa.field("seed", pa.int64(), nullable=False, metadata={"unit": "of the fit"}),
        pa.field("deviation", pa.float64(), nullable=False, metadata={"unit": "predicted standard deviation, label"}),
        pa.field("members", pa.list_(pa.float32()), metadata={"unit": "label, by subnetwork; null where there is one"}),
    ]
)
"""PREDICTION_SCHEMA, where `perturbed` counts mutations and `seen` those in a training variant."""

# Rows of a group whose coverage is told: of fewer, a share is off by a tenth by chance.
_FEWEST = 50


@dataclass(frozen=True)
class Classes:
    """The two classes of a label. threshold: between them, in its unit. above, below: their names in the metrics."""

    threshold: float
    above: str
    below: str


def scores_of_rows(values: Values, predicted: Values, classes: Classes) -> dict[str, Any]:
    """Scores of one fit on some variants, and on those of each class."""
    overall = score(values, predicted)
    above = values > classes.threshold
    return {
        "n": overall.n,
        "mse": overall.mse,
        "spearman": overall.spearman,
        "pearson": overall.pearson,
        "r2": overall.r2,
        classes.above: _short(values[above], predicted[above]),
        classes.below: _short(values[~above], predicted[~above]),
        # Share of variants that stand on the right side of the threshold.
        "accuracy": float(((predicted > classes.threshold) == above).mean()) if len(values) else None,
        "calibration_error": calibration_error(values, predicted) if len(values) else None,
    }


def _short(values: Values, predicted: Values) -> dict[str, Any]:
    scores = score(values, predicted)
    return {"n": scores.n, "mse": scores.mse, "spearman": scores.spearman}


def mean_over_seeds(scores: Sequence[Any]) -> Any:
    """Mean of every number of nested scores over fits; None where any of them is undefined, counts as they are."""
    first = scores[0]
    if isinstance(first, dict):
        return {
            name: first[name] if name == "n" else mean_over_seeds([each[name] for each in scores]) for name in first
        }
    return None if any(each is None for each in scores) else float(np.mean(scores))


def landscape_metrics(
    table: pa.Table, classes: Classes, groups: Mapping[str, str], levels: Sequence[float], resampling: Resampling
) -> dict[str, Any]:
    """Everything about one model on one scheme: scores of the test at the top, those of each side below.

    table: LANDSCAPE_SCHEMA, every seed's predictions of all variants. groups: whole-number columns for each value of
    which the test is scored, too, by their name in the metrics. Scores are means over the seeds; their intervals come
    from resampled test variants, the same for all seeds. `mse_seeds` holds each seed's own.
    """
    fits = [table.filter(pc.equal(table["seed"], seed)) for seed in sorted(set(table["seed"].to_pylist()))]
    by_side = {side: [fit.filter(pc.equal(fit["split"], side)) for fit in fits] for side in SIDES}
    sides = {side: mean_over_seeds([_scores(fit, classes) for fit in rows]) for side, rows in by_side.items()}
    test = by_side["test"]
    result = {**sides["test"], **_intervals(test, resampling)}
    result |= {
        "variance": float(_column(test[0], "value").var()),
        "mse_seeds": [_scores(fit, classes)["mse"] for fit in test],
        "spearman_seeds": [_scores(fit, classes)["spearman"] for fit in test],
        **{name: _by_value(test, column) for name, column in groups.items()},
        **_interval_quality(_calibrating(table, by_side["validation"]), test, groups, levels),
        "diversity": _diversity(test),
        "train": sides["train"],
        "validation": sides["validation"],
    }
    return result


def _column(table: pa.Table, name: str) -> Values:
    return table[name].to_numpy().astype(np.float64)


def _scores(fit: pa.Table, classes: Classes) -> dict[str, Any]:
    return scores_of_rows(_column(fit, "value"), _column(fit, "predicted"), classes)


def _intervals(test: Sequence[pa.Table], resampling: Resampling) -> dict[str, Any]:
    """Bootstrap intervals of the seeds' mean scores; a variant is one row, so rows are what is drawn."""
    values = _column(test[0], "value")
    predicted = np.column_stack([_column(fit, "predicted") for fit in test])
    drawn = replicates(values, predicted, None, resampling)
    result: dict[str, Any] = {}
    for name in ("mse", "spearman"):
        low, high = interval(np.mean([each[name] for each in drawn], axis=0), resampling.confidence)
        result |= {f"{name}_low": low, f"{name}_high": high}
    return result


def _by_value(test: Sequence[pa.Table], column: str) -> dict[str, Any]:
    """Scores of the rows of each value of a whole-number column."""
    numbers = test[0][column].to_numpy()
    result = {}
    for number in np.unique(numbers):
        rows = numbers == number
        scores = [_short(_column(fit, "value")[rows], _column(fit, "predicted")[rows]) for fit in test]
        result[str(int(number))] = mean_over_seeds(scores)
    return result


def _calibrating(table: pa.Table, validation: Sequence[pa.Table]) -> Sequence[pa.Table]:
    """What each fit's intervals are made from: its validation rows, or those of a part of their own, for all fits."""
    own = table.filter(pc.equal(table["split"], CALIBRATION))
    return [own] * len(validation) if len(own) else validation


def _half_widths(held_out: pa.Table, fit: pa.Table, level: float) -> Values:
    """Of the intervals of a fit's test rows, (rows,), in the label's unit."""
    deviations = _column(fit, "deviation")
    errors, of_errors = _errors(held_out), _column(held_out, "deviation")
    if held_out["split"][0].as_py() != CALIBRATION:
        return conformal_quantile(errors, of_errors, level) * deviations
    judged = held_out["perturbed"].to_numpy()
    widths = growing_widths(errors, of_errors, judged, level)
    return widths.at(fit["perturbed"].to_numpy() - judged.max()) * deviations


def _interval_quality(
    calibrating: Sequence[pa.Table], test: Sequence[pa.Table], groups: Mapping[str, str], levels: Sequence[float]
) -> dict[str, Any]:
    """intervals: per level, coverage on the test and mean width, in the label's unit; of rows of each group: coverage.

    coverage_by_…: of groups of at least 50 rows, group → level → share inside.
    """
    result: dict[str, Any] = {}
    inside = {}
    for level in levels:
        within, widths = [], []
        for held_out, fit in zip(calibrating, test, strict=True):
            half = _half_widths(held_out, fit, level)
            within.append(np.abs(_errors(fit)) <= half)
            widths.append(2 * float(half.mean()))
        inside[f"{level:g}"] = np.mean(within, axis=0)
        result[f"{level:g}"] = {"coverage": float(np.mean(within)), "width": float(np.mean(widths))}
    covered = {name: _shares(test[0][column].to_numpy(), inside) for name, column in groups.items()}
    return {"intervals": result, **{f"coverage_{name}": shares for name, shares in covered.items()}}


def _errors(fit: pa.Table) -> Values:
    return _column(fit, "value") - _column(fit, "predicted")


def _shares(numbers: NDArray[np.integer], inside: Mapping[str, Values]) -> dict[str, Any]:
    found, counts = np.unique(numbers, return_counts=True)
    return {
        str(number): {level: float(share[numbers == number].mean()) for level, share in inside.items()}
        for number in found[counts >= _FEWEST].tolist()
    }


def _diversity(test: Sequence[pa.Table]) -> dict[str, float] | None:
    """How differently the subnetworks predict; None for a model of one."""
    if test[0]["members"].null_count:
        return None
    of_fits = []
    for fit in test:
        lists = fit["members"].combine_chunks()
        members = lists.flatten().to_numpy().reshape(len(lists), -1).astype(np.float64)
        of_fits.append(diversity(members, _column(fit, "value")))
    means: dict[str, float] = mean_over_seeds(of_fits)
    return means


def landscape_rows(columns: dict[str, Any]) -> pa.Table:
    """A table of LANDSCAPE_SCHEMA from its columns; a text or number stands for a constant column."""
    rows = len(columns["key"])
    arrays = [
        pa.repeat(pa.scalar(columns[field.name], field.type), rows)
        if columns[field.name] is None or isinstance(columns[field.name], str | int | float)
        else pa.array(columns[field.name], field.type, from_pandas=True)
        for field in LANDSCAPE_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=LANDSCAPE_SCHEMA)


def member_lists(members: NDArray[np.float64]) -> pa.Array | None:
    """Subnetworks' predictions (rows, members) as a list column; None for one member."""
    if members.shape[1] == 1:
        return None
    offsets = np.arange(0, members.size + 1, members.shape[1], dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(members.astype(np.float32).ravel()))
