"""Scores over repeated draws of what is held out, whose training rows overlap."""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Values


@dataclass(frozen=True)
class DrawnMean:
    """A mean over draws with its interval; draws: how many."""

    mean: float
    low: float
    high: float
    draws: int


def drawn_mean(scores: Values, share: float, confidence: float = 0.95) -> DrawnMean:
    """The mean of a score, or of a paired difference, over random draws, and its t interval.

    share: of the units that a draw holds out. The trainings of two draws overlap, so that the variance over draws alone
    is too small: it is multiplied by 1/draws + share/(1 − share) (Nadeau and Bengio 2003, Machine Learning 52:239).
    Raises ValueError for fewer than two draws, or where a score is not a number.
    """
    from scipy.stats import t

    if len(scores) < 2 or not np.isfinite(scores).all():
        raise ValueError("drawn_mean needs two draws or more, each with a score")
    spread = scores.std(ddof=1) * np.sqrt(1 / len(scores) + share / (1 - share))
    half = float(t.ppf((1 + confidence) / 2, len(scores) - 1)) * spread
    mean = float(scores.mean())
    return DrawnMean(mean, mean - half, mean + half, len(scores))
