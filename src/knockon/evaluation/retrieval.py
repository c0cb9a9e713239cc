"""Finding the own candidate among many: where the best right answer of each query stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Mask, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.units import Units


@dataclass(frozen=True)
class Retrieval:
    """Shares of queries with a right answer among the first 1 and 10, and mean 1/place; each with its interval."""

    queries: int
    top1: float
    top10: float
    mrr: float
    intervals: dict[str, tuple[float | None, float | None]]


def first_places(scores: NDArray[np.floating], right: Mask) -> Values:
    """Place, from 1, of the best right candidate of each query; both (queries, candidates).

    A wrong candidate that ties with it counts half, so that constant scores find nothing. Raises ValueError where a
    query has no right candidate, or a score is not finite.
    """
    if not right.any(axis=1).all():
        raise ValueError("a query has no right candidate")
    if not np.isfinite(scores).all():
        raise ValueError("a score is not finite")
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(1.0 + ((scores > best) & ~right).sum(axis=1) + 0.5 * ((scores == best) & ~right).sum(axis=1))


def retrieval(
    scores: NDArray[np.floating], right: Mask, units: Units | None = None, resampling: Resampling | None = None
) -> Retrieval:
    """Scores of a retrieval; see `first_places`. units: of the queries, for the intervals."""
    places = first_places(scores, right)
    columns = {"top1": places <= 1, "top10": places <= 10, "mrr": 1 / places}
    table = np.column_stack(list(columns.values())).astype(np.float64)
    resampling = resampling or Resampling()
    drawn = []
    for weights in resampled_weights(len(places), units, resampling):
        with np.errstate(invalid="ignore"):
            drawn.append(weights @ table / weights.sum(axis=1, keepdims=True))
    ranges = {
        name: interval(samples, resampling.confidence)
        for name, samples in zip(columns, np.concatenate(drawn).T, strict=True)
    }
    top1, top10, mrr = (float(column.mean()) for column in table.T)
    return Retrieval(len(places), top1, top10, mrr, ranges)
