"""Grid search: every point is tried on every representation that is at hand, and the best on validation rows is chosen.

`choose` is the one loop. `search` is it for models of strains, chosen by Pearson and refitted on all labelled rows.
"""

import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rich.markup import escape

from knockon.correlation import pearson
from knockon.errors import KnockonError
from knockon.models.protocol import Examples, Model
from knockon.models.selection import join, mean_squared_error, rank_key
from knockon.progress import console, track

Fit = TypeVar("Fit")
Point = dict[str, Any]
Grid = Mapping[str, Sequence[Any]]

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


def points(grid: Grid) -> list[Point]:
    """All combinations of a grid, the last name varying fastest. Raises KnockonError if a name has no list."""
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not len(values):
            raise KnockonError(f"grid: {name} is {values!r}; write a list of values, such as [{values!r}]")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


class SkippedRepresentation(Exception):
    """A representation that is not at hand, and why."""


@dataclass(frozen=True)
class Attempt(Generic[Fit]):
    """One point, fitted. preference: larger is better. scores: for the table of the search, by name."""

    preference: tuple[float, ...]
    scores: dict[str, float | None]
    fitted: Fit


@dataclass(frozen=True)
class Trial:
    """A line of a search's table. skipped: why a representation was not tried; its point and scores are empty then."""

    representation: str
    point: Point = field(default_factory=dict)
    scores: dict[str, float | None] = field(default_factory=dict)
    skipped: str | None = None


@dataclass(frozen=True)
class Choice(Generic[Fit]):
    """What a search tried, in its order; number: of the chosen trial; fitted: what its attempt gave."""

    trials: tuple[Trial, ...]
    number: int
    fitted: Fit

    @property
    def chosen(self) -> Trial:
        """The chosen trial."""
        return self.trials[self.number]


def choose(
    representations: Sequence[str],
    grid: Grid,
    prepare: Callable[[str], Callable[[Point], Attempt[Fit]]],
    title: str,
) -> Choice[Fit]:
    """Try every point on every representation; of equal attempts the first wins, so a grid lists the simpler first.

    prepare: from a representation to what tries a point on it; it raises SkippedRepresentation where there is none.
    title: of the model, for the progress bar and messages. Only the best fit so far is kept in memory. Raises
    KnockonError where no representation is at hand.
    """
    trials: list[Trial] = []
    best: tuple[int, Attempt[Fit]] | None = None
    for representation in representations:
        try:
            attempt = prepare(representation)
        except SkippedRepresentation as skipped:
            console.print(f"[yellow]skipped[/] {title} on {representation}: {escape(str(skipped))}", soft_wrap=True)
            trials.append(Trial(representation, skipped=str(skipped)))
            continue
        for point in track(points(grid), ", ".join(filter(None, (title, representation)))):
            found = attempt(point)
            if best is None or found.preference > best[1].preference:
                best = (len(trials), found)
            trials.append(Trial(representation, point, found.scores))
    if best is None:
        reasons = "; ".join(f"{trial.representation}: {trial.skipped}" for trial in trials)
        raise KnockonError(f"{title}: none of its representations is there ({reasons})")
    return Choice(tuple(trials), best[0], best[1].fitted)


@dataclass(frozen=True)
class GridResult:
    """What a search among models of strains found.

    table: GRID_SCHEMA, one row a point. best: the chosen hyper-parameters. model: fitted with them on training and
    validation rows together, the one that may read the test rows. validation_predictions: float64, of the chosen point
    before that refit; the refitted model has seen the validation rows, its predictions there say nothing.
    """

    table: pa.Table
    best: Point
    model: Model
    validation_predictions: NDArray[np.float64]


def search(build: Callable[[Point], Model], grid: Grid, train: Examples, validation: Examples, seed: int) -> GridResult:
    """Fit every point of `grid` on `train`, choose by Pearson on `validation`, refit the chosen one on both.

    build: makes an unfitted model from hyper-parameters. Where no point has a Pearson (all constant), the smallest
    squared error wins.
    """

    def attempt(point: Point) -> Attempt[tuple[Model, NDArray[np.float64]]]:
        start = time.perf_counter()
        model = build(point)
        model.fit(train, validation, seed)
        seconds = time.perf_counter() - start
        predicted = model.predict(validation.genotypes)
        correlation = pearson(validation.values, predicted, constant=float("nan"))
        scores = {
            "pearson": correlation if np.isfinite(correlation) else None,
            "mse": mean_squared_error(validation.values, predicted),
            "seconds": seconds,
        }
        return Attempt(rank_key(validation.values, predicted), scores, (model, predicted))

    choice = choose(("",), grid, lambda _: attempt, "grid search")
    model, predicted = choice.fitted
    model.refit(join(train, validation), seed)
    return GridResult(_table(choice), choice.chosen.point, model, predicted)


def _table(choice: Choice[Any]) -> pa.Table:
    """GRID_SCHEMA."""
    rows = [
        {
            "point": number,
            "hyper_parameters": json.dumps(trial.point, sort_keys=True),
            **trial.scores,
            "chosen": number == choice.number,
        }
        for number, trial in enumerate(choice.trials)
    ]
    return pa.Table.from_pylist(rows, schema=GRID_SCHEMA)
