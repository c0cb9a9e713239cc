"""One predictions table in, one flat dictionary of metrics out: what `dvc exp show` lists and the report prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.ceiling import (
    NO_CEILING,
    Ceiling,
    Noise,
    ceiling_at_constant_noise,
    ceiling_from_errors,
    ceiling_from_reciprocals,
    read_reciprocal,
    reciprocal_noise,
)
from knockon.evaluation.metrics import check_predictions, numbers, pearson, score, top_precision
from knockon.evaluation.screen import by_row, screen_ceiling, without_sides
from knockon.evaluation.units import Units, UnitsOf, each_row

_ERRORS_KNOWN = 0.9
"""Share of test rows whose standard error must be known for a ceiling to be made from them."""


@dataclass(frozen=True)
class Settings:
    """What the predictions table can't know, and how to evaluate it.

    label: the head to evaluate. model: the model under test, by its name in the table. units: what the intervals draw.
    baselines: models to stand beside it, where the table has them; also the prefix of their scores in the metrics.
    groups: whole-number columns of the table, for each value of which scores are given, too. strong: a measured value
    below it counts as a hit (label's unit; None leaves the precision out). top: share of strongest predictions that is
    looked at.
    """

    label: str
    model: str
    representation: str
    aggregation: str
    n_train: int
    resampling: Resampling = field(default_factory=Resampling)
    units: UnitsOf = each_row
    baselines: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    strong: float | None = None
    top: float = 0.01


@dataclass(frozen=True)
class Aligned:
    """The test rows, once, and every model's predictions of them.

    values, measurements, standard_errors (NaN where unknown): float64 (rows,). predicted: float64 (rows, models), in
    the order of `models`. units: what is drawn. groups: by column of the table, integers (rows,). keys: uint64
    (rows,). pairs: the first two perturbed genes as numbers, (rows, 2).
    """

    models: tuple[str, ...]
    keys: NDArray[np.uint64]
    pairs: NDArray[np.integer]
    values: Values
    predicted: Values
    measurements: Values
    standard_errors: Values
    units: Units | None
    groups: dict[str, NDArray[np.integer]]

    def take(self, rows: NDArray[np.bool_]) -> "Aligned":
        """Some of the rows."""
        return Aligned(
            models=self.models,
            keys=self.keys[rows],
            pairs=self.pairs[rows],
            values=self.values[rows],
            predicted=self.predicted[rows],
            measurements=self.measurements[rows],
            standard_errors=self.standard_errors[rows],
            units=None if self.units is None else self.units.take(rows),
            groups={name: column[rows] for name, column in self.groups.items()},
        )


def align(predictions: pa.Table, settings: Settings) -> Aligned:
    """Line the models up on the same test rows, sorted by key.

    Raises KnockonError where the model has no test rows, a key comes twice, or a baseline was tested on other rows.
    """
    check_predictions(predictions)
    tested = (pc.field("split") == "test") & (pc.field("head") == settings.label)
    table = predictions.filter(tested).sort_by("key")
    present = set(pc.unique(table["model"]).to_pylist())
    if settings.model not in present:
        raise KnockonError(
            f"the predictions hold no test rows of model {settings.model!r} for label {settings.label!r}: "
            f"they have {', '.join(sorted(present)) or 'none'}; run the training stage again"
        )
    models = (settings.model, *[name for name in settings.baselines if name in present and name != settings.model])
    parts = [table.filter(pc.field("model") == name) for name in models]
    keys = parts[0]["key"].to_numpy()
    for name, part in zip(models, parts, strict=True):
        _same_rows(name, part["key"].to_numpy(), keys)
    first = parts[0]
    return Aligned(
        models=models,
        keys=keys,
        pairs=np.column_stack([first["unit_a"].to_numpy(), first["unit_b"].to_numpy()]),
        values=numbers(first["value"]),
        predicted=np.column_stack([numbers(part["predicted"]) for part in parts]),
        measurements=np.maximum(numbers(first["n"]), 1),
        standard_errors=numbers(first["standard_error"]),
        units=settings.units(first),
        groups={name: first[name].to_numpy() for name in settings.groups},
    )


def _same_rows(model: str, keys: NDArray[np.uint64], expected: NDArray[np.uint64]) -> None:
    if len(np.unique(keys)) != len(keys):
        raise KnockonError(
            f"model {model!r} predicts some test rows twice: its predictions were appended, not replaced"
        )
    if not np.array_equal(keys, expected):
        raise KnockonError(f"model {model!r} was tested on other rows than the rest: run its stage again on this split")


def _scores(rows: Aligned, settings: Settings) -> dict[str, Any]:
    """Scores of the model with intervals, and Pearson's r of every baseline with its interval."""
    point = score(rows.values, rows.predicted[:, 0])
    samples = replicates(rows.values, rows.predicted, rows.units, settings.resampling)
    confidence = settings.resampling.confidence
    result: dict[str, Any] = {}
    for name in ("pearson", "spearman", "mse", "r2"):
        low, high = interval(samples[0][name], confidence)
        result |= {name: getattr(point, name), f"{name}_low": low, f"{name}_high": high}
    result |= {"rmse": point.rmse, "mae": point.mae}
    for name in settings.baselines:
        place = rows.models.index(name) if name in rows.models else None
        value = None if place is None else pearson(rows.values, rows.predicted[:, place])
        low, high = (None, None) if place is None else interval(samples[place]["pearson"], confidence)
        result |= {f"{name}_pearson": value, f"{name}_pearson_low": low, f"{name}_pearson_high": high}
    return result


def ceilings(rows: Aligned, directed: pa.Table | None, settings: Settings) -> dict[str, Any]:
    """The ceiling of the biology, from pairs measured both ways where there are any, else from standard errors.

    rows: of a model and its baselines. directed: as in `evaluate`. Also what it was made from; the ceiling of what the
    screen will show again; and the model's r after the sides of the screen are taken out.
    """
    from_errors = ceiling_from_errors(rows.values, rows.standard_errors, rows.units, settings.resampling)
    from_pairs, noise = NO_CEILING, Noise(0, None, None)
    directions, counts = None, rows.measurements
    if directed is not None:
        if "phenotype" in directed.column_names:
            directed = directed.filter(pc.field("phenotype") == settings.label)
        forward, reverse = read_reciprocal(directed)
        noise = reciprocal_noise(forward, reverse)
        directions = directions_of(rows, directed)
        counts = measured_directions(rows, directions)
        from_pairs = ceiling_from_reciprocals(forward, reverse, rows.values, counts, rows.units, settings.resampling)
    # Errors of a few rows say nothing about the others.
    if np.isfinite(rows.standard_errors).mean() < _ERRORS_KNOWN:
        from_errors = NO_CEILING
    best = from_pairs if from_pairs.value is not None else from_errors
    again = _of_screen(rows, directed, counts, settings.resampling)
    return {
        "ceiling_pearson": best.value,
        "ceiling_pearson_low": best.low,
        "ceiling_pearson_high": best.high,
        "ceiling_from_standard_errors": from_errors.value,
        "ceiling_at_constant_noise": ceiling_at_constant_noise(noise, rows.values, counts),
        "ceiling_screen_pearson": again.value,
        "ceiling_screen_pearson_low": again.low,
        "ceiling_screen_pearson_high": again.high,
        **_without_sides(rows, directions, settings.resampling),
        "reciprocal_pairs": noise.pairs,
        "reciprocal_reliability": noise.reliability,
        "noise_variance": noise.variance,
    }


def directions_of(rows: Aligned, directed: pa.Table) -> Values | None:
    """Both directions of every row, (rows, 2), NaN where not measured; None where the table has no keys."""
    return by_row(rows.keys, directed) if "key" in directed.column_names else None


def measured_directions(rows: Aligned, directions: Values | None) -> Values:
    """How many measurements as good as one direction each label is a mean of, (rows,). directions: of `directions_of`.

    Where a source states its colonies, a direction is a mean of them already: directions count, not colonies.
    """
    if directions is None:
        return rows.measurements
    counted = np.isfinite(directions).sum(axis=1).astype(np.float64)
    return np.where(counted > 0, counted, rows.measurements)


def _of_screen(rows: Aligned, directed: pa.Table | None, counts: Values, resampling: Resampling) -> Ceiling:
    """The ceiling of what the screen will show again, from all pairs measured both ways; empty without their genes."""
    if directed is None or "first" not in directed.column_names:
        return NO_CEILING
    both = directed.filter(pc.and_(directed["forward"].is_valid(), directed["reverse"].is_valid()))
    pairs, values = (
        np.column_stack([both[name].to_numpy() for name in names])
        for names in (("first", "second"), ("forward", "reverse"))
    )
    return screen_ceiling(pairs, values, rows.values, counts, rows.units, resampling)


def _without_sides(rows: Aligned, directions: Values | None, resampling: Resampling) -> dict[str, float | None]:
    """r of the model after the effects of genes as query and as array are taken out of label and prediction.

    Over the rows of which a direction is known; None where there is none.
    """
    name = "without_sides_pearson"
    nothing: dict[str, float | None] = dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    if directions is None:
        return nothing
    known = np.isfinite(directions).sum(axis=1) > 0
    if not known.any():
        return nothing
    crossed = rows.take(known)
    left = without_sides(crossed.pairs, directions[known], np.column_stack([crossed.values, crossed.predicted[:, 0]]))
    samples = replicates(left[:, 0], left[:, 1:], crossed.units, resampling)[0]["pearson"]
    low, high = interval(samples, resampling.confidence)
    return {name: pearson(left[:, 0], left[:, 1]), f"{name}_low": low, f"{name}_high": high}


def _group(scores: dict[str, Any], n_test: int, settings: Settings) -> dict[str, Any]:
    kept = ["pearson", "pearson_low", "pearson_high", "spearman", "mse", "r2"]
    kept += [f"{name}_pearson" for name in settings.baselines]
    return {"n_test": n_test, **{name: scores[name] for name in kept}}


def _groups(rows: Aligned, by: NDArray[np.integer], whole: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Scores of each group of rows; `whole` are those of all rows, which need no second bootstrap if they are one."""
    groups = {}
    for value in np.unique(by):
        inside = by == value
        scores = whole if inside.all() else _scores(rows.take(inside), settings)
        groups[str(value)] = _group(scores, int(inside.sum()), settings)
    return groups


def evaluate(predictions: pa.Table, directed: pa.Table | None, settings: Settings) -> dict[str, Any]:
    """Metrics of one model beside its baselines and its ceilings, ready for JSON (no NaN, 6 significant digits).

    predictions: PREDICTION_SCHEMA, test rows of the model and the baselines. directed: columns `forward` and `reverse`,
    the label by direction, missing where not measured, `key`, and `first` and `second`, numbers of the two genes in the
    order of the alphabet; or None. Returns flat keys, and under each of `settings.groups` one dictionary per value. A
    baseline that is not in the table is null. Raises KnockonError where the table can't be evaluated.
    """
    rows = align(predictions, settings)
    scores = _scores(rows, settings)
    result: dict[str, Any] = {
        "label": settings.label,
        "model": settings.model,
        "representation": settings.representation,
        "aggregation": settings.aggregation,
        "n_train": settings.n_train,
        "n_test": len(rows.values),
        **scores,
        **ceilings(rows, directed, settings),
    }
    if settings.strong is not None:
        top = top_precision(rows.values, rows.predicted[:, 0], settings.strong, settings.top)
        result |= {"top_precision": top.precision, "top_base_rate": top.base_rate, "top_taken": top.taken}
    result |= {name: _groups(rows, column, scores, settings) for name, column in rows.groups.items()}
    rounded: dict[str, Any] = significant(result)
    return rounded


def significant(value: Any, digits: int = 6) -> Any:
    """Round every float to significant digits, through dictionaries and lists, so that machines agree on the text."""
    if isinstance(value, Mapping):
        return {name: significant(entry, digits) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [significant(entry, digits) for entry in value]
    if isinstance(value, float | np.floating):
        return float(f"{value:.{digits}g}") if np.isfinite(value) else None
    return value
