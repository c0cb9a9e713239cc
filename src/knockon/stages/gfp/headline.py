"""What an experiment of the avGFP study is compared by: a few flat numbers for DVC, and one sentence for people."""

from typing import Any

from knockon.evaluation.table import number, with_interval

SPLIT = "imbalanced"
"""The split that the study asks about: few mutations train, many are tested."""


def best_by_validation(metrics: dict[str, Any]) -> str:
    """Name of the model with the least validation error on SPLIT; of equal ones the first by name."""
    return min(metrics, key=lambda name: (metrics[name][SPLIT]["validation"]["mse"], name))


def scores(metrics: dict[str, Any]) -> dict[str, float | str | None]:
    """The columns of `dvc exp show`: the model that validation chooses, and its error on test variants.

    metrics: by model and split, all of which evaluate.json keeps. No other metrics file has these names: DVC puts the
    file's path before a name that two files share.
    """
    name = best_by_validation(metrics)
    best = metrics[name][SPLIT]
    return {
        "gfp_model": name,
        "gfp_mse": best["mse"],
        "gfp_mse_low": best["mse_low"],
        "gfp_mse_high": best["mse_high"],
        "gfp_spearman": best["spearman"],
        "gfp_noise_mse": best["noise_mse"],
    }


def sentence(metrics: dict[str, Any]) -> str:
    """The same, as the last line of an experiment."""
    name = best_by_validation(metrics)
    best = metrics[name][SPLIT]
    error = with_interval(best["mse"], best["mse_low"], best["mse_high"])
    return (
        f"avGFP brightness, {SPLIT} split: {name.replace('_', ' ')}, which validation chooses of {len(metrics)} models, "
        f"has a test MSE of {error}; the noise of the label is {number(best['noise_mse'])}."
    )
