"""Fits of headlined runs from several seeds: the mean of their predictions, and how far single fits lie apart."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Values
from knockon.evaluation.concordance import concordance_index
from knockon.evaluation.metrics import pearson
from knockon.models.selection import mean_squared_error
from knockon.stages.affinity.runs import PREDICTION_SCHEMA
from knockon.stages.affinity.scores import BLEND, PREDICTED, Predicted, Run, best_of, blended, by_run

BySeed = dict[Run, dict[str, tuple[Predicted, ...]]]
"""Run → model → its predictions from the first seed and from each further one."""

_SCORES: dict[str, Callable[[Values, Values], float | None]] = {
    "mse": mean_squared_error,
    "ci": concordance_index,
    "pearson": pearson,
}


def ensemble_of(model: str) -> str:
    """What the mean of a model's seeds is called among the models."""
    return f"{model}_ensemble"


def add_seeds(found: BySeed, model: str, first: Mapping[Run, Predicted], further: pa.Table) -> None:
    """Add one model. first: its predictions from the first seed; further: SEED_SCHEMA."""
    for seed in pc.unique(further["seed"]).to_pylist():
        rows = further.filter(pc.equal(further["seed"], seed)).select(PREDICTION_SCHEMA.names)
        for run, predicted in by_run(rows).items():
            own = found.setdefault(run, {})
            own[model] = (*own.get(model, (first[run],)), predicted)


def averaged(parts: Sequence[Predicted]) -> Predicted:
    """The mean of the predictions of several fits, row by row."""
    return Predicted(_mean([part.validation for part in parts]), _mean([part.test for part in parts]))


def _mean(tables: Sequence[pa.Table]) -> pa.Table:
    found = tables[0]
    assert all(table["line"].equals(found["line"]) for table in tables)
    for name in PREDICTED:
        place = found.column_names.index(name)
        mean = np.mean([table[name].to_numpy() for table in tables], axis=0)
        found = found.set_column(place, found.schema.field(name), pa.array(mean, pa.float64(), from_pandas=True))
    return found


def add_ensembles(runs: Mapping[Run, dict[str, Predicted]], seeds: BySeed) -> None:
    """Add the mean of the seeds of every model that has several to its run's models."""
    for run, models in seeds.items():
        runs[run].update({ensemble_of(model): averaged(parts) for model, parts in models.items()})


def add_blends_by_seed(seeds: BySeed, first: str, others: Sequence[str]) -> None:
    """Add the blend of each seed's `first` with the same seed's fit of that other whose mean validation likes best."""
    for models in seeds.values():
        means = {name: averaged(models[name]) for name in others if name in models}
        second = best_of(means, others)
        if first in models and second is not None:
            pairs = zip(models[first], models[second], strict=True)
            models[BLEND] = tuple(blended(one, two)[1] for one, two in pairs)


def spread(seeds: BySeed) -> dict[str, dict[str, dict[str, Any]]]:
    """Model → source → split → seeds, and of mse, ci and pearson on the test `_mean`, `_sd` (n − 1), `_min`, `_max` and
    `_by_seed`.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for (source, split), models in seeds.items():
        for model, parts in models.items():
            found.setdefault(model, {}).setdefault(source, {})[split] = {"seeds": len(parts), **_spread(parts)}
    return found


def _spread(parts: Sequence[Predicted]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, score in _SCORES.items():
        tested = [[part.test[column].to_numpy() for column in ("value", "predicted")] for part in parts]
        each = np.array([score(*columns) for columns in tested], dtype=np.float64)
        ends = {"mean": np.mean(each), "sd": np.std(each, ddof=1), "min": each.min(), "max": each.max()}
        found |= {f"{name}_{end}": float(value) for end, value in ends.items()}
        found[f"{name}_by_seed"] = each.tolist()
    return found
