"""What an experiment of the avGFP study is compared by: a few flat numbers for DVC, and one sentence for people."""

from typing import Any

from knockon.evaluation.table import number, with_interval

SPLIT = "imbalanced"
"""The split that the study asks about: few mutations train, many are tested."""


def best_by_validation(metrics: dict[str, Any]) -> str:
    """Name of the model with the least validation error on SPLIT; of equal ones the first by name."""
    return min(metrics, key=lambda name: (metrics[name][SPLIT]["validation"]["mse"], name))


def scores(metrics: dict[str, Any]) -> dict[str, float | None]:
    """The columns of `dvc exp show`: the error on test variants of the model that validation chooses, and its interval.

    metrics: by model and split, all of which evaluate.json keeps. gfp_noise is the error that the truth itself would
    have.
    """
    best = metrics[best_by_validation(metrics)][SPLIT]
    columns = {"gfp_mse": "mse", "gfp_low": "mse_low", "gfp_high": "mse_high", "gfp_noise": "noise_mse"}
    return {column: best[name] for column, name in columns.items()}


def sentence(metrics: dict[str, Any]) -> str:
    """The same, as the last line of an experiment."""
    name = best_by_validation(metrics)
    best = metrics[name][SPLIT]
    error = with_interval(best["mse"], best["mse_low"], best["mse_high"])
    return (
        f"avGFP brightness, {SPLIT} split: {name.replace('_', ' ')}, which validation chooses of {len(metrics)} "
        f"models, has a test MSE of {error}; the noise of the label is {number(best['noise_mse'])}."
    )
