"""Scores of virtual screens: how early a ranking shows the actives of a target among its decoys."""

from collections.abc import Mapping, Sequence

import numpy as np

from knockon.arrays import Mask, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.ranking import auroc, bedroc, enrichment_factor

SCORES = ("ef1", "bedroc", "auroc")
"""Enrichment in the first 1 % (1 is chance), BEDROC with α = 20, and area under the ROC curve (½ is chance)."""


def target_scores(active: Mask, scores: Values) -> dict[str, float]:
    """SCORES of one target; both (molecules,). Raises ValueError where it has no active or no decoy."""
    if active.all() or not active.any():
        raise ValueError("a target needs actives and decoys")
    found = enrichment_factor(active, scores, 0.01), bedroc(active, scores, 20.0), auroc(active, scores)
    return dict(zip(SCORES, found, strict=True))


def over_targets(found: Sequence[Mapping[str, float]], resampling: Resampling) -> dict[str, float | None]:
    """Mean of each of SCORES over targets, with `_low` and `_high` from drawing targets."""
    table = np.array([[each[name] for name in SCORES] for each in found])
    weights = np.concatenate(list(resampled_weights(len(table), None, resampling)))
    drawn = weights @ table / weights.sum(axis=1, keepdims=True)
    means: dict[str, float | None] = {}
    for place, name in enumerate(SCORES):
        means[name] = float(table[:, place].mean())
        means[f"{name}_low"], means[f"{name}_high"] = interval(drawn[:, place], resampling.confidence)
    return means


def more_than(
    found: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]], resampling: Resampling
) -> dict[str, float | None]:
    """Mean of what SCORES are above another ranking's of the same targets, with intervals from the same draws."""
    gained = [{name: one[name] - other[name] for name in SCORES} for one, other in zip(found, others, strict=True)]
    return over_targets(gained, resampling)
