"""What affinity_evaluate takes from the predictions of all models: scores by run, a blend, and who is best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.crossed import Crossed, crossed_intervals, crossed_scores, interval_quality, paired_difference
from knockon.evaluation.metrics import pearson
from knockon.evaluation.units import Units
from knockon.models.selection import mean_squared_error

BLEND = "blend"
PREDICTED = ("predicted", "other_ligand", "other_protein")
"""Columns of PREDICTION_SCHEMA that are a model's answers."""

Run = tuple[str, str]
"""Source and split."""


@dataclass(frozen=True)
class Settings:
    """threshold: of a binder, by source. levels: of the prediction intervals."""

    threshold: Mapping[str, float]
    levels: tuple[float, ...]
    resampling: Resampling


@dataclass(frozen=True, eq=False)
class Predicted:
    """One model's predictions on one run, PREDICTION_SCHEMA by side; rows are in the order of the split."""

    validation: pa.Table
    test: pa.Table

    @property
    def error(self) -> float:
        """Mean squared error on validation rows, by which models are chosen."""
        return mean_squared_error(_values(self.validation, "value"), _values(self.validation, "predicted"))


def by_run(table: pa.Table) -> dict[Run, Predicted]:
    """The runs of one model's predictions."""
    names = dict.fromkeys(zip(table["source"].to_pylist(), table["split"].to_pylist(), strict=True))
    found = {}
    for source, split in names:
        rows = table.filter(pc.and_(pc.equal(table["source"], source), pc.equal(table["split"], split)))
        found[source, split] = Predicted(
            *(rows.filter(pc.equal(rows["side"], side)) for side in ("validation", "test"))
        )
    return found


def best_of(models: Mapping[str, Predicted], names: Sequence[str]) -> str | None:
    """The least validation error among these models, of those that were fitted; the first of equal ones."""
    return min((name for name in names if name in models), key=lambda name: models[name].error, default=None)


def blended(first: Predicted, second: Predicted) -> tuple[float, Predicted]:
    """The share of the second that validation likes best, in [0, 1], and the blend of both."""
    value, one, two = (
        _values(first.validation, "value"),
        _values(first.validation, "predicted"),
        _values(second.validation, "predicted"),
    )
    step = two - one
    share = float(np.clip((step @ (value - one)) / max(float(step @ step), 1e-12), 0.0, 1.0))
    return share, Predicted(_mixed(first.validation, second.validation, share), _mixed(first.test, second.test, share))


def _mixed(one: pa.Table, two: pa.Table, share: float) -> pa.Table:
    assert one["line"].equals(two["line"])
    for name in PREDICTED:
        mixed = (1 - share) * _values(one, name) + share * _values(two, name)
        place = one.column_names.index(name)
        one = one.set_column(place, one.schema.field(name), pa.array(mixed, pa.float64(), from_pandas=True))
    return one


def crossed(table: pa.Table) -> Crossed:
    """Rows of one side as `evaluation.crossed` takes them."""
    units = np.column_stack([_numbers(table["ligand"]), _numbers(table["protein"])])
    exact = pc.equal(table["relation"], 0).to_numpy()
    return Crossed(_values(table, "value"), _values(table, "predicted"), exact, Units(units, ("ligand", "protein")))


def model_scores(found: Predicted, source: str, settings: Settings) -> dict[str, Any]:
    """All scores of one model on one run, with intervals of mse, pearson and spearman."""
    rows = crossed(found.test)
    validation = _values(found.validation, "value"), _values(found.validation, "predicted")
    return {
        **crossed_scores(rows, settings.threshold[source]),
        **crossed_intervals(rows, settings.resampling, ranks=False),
        **_controls(found.test),
        "intervals": interval_quality(validation[0] - validation[1], rows.values - rows.predicted, settings.levels),
        "validation": {"n": len(validation[0]), "mse": found.error, "pearson": pearson(*validation)},
    }


def _controls(test: pa.Table) -> dict[str, float | None]:
    """mse and pearson where another ligand, or another protein, stands in each row's place."""
    value = _values(test, "value")
    scores: dict[str, float | None] = {}
    for name in ("other_ligand", "other_protein"):
        other = _values(test, name)
        scores |= {f"{name}_mse": mean_squared_error(value, other), f"{name}_pearson": pearson(value, other)}
    return scores


def headline(found: Predicted, scores: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """mse, ci, pearson, spearman and rm2, each with its interval: few enough to be compared between revisions."""
    intervals = crossed_intervals(crossed(found.test), settings.resampling, ranks=True)
    result: dict[str, Any] = {}
    for name in ("mse", "ci", "pearson", "spearman", "rm2"):
        result |= {name: scores[name], **{f"{name}_{end}": intervals[f"{name}_{end}"] for end in ("low", "high")}}
    return result


def over(found: Predicted, baseline: Predicted, resampling: Resampling) -> dict[str, float | None]:
    """How much more a model correlates than a baseline on the same test rows, with its interval."""
    return paired_difference(crossed(found.test), _values(baseline.test, "predicted"), resampling)


def _values(table: pa.Table, name: str) -> Values:
    return table[name].to_numpy().astype(np.float64)


def _numbers(column: pa.ChunkedArray) -> Any:
    return column.combine_chunks().dictionary_encode().indices.to_numpy()
