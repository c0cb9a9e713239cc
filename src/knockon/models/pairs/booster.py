"""Gradient boosting on pair features (LightGBM, Ke et al. 2017, NIPS 30)."""

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from knockon.atomic import write_text
from knockon.errors import FormatError
from knockon.models.pairs.boosting_curve import BoostingCurve
from knockon.models.pairs.table import PairLearner, PairTable

_FILE = "booster.txt"


class PairBooster:
    """A booster as a learner of pair features.

    rounds: most trees; training stops before where held rows stop improving. unwatched_rounds: trees where no held row
    watches. rate, leaves, rows: learning rate, leaves of a tree, fewest rows of a leaf. jobs: threads, without
    influence on the result.
    """

    def __init__(
        self, rounds: int, unwatched_rounds: int, rate: float = 0.05, leaves: int = 31, rows: int = 200, jobs: int = 0
    ) -> None:
        self.rounds, self.unwatched_rounds = rounds, unwatched_rounds
        self._settings = {"rate": rate, "leaves": leaves, "rows": rows}
        self._jobs = jobs
        self.booster: lightgbm.Booster | None = None
        self.best_rounds = rounds
        self.history: list[dict[str, Any]] = []

    def fit(self, train: PairTable, held: PairTable | None, seed: int) -> None:
        """Learn from the table; the number of trees that held rows found best is kept for `refit`."""
        curve = BoostingCurve(float(train.examples.values.var()))
        booster = self.boost(train, held, self.unwatched_rounds if held is None else self.rounds, seed, curve)
        # The trees after the best are those in which no better one came.
        self.best_rounds = booster.best_iteration if booster.best_iteration > 0 else booster.num_trees()
        # A refit leaves it alone: no held row watches one.
        self.booster, self.history = booster, curve.history()

    def refit(self, train: PairTable, seed: int) -> None:
        """Learn from the table as many trees as the last `fit` found best."""
        self.booster = self.boost(train, None, self.best_rounds, seed, None)

    def boost(
        self, train: PairTable, held: PairTable | None, rounds: int, seed: int, curve: BoostingCurve | None
    ) -> lightgbm.Booster:
        """Train a booster of at most so many trees; the curve only looks on."""
        parameters = self._parameters(seed)
        rows = train.examples
        data = lightgbm.Dataset(
            train.values, rows.values, weight=rows.weights, feature_name=list(train.names), params=parameters
        )
        watched_by: dict[str, Any] = {"valid_sets": [], "callbacks": []}
        if curve is not None:
            watched_by = {"valid_sets": [data], "callbacks": [curve.callback()], "feval": curve.loss}
        if held is not None:
            checks = data.create_valid(
                held.values, held.examples.values, weight=held.examples.weights, params=parameters
            )
            watched_by["valid_sets"].append(checks)
            # The curve's metric is not the one that stops.
            watched_by["callbacks"].append(lightgbm.early_stopping(50, first_metric_only=True, verbose=False))
        return lightgbm.train(parameters, data, num_boost_round=rounds, **watched_by)

    def _parameters(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "regression",
            "learning_rate": self._settings["rate"],
            "num_leaves": self._settings["leaves"],
            "min_data_in_leaf": self._settings["rows"],
            "feature_fraction": 0.5,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "lambda_l2": 20.0,
            "max_bin": 127,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self._jobs,
            "seed": seed,
            "verbose": -1,
        }

    def predict(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """The label in its unit, shape (pairs,)."""
        assert self.booster is not None
        return np.asarray(self.booster.predict(values, num_threads=self._jobs))

    def parts(self) -> dict[str, PairLearner]:
        """None: it is of one piece."""
        return {}

    def save(self, folder: Path) -> None:
        """Write LightGBM's text."""
        assert self.booster is not None
        write_text(folder / _FILE, self.booster.model_to_string())

    def load(self, folder: Path) -> None:
        """Read it. Raises FormatError where it is absent or damaged."""
        try:
            self.booster = lightgbm.Booster(model_file=folder / _FILE)
        except lightgbm.basic.LightGBMError as error:
            raise FormatError(f"{folder}: a booster is absent or damaged ({error}); train it again") from error
