"""How well the response to a knock-out was told: of one knock-out, and of many with paired intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from knockon.arrays import Mask, Values
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.ranking import auroc
from knockon.evaluation.ranks import average_ranks
from knockon.evaluation.units import Units

FEWEST = 10
"""A knock-out that changes fewer genes has no AUROC worth the name."""

TOP = 50

SCORES = ("auroc", "auroc_matched", "precision", "spearman", "signed_r")
"""Of `response_scores`: those that are means over knock-outs."""

_BINS = 10


def response_scores(
    measured: Values, score: Values, change: Values, controls: Values, genes: Mask, changed: float
) -> dict[str, float | None]:
    """Scores of one knock-out over the genes that are scored; all arrays (genes,).

    auroc: that a changed gene scores above another. auroc_matched: the same among genes of about the same level in the
    controls, since weak genes scatter more and pass any threshold. precision: share of changed genes among the TOP.
    spearman: of score and |change|. signed_r: of change and measured change. None where too few genes change.
    """
    truth, score, change, level = measured[genes], score[genes], change[genes], controls[genes]
    positive = np.abs(truth) >= changed
    few = int(positive.sum()) < FEWEST
    best = np.argsort(-score, kind="stable")[:TOP]
    return {
        "changed": float(positive.sum()),
        "auroc": None if few else auroc(positive, score),
        "auroc_matched": None if few else matched_auroc(positive, score, level),
        "precision": None if few else float(positive[best].mean()),
        "spearman": pearson(average_ranks(np.abs(truth)), average_ranks(score)),
        "signed_r": pearson(truth, change),
    }


def matched_auroc(positive: Mask, score: Values, level: Values) -> float:
    """AUROC within tenths of the genes by level, weighted by the changed genes of each; all arrays (genes,)."""
    tenth = np.minimum(average_ranks(level) * _BINS / (len(level) + 1), _BINS - 1).astype(np.int64)
    areas, weights = [], []
    for number in range(_BINS):
        rows = tenth == number
        area = auroc(positive[rows], score[rows])
        if np.isfinite(area):
            areas.append(area)
            weights.append(int(positive[rows].sum()))
    return float(np.average(areas, weights=weights)) if areas else float("nan")


def mean_score(
    values: Sequence[float | None], studies: Sequence[str], resampling: Resampling
) -> tuple[float | None, float | None, float | None]:
    """Mean over knock-outs and its interval, which draws studies."""
    known = np.array([value is not None for value in values])
    if not known.any():
        return None, None, None
    chosen = np.array([value for value in values if value is not None], dtype=np.float64)
    samples = _means(chosen, np.asarray(studies, dtype=str)[known], resampling)
    return float(chosen.mean()), *interval(samples, resampling.confidence)


def paired_scores(
    own: Sequence[float | None], other: Sequence[float | None], studies: Sequence[str], resampling: Resampling
) -> dict[str, Any]:
    """Mean difference of two methods over the same knock-outs with its interval, and the share that is told better."""
    known = np.array([a is not None and b is not None for a, b in zip(own, other, strict=True)])
    if not known.any():
        return {"difference": None, "difference_low": None, "difference_high": None, "share_better": None}
    pairs = [(a, b) for a, b in zip(own, other, strict=True) if a is not None and b is not None]
    gained = np.array([a - b for a, b in pairs])
    low, high = interval(_means(gained, np.asarray(studies, dtype=str)[known], resampling), resampling.confidence)
    found = {"difference": float(gained.mean()), "difference_low": low, "difference_high": high}
    return found | {"share_better": float((gained > 0).mean())}


def method_scores(
    rows: Sequence[Mapping[str, Any]],
    groups: Sequence[str],
    others: Sequence[str],
    resampling: Resampling,
    names: Sequence[str] = SCORES,
) -> dict[str, dict[str, Any]]:
    """Mean scores of every method with intervals, and what its AUROC and signed r gain over those of `others`.

    rows: a knock-out and a method each, with `response_scores` of it; every method has the knock-outs in one order.
    groups: by knock-out, drawn together. names: of the scores.
    """
    methods = dict.fromkeys(str(row["method"]) for row in rows)
    by_method = {name: [row for row in rows if row["method"] == name] for name in methods}
    found: dict[str, dict[str, Any]] = {}
    for method, mine in by_method.items():
        scores: dict[str, Any] = {"judged": sum(row["auroc"] is not None for row in mine)}
        for name in names:
            mean, low, high = mean_score([row[name] for row in mine], groups, resampling)
            scores |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        for name in ("auroc", "signed_r"):
            for other in others:
                own, theirs = ([row[name] for row in each] for each in (mine, by_method[other]))
                scores[f"{name}_over_{other}"] = paired_scores(own, theirs, groups, resampling)
        found[method] = scores
    return found


def _means(values: Values, studies: np.ndarray, resampling: Resampling) -> Values:
    units = Units.groups("study", studies)
    found = [weights @ values / weights.sum(axis=1) for weights in resampled_weights(len(values), units, resampling)]
    return np.concatenate(found)
