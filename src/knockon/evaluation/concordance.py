"""The concordance index: of two rows with different labels, how often is the larger one predicted to be larger?

Gönen & Heller 2005, Biometrika 92:965. A tie of predictions counts ½, a tie of labels is no pair. It takes n log n
steps: the rows stand in the order of their labels, and the bits of the predictions' ranks are gone through from the
highest. Two rows are told apart at the first bit in which their ranks differ.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Mask, Values

_Places = NDArray[np.int32]


@dataclass(frozen=True)
class _Level:
    """One bit. order: rows, those of equal higher bits together and in the order of labels within.

    zero: (rows,), whether a row lacks the bit. start: where the group of each row begins.
    """

    order: _Places
    zero: Mask
    start: _Places


class Concordance:
    """The order of labels and predictions, both (rows,), taken once; `index` then weighs the rows."""

    def __init__(self, values: Values, predicted: Values) -> None:
        if values.shape != predicted.shape or values.ndim != 1:
            raise ValueError(f"shapes differ: {values.shape} labels, {predicted.shape} predictions")
        self._value = _dense_ranks(values)
        self._predicted = _dense_ranks(predicted)
        # Of equal labels the larger prediction comes first, so that no such pair counts as concordant.
        order = np.lexsort((-self._predicted, self._value)).astype(np.int32)
        self._levels = _levels(order, self._predicted)
        cell = self._value.astype(np.int64) * (int(self._predicted.max(initial=0)) + 1) + self._predicted
        self._both = np.unique(cell, return_inverse=True)[1]

    def index(self, weights: Values | None = None) -> float:
        """The index, in [0, 1]; NaN where no two rows have different labels. weights: (rows,), ≥ 0."""
        weights = np.ones(len(self._value)) if weights is None else weights
        equal_value, equal_predicted, equal_both = (
            _equal_pairs(groups, weights) for groups in (self._value, self._predicted, self._both)
        )
        comparable = (weights.sum() ** 2 - (weights**2).sum()) / 2 - equal_value
        if not comparable > 1e-9 * weights.sum() ** 2:
            return float("nan")
        concordant = sum(_concordant(level, weights) for level in self._levels)
        return float((concordant + (equal_predicted - equal_both) / 2) / comparable)


def concordance_index(values: Values, predicted: Values) -> float:
    """The concordance index of predictions, both (rows,); NaN where all labels are equal."""
    return Concordance(values, predicted).index()


def _dense_ranks(values: Values) -> _Places:
    if not np.isfinite(values).all():
        raise ValueError("the concordance index needs finite labels and predictions")
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


def _levels(order: _Places, ranks: _Places) -> list[_Level]:
    levels = []
    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        prefix = ranks[order] >> (bit + 1)
        zero = (ranks[order] >> bit) & 1 == 0
        begins = np.concatenate([[True], prefix[1:] != prefix[:-1]])
        first = np.flatnonzero(begins)
        group = np.cumsum(begins) - 1
        start = first[group]
        levels.append(_Level(order, zero, start.astype(np.int32)))
        zeros = np.cumsum(zero)
        before = zeros[start] - zero[start]
        in_group = np.append(before[first][1:], zeros[-1])[group] - before
        # Zeros go to the front of their group, ones behind them; both keep their order.
        earlier = zeros - zero - before
        place = start + np.where(zero, earlier, in_group + np.arange(len(order)) - start - earlier)
        after = np.empty_like(order)
        after[place] = order
        order = after
    return levels


def _concordant(level: _Level, weights: Values) -> float:
    """Σ over rows with the bit of their weight times that of the rows without it that come before in their group."""
    own = weights[level.order]
    summed = np.concatenate([[0.0], np.cumsum(own * level.zero)])
    ones = np.flatnonzero(~level.zero)
    return float(own[ones] @ (summed[ones] - summed[level.start[ones]]))


def _equal_pairs(groups: NDArray[np.integer], weights: Values) -> float:
    """Σ of products of weights over pairs of rows of one group."""
    sums, squares = np.bincount(groups, weights), np.bincount(groups, weights**2)
    return float((sums**2 - squares).sum() / 2)
