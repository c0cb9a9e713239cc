"""The loss of a booster by its number of trees, in the units of a network's metric log."""

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

_LOSS = "error_in_spreads"


class BoostingCurve:
    """Keeps what every tree changes; it takes no part in training.

    variance: of the training labels. Losses are mean squared errors, of each row alike, divided by it: 1 is what the
    labels' mean reaches. The training rows' features are out of fold, so their loss is an honest one until trees learn
    the rows themselves.
    """

    def __init__(self, variance: float) -> None:
        # Labels that are all equal have no spread to measure errors by.
        self._variance = variance or 1.0
        self._recorded: dict[str, Any] = {}

    def callback(self) -> Callable[..., None]:
        """For LightGBM's training."""
        return lightgbm.record_evaluation(self._recorded)

    def loss(self, predicted: NDArray[np.float64], data: lightgbm.Dataset) -> tuple[str, float, bool]:
        """A metric for LightGBM, whose own counts rows by their weights and knows no variance."""
        errors = predicted - np.asarray(data.get_label())
        return _LOSS, float(np.mean(errors**2) / self._variance), False

    def history(self) -> list[dict[str, Any]]:
        """A dictionary for each number of trees: step, loss of the training rows, and validation_loss where watched."""
        columns = {
            "loss" if data == "training" else "validation_loss": metrics[_LOSS]
            for data, metrics in self._recorded.items()
        }
        trees = len(next(iter(columns.values()), ()))
        return [{"step": tree + 1, **{name: values[tree] for name, values in columns.items()}} for tree in range(trees)]
