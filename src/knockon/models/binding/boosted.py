"""Gradient boosting (LightGBM, Ke et al. 2017, NIPS 30) of what a kernel of pairs leaves of the labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knockon.arrays import Values
from knockon.atomic import write_text
from knockon.errors import FormatError, KnockonError
from knockon.models.binding.boosting_columns import Columns, asked_columns, training_columns, without_proteins
from knockon.models.binding.boosting_files import load_known, save_known
from knockon.models.binding.hidden import folds_of
from knockon.models.binding.kernel_ridge import Ridge, RidgeFit
from knockon.models.binding.protocol import Pairs, require_labels

_BOOSTER = "booster.txt"
SIDES = ("both", "ligand")


class Boosted:
    """Trees that correct the prediction of `kernel_ridge`; features: see `boosting_columns`.

    rounds: most trees; validation pairs stop it early, at the best. rate, leaves, rows: learning rate, leaves of a
    tree, fewest rows of a leaf. folds, hide: of what training pairs are told of each other's labels, see `hidden`; what
    is asked about should lack what is hidden. sides: "ligand" is told of no protein. residual: False learns the label
    itself, the kernel is one feature. noise, constant, same, profile: see `Ridge`. jobs: threads, without influence on
    the result.
    """

    def __init__(
        self,
        rounds: int = 1000,
        rate: float = 0.05,
        leaves: int = 31,
        rows: int = 20,
        folds: int = 5,
        hide: Sequence[str] = ("pairs",),
        sides: str = "both",
        residual: bool = True,
        noise: float = 0.3,
        constant: float = 0.1,
        same: float = 0.5,
        profile: float = 1.0,
        patience: int = 50,
        jobs: int = 1,
    ) -> None:
        if sides not in SIDES:
            raise KnockonError(f"boosted: sides {sides!r}; choose one of {', '.join(SIDES)}")
        self.rounds, self.folds, self.patience, self.jobs = rounds, folds, patience, jobs
        self.hide, self.sides, self.residual = tuple(hide), sides, residual
        self.ridge = Ridge(noise, constant, same, profile)
        self._settings = {"learning_rate": rate, "num_leaves": leaves, "min_data_in_leaf": rows}
        self.booster: Any = None
        self.train: Pairs | None = None
        self.kernel: RidgeFit | None = None

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """See `BindingModel.fit`. Without validation pairs all `rounds` are taken."""
        require_labels(train)
        import lightgbm

        self.train = self._told(train)
        folds = list(folds_of(self.train, self.folds, self.hide, seed))
        columns, self.kernel = training_columns(self.train, folds, self.ridge)
        parameters = self._parameters(seed)
        data = self._dataset(columns, train.values, None)
        watched: dict[str, Any] = {}
        if validation is not None and len(validation):
            checks = self._dataset(self._columns(validation), validation.values, data)
            watched = {"valid_sets": [checks], "callbacks": [lightgbm.early_stopping(self.patience, verbose=False)]}
        self.booster = lightgbm.train(parameters, data, num_boost_round=self.rounds, **watched)

    def refit(self, pairs: Pairs, seed: int) -> None:
        """Fit again on more pairs, with as many trees as the last fit liked best."""
        assert self.booster is not None
        kept, self.rounds = self.rounds, max(self._best(), 1)
        self.fit(pairs, None, seed)
        self.rounds = kept

    def predict(self, pairs: Pairs) -> Values:
        """See `BindingModel.predict`."""
        assert self.booster is not None
        columns = self._columns(pairs)
        found = self.booster.predict(columns.features, num_iteration=self._best(), num_threads=self.jobs)
        return np.asarray(found, dtype=np.float64) + (columns.start if self.residual else 0.0)

    def _best(self) -> int:
        return int(self.booster.best_iteration if self.booster.best_iteration > 0 else self.booster.num_trees())

    def _told(self, pairs: Pairs) -> Pairs:
        return without_proteins(pairs) if self.sides == "ligand" else pairs

    def _columns(self, pairs: Pairs) -> Columns:
        assert self.train is not None
        assert self.kernel is not None
        return asked_columns(self.train, self._told(pairs), self.kernel)

    def _dataset(self, columns: Columns, values: Values, reference: Any) -> Any:
        import lightgbm

        parameters = {"max_bin": 63, "verbose": -1, "min_data_in_leaf": self._settings["min_data_in_leaf"]}
        start = columns.start if self.residual else None
        return lightgbm.Dataset(columns.features, values, reference=reference, init_score=start, params=parameters)

    def _parameters(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "regression",
            **self._settings,
            "feature_fraction": 0.3,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "max_bin": 63,
            # Without it the mean is added to what is already there.
            "boost_from_average": not self.residual,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": self.jobs,
            "seed": seed,
            "verbose": -1,
        }

    def save(self, folder: Path) -> None:
        """See `BindingModel.save`; the training pairs are kept, neighbours are asked for their labels."""
        assert self.train is not None
        assert self.kernel is not None
        write_text(folder / _BOOSTER, self.booster.model_to_string(num_iteration=self._best()))
        save_known(folder, self.train, self.kernel.coefficients)

    def load(self, folder: Path) -> None:
        """See `BindingModel.load`."""
        import lightgbm

        self.train, coefficients = load_known(folder)
        self.kernel = RidgeFit(self.ridge, coefficients)
        try:
            self.booster = lightgbm.Booster(model_file=folder / _BOOSTER)
        except lightgbm.basic.LightGBMError as error:
            raise FormatError(f"{folder}: a booster is absent or damaged ({error}); train it again") from error
