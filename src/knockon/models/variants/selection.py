"""Choosing a setting from a model's grid: on validation variants, or on variants of more mutations than were fitted."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Rows, Values
from knockon.models.grid import Attempt, Choice, Point, choose
from knockon.models.selection import mean_squared_error
from knockon.models.variants.fitting import Fitted, Setting, fit
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.monotone import Monotone, fit_monotone
from knockon.training.fit_folders import FitFolders

SELECTIONS = ("validation", "more_mutations")
"""`validation`: error on the validation variants. `more_mutations`: fit and stop early on variants of at most two
mutations, and take the error on those of three: the step from few mutations to more, which is what the test asks."""

MONOTONE = ("additive", "global_epistasis")
"""Models with a one-dimensional scale, whose curve to brightness is fitted anew on the validation variants."""

_OF_THE_SEARCH = ("grid", "representations", "select")


def choose_setting(
    model: str,
    section: Mapping[str, Any],
    seed: int,
    inputs: Callable[[str], VariantInputs],
    fits: FitFolders | None = None,
) -> Choice[Setting]:
    """The setting with the least error, and all that were tried on the representations of a model's section.

    section: `grid`, lists to choose from; `representations`; `select`, one of SELECTIONS; all else is the same for
    every setting. inputs: the variants as a representation shows them; see `grid.choose`. fits: as of `fit`.
    """
    fixed = {name: value for name, value in section.items() if name not in _OF_THE_SEARCH}

    def prepare(representation: str) -> Callable[[Point], Attempt[Setting]]:
        data = inputs(representation)

        def attempt(point: Point) -> Attempt[Setting]:
            setting = {**fixed, "representation": representation, **point}
            error = score(model, data, setting, seed, section["select"], fits)
            return Attempt((-error,), {"mse": error}, setting)

        return attempt

    return choose(section["representations"], section["grid"], prepare, model)


def score(
    model: str, data: VariantInputs, setting: Setting, seed: int, select: str, fits: FitFolders | None = None
) -> float:
    """Mean squared error of a setting, log10 fluorescence squared, on the rows that choose."""
    rows = data.validation
    setting = setting | {"epochs": setting.get("grid_epochs") or setting.get("epochs")}
    if select == "more_mutations":
        data, rows = few_mutations(data)
    fitted = fit(model, data, setting, seed, fits)
    predicted = curve_of(fitted, data)(fitted.predicted) if model in MONOTONE else fitted.predicted
    return mean_squared_error(predicted[rows], data.brightness[rows])


def curve_of(fitted: Fitted, data: VariantInputs) -> Monotone:
    """The monotone curve from predictions to brightness, from the validation variants."""
    rows = data.validation
    return fit_monotone(fitted.predicted[rows], data.brightness[rows], data.weights(rows))


def answers_of(model: str, name: str, fitted: Fitted, data: VariantInputs) -> dict[str, Values]:
    """A fit's predictions of all variants, by the name of what gives them, which is `name` or begins with it.

    Where a curve to brightness is fitted, the predictions before it stand beside those on it.
    """
    if model not in MONOTONE:
        return {name: fitted.predicted}
    on_curve, before = (f"{name}_monotone", name) if name == "additive" else (name, f"{name}_sigmoid")
    return {before: fitted.predicted, on_curve: curve_of(fitted, data)(fitted.predicted)}


def errors_of(fitted: Fitted, data: VariantInputs, rows: Rows) -> tuple[Values, Values]:
    """Errors and predicted deviations of some variants on a fit's curve, log10 fluorescence, both (rows,)."""
    errors = data.brightness[rows] - curve_of(fitted, data)(fitted.predicted[rows])
    return errors, np.ones(len(rows)) if fitted.deviations is None else fitted.deviations[rows]


def few_mutations(data: VariantInputs, most: int = 2) -> tuple[VariantInputs, NDArray[np.int64]]:
    """Training and validation variants of at most `most` mutations, and the row numbers of those of one more."""
    known = np.concatenate([data.train, data.validation])
    check = known[data.mutations[known] == most + 1]
    train, validation = (rows[data.mutations[rows] <= most] for rows in (data.train, data.validation))
    return replace(data, train=train, validation=validation), np.sort(check)
