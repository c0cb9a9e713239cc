"""Selection of hyper-parameters for models that stop by themselves: what validation told them is kept for the refit."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from knockon.models.grid import GRID_SCHEMA, GridResult, Point, points, search
from knockon.models.protocol import Examples, Model
from knockon.models.selection import join, mean_squared_error, pearson, rank_key
from knockon.progress import track


@runtime_checkable
class SelfStopping(Model, Protocol):
    """A model that validation rows stop early, and that can learn once more without them."""

    def refit(self, examples: Examples, seed: int) -> None:
        """Learn from these strains alone, for as long as the validation rows of the last `fit` found best."""


def select(
    build: Callable[[Point], Model],
    grid: Mapping[str, Sequence[Any]],
    train: Examples,
    validation: Examples,
    seed: int,
) -> GridResult:
    """Fit every point of `grid` on `train`, choose by Pearson on `validation`, refit the chosen one on both.

    As `models.grid.search`, but a model that stops early keeps its length: a refit that is watched by rows from which
    it learns would never stop.
    """
    tried = points(grid)
    models = [build(point) for point in tried]
    if not isinstance(models[0], SelfStopping):
        return search(build, grid, train, validation, seed)
    rows: list[dict[str, Any]] = []
    predictions, scores = [], []
    for number, (point, model) in enumerate(zip(track(tried, "grid search"), models, strict=True)):
        start = time.perf_counter()
        model.fit(train, validation, seed)
        predicted = model.predict(validation.genotypes)
        correlation = pearson(validation.values, predicted)
        predictions.append(predicted)
        scores.append(rank_key(validation.values, predicted))
        rows.append(
            {
                "point": number,
                "hyper_parameters": json.dumps(point, sort_keys=True),
                "pearson": correlation if np.isfinite(correlation) else None,
                "mse": mean_squared_error(validation.values, predicted),
                "seconds": time.perf_counter() - start,
            }
        )
    chosen = scores.index(max(scores))
    best = models[chosen]
    assert isinstance(best, SelfStopping)
    best.refit(join(train, validation), seed)
    table = pa.Table.from_pylist([{**row, "chosen": row["point"] == chosen} for row in rows], schema=GRID_SCHEMA)
    return GridResult(table, tried[chosen], best, predictions[chosen])
