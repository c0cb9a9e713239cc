"""Choosing a setting from a model's grid: on validation variants, or on variants of more mutations than were fitted."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.models.variants.fitting import Fitted, Setting, fit
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.monotone import Monotone, fit_monotone

SELECTIONS = ("validation", "more_mutations")
"""`validation`: error on the validation variants. `more_mutations`: fit and stop early on variants of at most two
mutations, and take the error on those of three: the step from few mutations to more, which is what the test asks."""


def settings_of(section: Mapping[str, Any], representation: str) -> Iterator[Setting]:
    """Every setting of a model's grid: the entries of `grid` are lists to choose from, all else is fixed."""
    fixed = {name: value for name, value in section.items() if name not in ("grid", "representations", "select")}
    grid: Mapping[str, list[Any]] = section["grid"]
    for name, values in grid.items():
        if not isinstance(values, list) or not values:
            raise KnockonError(f"params.yaml: {name} in a grid must be a list of values, not {values!r}")
    for chosen in product(*grid.values()):
        yield {**fixed, "representation": representation, **dict(zip(grid, chosen, strict=True))}


def curve_of(fitted: Fitted, data: VariantInputs) -> Monotone:
    """The monotone curve from predictions to brightness, from the validation variants."""
    rows = data.validation
    return fit_monotone(fitted.predicted[rows], data.brightness[rows], data.weights(rows))


def few_mutations(data: VariantInputs, most: int = 2) -> tuple[VariantInputs, NDArray[np.int64]]:
    """Training and validation variants of at most `most` mutations, and the row numbers of those of one more."""
    known = np.concatenate([data.train, data.validation])
    check = known[data.mutations[known] == most + 1]
    parts = {name: getattr(data, name) for name in ("train", "validation")}
    less = {name: rows[data.mutations[rows] <= most] for name, rows in parts.items()}
    return replace(data, **less), np.sort(check)


def score(
    model: str, data: VariantInputs, setting: Setting, seed: int, reference: str, select: str, monotone: bool
) -> float:
    """Mean squared error of a setting, log10 fluorescence squared, on the rows that choose."""
    rows = data.validation
    setting = setting | {"epochs": setting.get("grid_epochs") or setting.get("epochs")}
    if select == "more_mutations":
        data, rows = few_mutations(data)
    fitted = fit(model, data, setting, seed, reference)
    predicted = curve_of(fitted, data)(fitted.predicted) if monotone else fitted.predicted
    return float(np.mean((predicted[rows] - data.brightness[rows]) ** 2))
