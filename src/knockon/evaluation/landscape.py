"""Predictions of a protein's fitness landscape and their scores: by number of mutations, bright and dark, by seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.intervals import calibration_error, conformal_quantile, coverage, diversity
from knockon.evaluation.metrics import score
from knockon.evaluation.predictions import PREDICTION_SCHEMA

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

PARTS = ("train", "validation", "test")


def scores_of_rows(values: Values, predicted: Values, bright: float) -> dict[str, Any]:
    """Scores of one fit on some variants. bright: brightness above which a variant counts as bright."""
    overall = score(values, predicted)
    lit = values > bright
    return {
        "n": overall.n,
        "mse": overall.mse,
        "spearman": overall.spearman,
        "pearson": overall.pearson,
        "r2": overall.r2,
        "bright": _short(values[lit], predicted[lit]),
        "dark": _short(values[~lit], predicted[~lit]),
        # Share of variants that stand on the right side of the threshold.
        "accuracy": float(((predicted > bright) == lit).mean()) if len(values) else None,
        "calibration_error": calibration_error(values, predicted) if len(values) else None,
    }


def _short(values: Values, predicted: Values) -> dict[str, Any]:
    found = score(values, predicted)
    return {"n": found.n, "mse": found.mse, "spearman": found.spearman}


def mean_over_seeds(scores: Sequence[Any]) -> Any:
    """Mean of every number of nested scores over fits; None where any of them is undefined, counts as they are."""
    first = scores[0]
    if isinstance(first, dict):
        return {
            name: first[name] if name == "n" else mean_over_seeds([each[name] for each in scores]) for name in first
        }
    return None if any(each is None for each in scores) else float(np.mean(scores))


def landscape_metrics(
    table: pa.Table, bright: float, levels: Sequence[float], resampling: Resampling
) -> dict[str, Any]:
    """Everything about one model on one scheme: scores of the test at the top, those of each part below.

    table: LANDSCAPE_SCHEMA, every seed's predictions of all variants. Scores are means over the seeds; their intervals
    come from resampled test variants, the same for all seeds. `mse_seeds` holds each seed's own.
    """
    fits = [table.filter(pc.equal(table["seed"], seed)) for seed in sorted(set(table["seed"].to_pylist()))]
    by_part = {part: [fit.filter(pc.equal(fit["split"], part)) for fit in fits] for part in PARTS}
    parts = {part: mean_over_seeds([_scores(fit, bright) for fit in chosen]) for part, chosen in by_part.items()}
    test = by_part["test"]
    result = {**parts["test"], **_intervals(test, resampling)}
    result |= {
        "variance": float(_column(test[0], "value").var()),
        "mse_seeds": [_scores(fit, bright)["mse"] for fit in test],
        "spearman_seeds": [_scores(fit, bright)["spearman"] for fit in test],
        "by_mutations": _by_mutations(test),
        "intervals": _interval_quality(by_part["validation"], test, levels),
        "diversity": _diversity(test),
        "train": parts["train"],
        "validation": parts["validation"],
    }
    return result


def _column(table: pa.Table, name: str) -> Values:
    return table[name].to_numpy().astype(np.float64)


def _scores(fit: pa.Table, bright: float) -> dict[str, Any]:
    return scores_of_rows(_column(fit, "value"), _column(fit, "predicted"), bright)


def _intervals(test: Sequence[pa.Table], resampling: Resampling) -> dict[str, Any]:
    """Bootstrap intervals of the seeds' mean scores."""
    values = _column(test[0], "value")
    predicted = np.column_stack([_column(fit, "predicted") for fit in test])
    units = np.column_stack([np.arange(len(values))] * 2)
    drawn = replicates(values, predicted, units, resampling)
    result: dict[str, Any] = {}
    for name in ("mse", "spearman"):
        low, high = interval(np.mean([each[name] for each in drawn], axis=0), resampling.confidence)
        result |= {f"{name}_low": low, f"{name}_high": high}
    return result


def _by_mutations(test: Sequence[pa.Table]) -> dict[str, Any]:
    """Scores by number of mutations."""
    counts = test[0]["perturbed"].to_numpy()
    result = {}
    for number in np.unique(counts):
        rows = counts == number
        scores = [_short(_column(fit, "value")[rows], _column(fit, "predicted")[rows]) for fit in test]
        result[str(int(number))] = mean_over_seeds(scores)
    return result


def _interval_quality(
    validation: Sequence[pa.Table], test: Sequence[pa.Table], levels: Sequence[float]
) -> dict[str, Any]:
    """Per level: coverage on the test, and mean width of the interval, log10 fluorescence."""
    result = {}
    for level in levels:
        shares, widths = [], []
        for known, fit in zip(validation, test, strict=True):
            errors = _column(known, "value") - _column(known, "predicted")
            quantile = conformal_quantile(errors, _column(known, "deviation"), level)
            deviations = _column(fit, "deviation")
            shares.append(coverage(_column(fit, "value") - _column(fit, "predicted"), deviations, quantile))
            widths.append(2 * quantile * float(deviations.mean()))
        result[f"{level:g}"] = {"coverage": float(np.mean(shares)), "width": float(np.mean(widths))}
    return result


def _diversity(test: Sequence[pa.Table]) -> dict[str, float] | None:
    """How differently the subnetworks predict; None for a model of one."""
    if test[0]["members"].null_count:
        return None
    found = []
    for fit in test:
        lists = fit["members"].combine_chunks()
        members = lists.flatten().to_numpy().reshape(len(lists), -1).astype(np.float64)
        found.append(diversity(members, _column(fit, "value")))
    means: dict[str, float] = mean_over_seeds(found)
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
