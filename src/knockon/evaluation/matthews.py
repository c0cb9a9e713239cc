"""Matthews' correlation of yes-or-no answers with the truth, and its interval (Matthews 1975, BBA 405:442)."""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Mask, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights


@dataclass(frozen=True)
class Agreement:
    """Counts and Matthews' correlation of an answer; low and high bound the latter, None where undefined."""

    mcc: float
    low: float | None
    high: float | None
    true_positives: int
    false_positives: int
    false_negatives: int


def matthews(told: Mask, true: Mask, weights: Values | None = None) -> Values:
    """Correlation of two yes-or-no columns, each (rows,), for every row of weights: float64 (replicates,).

    weights: (replicates, rows), one row of ones where None. NaN where either column is constant.
    """
    weights = np.ones((1, len(true))) if weights is None else weights
    both = weights @ (told & true).astype(np.float64)
    told_all, true_all = weights @ told.astype(np.float64), weights @ true.astype(np.float64)
    rows = weights.sum(axis=1)
    spread = told_all * (rows - told_all) * true_all * (rows - true_all)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0, (both * rows - told_all * true_all) / np.sqrt(spread), np.nan)


def agreement(told: Mask, true: Mask, resampling: Resampling) -> Agreement:
    """How well `told` says `true`, both bool (rows,); the bootstrap draws rows."""
    samples = [matthews(told, true, weights) for weights in resampled_weights(len(true), None, resampling)]
    low, high = interval(np.concatenate(samples), resampling.confidence)
    counts = (told & true, told & ~true, ~told & true)
    return Agreement(float(matthews(told, true)[0]), low, high, *(int(each.sum()) for each in counts))


def best_threshold(scores: Values, true: Mask) -> float:
    """The threshold at or above which `yes` agrees best with `true`; scores (rows,). Choose it on training rows."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    told = last + 1.0
    both = np.cumsum(true[order])[last].astype(np.float64)
    rows, positives = len(true), float(true.sum())
    spread = told * (rows - told) * positives * (rows - positives)
    found = np.divide(both * rows - told * positives, np.sqrt(spread), out=np.full(len(last), -1.0), where=spread > 0)
    return float(ordered[last[int(np.argmax(found))]])
