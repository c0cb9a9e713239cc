"""What an experiment of the yeast study is compared by: a few flat numbers for DVC, and one sentence for people."""

from typing import Any

from knockon.evaluation.report import describe
from knockon.evaluation.table import Result, best_baseline
from knockon.stages.yeast.baseline_names import SHOWN


def scores(metrics: dict[str, Any]) -> dict[str, float | None]:
    """The columns of `dvc exp show`: Pearson's r on test rows with its 95 % interval, and what it stands beside.

    metrics: of `evaluate`, all of which evaluate.json keeps. r_baseline is that of the strongest baseline.
    """
    best = best_baseline(_result(metrics))
    return {
        "r": metrics["pearson"],
        "r_low": metrics["pearson_low"],
        "r_high": metrics["pearson_high"],
        "r_baseline": best[1] if best else None,
        "r_ceiling": metrics["ceiling_pearson"],
    }


def sentence(metrics: dict[str, Any]) -> str:
    """The same, as the last line of an experiment."""
    return f"yeast {metrics['label']}, {metrics['split']} split: {describe(_result(metrics))}"


def _result(metrics: dict[str, Any]) -> Result:
    return Result.of("yeast", metrics["split"], metrics, SHOWN)
