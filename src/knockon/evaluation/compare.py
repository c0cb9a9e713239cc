"""Many fitted models side by side: the scores of a benchmark, and who is best by validation, never by test."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.evaluate import Settings, align, ceilings, significant
from knockon.evaluation.metrics import score
from knockon.evaluation.units import UnitsOf


@dataclass(frozen=True)
class Run:
    """The test predictions of several models that were fitted on one representation and one size.

    predictions: PREDICTION_SCHEMA, models named `<model> <aggregation>`, or by the baseline's name. validation: the
    validation Pearson of each model; baselines have none.
    """

    representation: str
    size: int
    predictions: pa.Table
    validation: dict[str, float]


BENCHMARK_SCHEMA = pa.schema(
    [
        pa.field("model", pa.string(), metadata={"unit": "as it names itself"}),
        pa.field("representation", pa.string(), metadata={"unit": "empty for baselines, which use none"}),
        pa.field("aggregation", pa.string(), metadata={"unit": "empty for baselines"}),
        pa.field("size", pa.int64(), metadata={"unit": "training and validation experiments"}),
        pa.field("n_test", pa.int64(), metadata={"unit": "test experiments"}),
        pa.field("validation_pearson", pa.float64(), metadata={"unit": "missing for baselines"}),
        pa.field("pearson", pa.float64(), metadata={"unit": "on test rows"}),
        pa.field("pearson_low", pa.float64(), metadata={"unit": "95 % interval"}),
        pa.field("pearson_high", pa.float64(), metadata={"unit": "95 % interval"}),
        pa.field("spearman", pa.float64(), metadata={"unit": "on test rows"}),
        pa.field("spearman_low", pa.float64(), metadata={"unit": "95 % interval"}),
        pa.field("spearman_high", pa.float64(), metadata={"unit": "95 % interval"}),
        pa.field("mse", pa.float64(), metadata={"unit": "the label's unit squared, on test rows"}),
    ]
)


def compare(runs: Iterable[Run], label: str, units: UnitsOf, resampling: Resampling) -> pa.Table:
    """Test scores of every model of every run: BENCHMARK_SCHEMA, by size, then model, representation, aggregation.

    units: what the intervals draw from the rows of a run.
    """
    rows = [row for run in runs for row in _scores(run, label, units, resampling)]
    order = ("size", "model", "representation", "aggregation")
    rows.sort(key=lambda row: tuple(row[name] for name in order))
    return pa.Table.from_pylist([significant(row) for row in rows], schema=BENCHMARK_SCHEMA)


def _scores(run: Run, label: str, units: UnitsOf, resampling: Resampling) -> list[dict[str, Any]]:
    names = sorted(set(run.predictions["model"].to_pylist()))
    settings = Settings(label, names[0], run.representation, "", 0, resampling, units, tuple(names[1:]))
    rows = align(run.predictions, settings)
    samples = replicates(rows.values, rows.predicted, rows.units, resampling)
    result = []
    for place, name in enumerate(rows.models):
        model, _, aggregation = name.partition(" ")
        scores = score(rows.values, rows.predicted[:, place])
        low, high = interval(samples[place]["pearson"], resampling.confidence)
        ranks = interval(samples[place]["spearman"], resampling.confidence)
        result.append(
            {
                "model": model,
                "representation": run.representation,
                "aggregation": aggregation,
                "size": run.size,
                "n_test": scores.n,
                "validation_pearson": run.validation.get(name),
                "pearson": scores.pearson,
                "pearson_low": low,
                "pearson_high": high,
                "spearman": scores.spearman,
                "spearman_low": ranks[0],
                "spearman_high": ranks[1],
                "mse": scores.mse,
            }
        )
    return result


def best_by_validation(table: pa.Table) -> list[dict[str, Any]]:
    """The representation and aggregation of each model and size with the highest validation Pearson; and all baselines.

    table: BENCHMARK_SCHEMA. Rows keep its order.
    """
    best: dict[tuple[str, int], dict[str, Any]] = {}
    for row in table.to_pylist():
        key = (row["model"], row["size"])
        if key not in best or (row["validation_pearson"] or -2) > (best[key]["validation_pearson"] or -2):
            best[key] = row
    return list(best.values())


def ceilings_of(
    predictions: pa.Table, label: str, directed: pa.Table | None, units: UnitsOf, resampling: Resampling
) -> dict[str, float | None]:
    """The ceilings of the test rows of one run: `ceiling_pearson` and `ceiling_screen_pearson`, None where unknown."""
    name = predictions["model"][0].as_py()
    settings = Settings(label, name, "", "", 0, resampling, units)
    found = ceilings(align(predictions, settings), directed, settings)
    return {key: significant(found[key]) for key in ("ceiling_pearson", "ceiling_screen_pearson")}
