"""Fits of models of pairs: from a section of params.yaml to the point of its grid that validation pairs like best."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.models.binding.joined import joined
from knockon.models.binding.protocol import BindingModel, Pairs
from knockon.models.binding.registry import build
from knockon.models.grid import Attempt, Choice, Point, choose
from knockon.training.fit_folders import FitFolders, name_of
from knockon.training.metric_log import loss_curve

if TYPE_CHECKING:
    from knockon.models.binding.fixed_vectors import FixedVectors

Section = Mapping[str, Any]
"""Of one model: `kind`, in the registry, where that is not its name; `settings` and `training`, the same for every
point; `grid`, what the points vary, "training.NAME" a setting of the training."""

NETWORKS = ("convolution", "dual")


@runtime_checkable
class Refitting(Protocol):
    """A model that can be fitted again on more pairs, for as long as its last fit was best."""

    def refit(self, pairs: Pairs, seed: int) -> None:
        """Fit again."""


@dataclass(frozen=True)
class Fitted:
    """A model as it was built and fitted. validation: its predictions there, (pairs,)."""

    kind: str
    settings: dict[str, Any]
    training: dict[str, Any]
    model: BindingModel
    validation: Values
    curve: list[dict[str, Any]] = field(default_factory=list)


def kind_of(name: str, section: Section) -> str:
    """What the registry calls the model that params.yaml calls `name`."""
    return str(section.get("kind", name))


def fit_best(
    name: str,
    section: Section,
    sides: Mapping[str, Pairs],
    threshold: float,
    seed: int,
    fits: FitFolders,
    vectors: "Mapping[str, FixedVectors] | None" = None,
) -> Choice[Fitted]:
    """Fit every point of the grid on the training pairs; choose by squared error on the validation pairs.

    sides: `train` and `validation`. threshold: strength from which on a pair binds, for models that ask. vectors:
    what a network reads of a side. Raises TrainingStopped where a signal ended it early; the fits that are done are
    found again.
    """
    train, validation = sides["train"], sides["validation"]
    kind = kind_of(name, section)
    asked = {"threshold": threshold} if kind == "dual" else {}

    def attempt(point: Point) -> Attempt[Fitted]:
        settings = {**section.get("settings", {}), **_of(point, ""), **asked}
        training = {**section.get("training", {}), **_of(point, "training.")}
        model = build(kind, settings, training, vectors)
        described = {"kind": kind, "settings": settings, "training": training, "seed": seed}
        data = {"train": train.digest(), "validation": validation.digest()}
        data |= {f"{side} vectors": fixed.digest for side, fixed in (vectors or {}).items()}
        model.fit(train, validation, seed, fits.folder(name_of({**described, **data})))
        predicted = model.predict(validation)
        error = float(np.mean((predicted - validation.values) ** 2))
        curve = loss_curve(getattr(model, "history", []))
        return Attempt((-error,), {"mse": error}, Fitted(kind, settings, training, model, predicted, curve))

    return choose(("",), section.get("grid", {}), lambda _: attempt, name)


def refitted(fitted: Fitted, sides: Mapping[str, Pairs], seed: int) -> Pairs:
    """Fit the chosen model again on training and validation pairs, which are returned.

    What it predicted of validation pairs stays as it was before. Raises KnockonError for a model that can't.
    """
    if not isinstance(fitted.model, Refitting):
        raise KnockonError(f"refit: {fitted.kind} is not fitted again; leave refit out")
    every = joined(sides["train"], sides["validation"])
    fitted.model.refit(every, seed)
    return every


def _of(point: Point, prefix: str) -> Point:
    """What a point says of the training ("training."), or of the model itself ("")."""
    chosen = {name: value for name, value in point.items() if name.startswith("training.") == bool(prefix)}
    return {name.removeprefix(prefix): value for name, value in chosen.items()}


def exchanged(pairs: Pairs, side: str, seed: int) -> Pairs:
    """The pairs with every ligand (or protein) replaced by another one that they name: a control.

    What is left of a model's score there did not need that side.
    """
    named = np.unique(getattr(pairs, side))
    order = np.random.default_rng(seed).permutation(named)
    other = np.arange(max(len(getattr(pairs, f"{side}s")), 1))
    other[order] = np.roll(order, 1)
    places = {"ligand": pairs.ligand, "protein": pairs.protein, side: other[getattr(pairs, side)]}
    return replace(pairs, **places)
