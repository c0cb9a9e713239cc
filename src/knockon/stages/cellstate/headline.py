"""What an experiment of the cellstate study is compared by: a few flat numbers for DVC, and one sentence for people."""

from collections.abc import Mapping
from typing import Any

from knockon.evaluation.table import number, with_interval

MAIN = "study"
"""The split that counts: held-out studies."""


def best_models(scores: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Split → the model with the largest centred R² on validation samples; of equal ones the first."""
    splits = dict.fromkeys(split for found in scores.values() for split in found)
    best = {}
    for split in splits:
        validation = {model: found[split]["validation"] for model, found in scores.items() if split in found}
        best[split] = max(validation, key=lambda model: validation[model])
    return best


def headline_scores(found: Mapping[str, Any], network: str) -> dict[str, float | None]:
    """The columns of `dvc exp show`: of held-out studies, of one network on the first of its splits, of knock-outs.

    network: whose sizes, masks and splits experiments change; None is written where this run has no such model.
    """
    best = found["models"][found["best"][MAIN]][MAIN]
    splits = found["models"].get(network, {})
    own = next((scores["centred"] for scores in splits.values()), None)
    return {"cells_r2": best["centred"], "cells_net_r2": own, "ko_auroc": found["knockouts"]["response"]["auroc"]}


def sentence(found: Mapping[str, Any]) -> str:
    """The same, as the last line of an experiment."""
    model = found["best"][MAIN]
    best = found["models"][model][MAIN]
    response, usual = found["knockouts"]["response"], found["knockouts"]["mean_response"]
    score = with_interval(best["centred"], best["centred_low"], best["centred_high"])
    area = with_interval(response["auroc"], response["auroc_low"], response["auroc_high"])
    return (
        f"cell state: {model.replace('_', ' ')}, which validation chooses, gives samples of held-out studies back "
        f"with a centred R² of {score}; which genes a knock-out changes is told with an AUROC of {area}, "
        f"by the mean response with {number(usual['auroc'])}."
    )
