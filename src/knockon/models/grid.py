"""Grid search: every combination is fitted on training rows, one is chosen on validation rows and refitted once."""

import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.models.protocol import Examples, Model
from knockon.models.selection import join, mean_squared_error, pearson, rank_key
from knockon.progress import track

Point = dict[str, Any]

GRID_SCHEMA = pa.schema(
    [
        pa.field("point", pa.int32(), nullable=False, metadata={"unit": "number in the order of the grid, from 0"}),
        pa.field("hyper_parameters", pa.string(), nullable=False, metadata={"unit": "JSON object"}),
        pa.field("pearson", pa.float64(), metadata={"unit": "on validation rows; missing for constant predictions"}),
        pa.field("mse", pa.float64(), nullable=False, metadata={"unit": "label's unit squared, on validation rows"}),
        pa.field("seconds", pa.float64(), nullable=False, metadata={"unit": "s, to fit; differs from run to run"}),
        pa.field("chosen", pa.bool_(), nullable=False, metadata={"unit": "true for one point"}),
    ]
)


@dataclass(frozen=True)
class GridResult:
    """What a search found.

    table: GRID_SCHEMA, one row a point. best: the chosen hyper-parameters. model: fitted with them on training and
    validation rows together, the one that may read the test rows. validation_predictions: float64, of the chosen point
    before that refit; the refitted model has seen the validation rows, its predictions there say nothing.
    """

    table: pa.Table
    best: Point
    model: Model
    validation_predictions: NDArray[np.float64]


def points(grid: Mapping[str, Sequence[Any]]) -> list[Point]:
    """All combinations of a grid, the last name varying fastest. Raises KnockonError if a name has no list."""
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not len(values):
            raise KnockonError(f"grid: {name} is {values!r}; write a list of values, such as [{values!r}]")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def search(
    build: Callable[[Point], Model],
    grid: Mapping[str, Sequence[Any]],
    train: Examples,
    validation: Examples,
    seed: int,
) -> GridResult:
    """Fit every point of `grid` on `train`, choose by Pearson on `validation`, refit the chosen one on both.

    build: makes an unfitted model from hyper-parameters. Of equal points the first in the order of the grid wins, so a
    grid lists the simpler value first. Where no point has a Pearson (all constant), the smallest squared error wins.
    A model that stops early keeps its length in the refit: watched by rows from which it learns it would never stop.
    """
    tried: list[Point] = points(grid)
    scores: list[tuple[float, float]] = []
    rows: list[dict[str, Any]] = []
    chosen, chosen_predictions = 0, np.zeros(0)
    best: Model | None = None
    for number, point in enumerate(track(tried, "grid search")):
        start = time.perf_counter()
        model = build(point)
        model.fit(train, validation, seed)
        seconds = time.perf_counter() - start
        predicted = model.predict(validation.genotypes)
        scores.append(rank_key(validation.values, predicted))
        if best is None or scores[number] > scores[chosen]:
            chosen, chosen_predictions, best = number, predicted, model
        rows.append(_row(number, point, validation.values, predicted, seconds))
    assert best is not None
    best.refit(join(train, validation), seed)
    table = pa.Table.from_pylist([{**row, "chosen": row["point"] == chosen} for row in rows], schema=GRID_SCHEMA)
    return GridResult(table, tried[chosen], best, chosen_predictions)


def _row(
    number: int, point: Point, values: NDArray[np.float64], predicted: NDArray[np.float64], seconds: float
) -> dict[str, Any]:
    correlation = pearson(values, predicted)
    return {
        "point": number,
        "hyper_parameters": json.dumps(point, sort_keys=True),
        "pearson": correlation if np.isfinite(correlation) else None,
        "mse": mean_squared_error(values, predicted),
        "seconds": seconds,
    }
