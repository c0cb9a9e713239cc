"""How well scores put positives before negatives: areas under curves, early enrichment, and rm².

Rows that tie share what they would get if the tie were broken at random, so that the order of rows never matters.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Mask, Values
from knockon.evaluation.metrics import top_precision
from knockon.evaluation.ranks import average_ranks


def auroc(positive: Mask, scores: Values) -> float:
    """Chance that a positive scores above a negative, ties ½; both (rows,). NaN where either kind is absent."""
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return float("nan")
    return float((average_ranks(scores)[positive].sum() - count * (count + 1) / 2) / (count * others))


def average_precision(positive: Mask, scores: Values, weights: Values | None = None) -> float:
    """Area under precision and recall as Σ precision · step of recall, one step a distinct score.

    weights: (rows,), ≥ 0. NaN where no positive has weight.
    """
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(scores) else np.array([], dtype=int)
    hits = np.cumsum(weights[order] * positive[order])[last]
    taken = np.cumsum(weights[order])[last]
    if not len(hits) or hits[-1] <= 0:
        return float("nan")
    precision = np.divide(hits, taken, out=np.zeros_like(hits), where=taken > 0)
    return float(precision @ np.diff(hits, prepend=0.0) / hits[-1])


def enrichment_factor(positive: Mask, scores: Values, fraction: float = 0.01) -> float:
    """Share of positives among the best `fraction` of rows, over their share among all; 1 is chance.

    NaN where there is no positive.
    """
    # The smallest predictions below a threshold, as interactions are: here the largest scores of what is positive.
    found = top_precision(-positive.astype(np.float64), -scores, 0.0, fraction)
    return found.precision / found.base_rate if found.precision is not None and found.base_rate else float("nan")


def bedroc(positive: Mask, scores: Values, alpha: float = 20.0) -> float:
    """Boltzmann-enhanced discrimination (Truchon & Bayly 2007, J. Chem. Inf. Model. 47:488), in [0, 1].

    With α = 20, 80 % of it come from the first 8 % of the ranking. NaN where either kind is absent.
    """
    count, rows = int(positive.sum()), len(positive)
    if not 0 < count < rows:
        return float("nan")
    ratio = count / rows
    observed = _tied_means(-scores, np.exp(-alpha * np.arange(1, rows + 1) / rows))[positive].sum()
    chance = ratio * (1 - np.exp(-alpha)) / (np.exp(alpha / rows) - 1)
    factor = ratio * np.sinh(alpha / 2) / (np.cosh(alpha / 2) - np.cosh(alpha / 2 - alpha * ratio))
    return float(np.clip(observed / chance * factor + 1 / (1 - np.exp(alpha * (1 - ratio))), 0.0, 1.0))


def rm2(values: Values, predicted: Values, weights: Values | None = None, published: bool = False) -> float:
    """rm² = r² (1 − √|r² − r₀²|), r₀² of the line through the origin (Roy et al. 2009, QSAR Comb. Sci. 28:302).

    published: √|r⁴ − r₀⁴| instead, as in DeepDTA's program and all that is compared with it. Both arrays (rows,). NaN
    where labels or predictions are constant.
    """
    share = np.full(len(values), 1 / max(len(values), 1)) if weights is None else weights / weights.sum()
    y, p = values - share @ values, predicted - share @ predicted
    spread, own = share @ y**2, share @ p**2
    if not spread > 1e-20 * (share @ values**2) or not own > 1e-20 * (share @ predicted**2):
        return float("nan")
    r2 = (share @ (y * p)) ** 2 / (spread * own)
    slope = share @ (values * predicted) / (share @ predicted**2)
    origin = 1 - share @ (values - slope * predicted) ** 2 / spread
    gap = r2**2 - origin**2 if published else r2 - origin
    return float(r2 * (1 - np.sqrt(abs(gap))))


def _tied_means(scores: Values, by_place: Values) -> NDArray[Any]:
    """What the place of each row in ascending order is worth, averaged over the rows that tie with it."""
    order = np.argsort(scores, kind="stable")
    groups = np.unique(scores, return_inverse=True)[1]
    means = np.bincount(groups[order], by_place) / np.bincount(groups)
    return np.asarray(means[groups])
