"""Gradient boosting (LightGBM, Ke et al. 2017, NIPS 30) on fingerprints, composition and the labels of neighbours."""

from pathlib import Path
from typing import Any

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.atomic import write_text
from knockon.errors import FormatError
from knockon.models.binding.features import BITS, COMPOSITION, composition, fingerprints
from knockon.models.binding.neighbours import NAMES, neighbour_features, out_of_fold
from knockon.models.binding.pair_files import load_pairs, save_pairs
from knockon.models.binding.protocol import Pairs, require_labels

_BOOSTER, _TRAIN = "booster.txt", "train.safetensors"


class Boosted:
    """Trees on a pair's features; see `features` and `neighbours`.

    rounds: most trees; validation pairs stop it early, at the best. folds: of the neighbour features of training pairs,
    each of which is described by the labels of the others. rate, leaves, rows: learning rate, leaves of a tree, fewest
    rows of a leaf. neighbours: False leaves these features out. jobs: threads, without influence on the result.
    """

    def __init__(
        self,
        rounds: int = 1000,
        rate: float = 0.05,
        leaves: int = 63,
        rows: int = 20,
        folds: int = 10,
        neighbours: bool = True,
        patience: int = 50,
        jobs: int = 1,
    ) -> None:
        self.rounds, self.folds, self.neighbours, self.patience = rounds, folds, neighbours, patience
        self._settings = {"learning_rate": rate, "num_leaves": leaves, "min_data_in_leaf": rows}
        self.jobs = jobs
        self.booster: Any = None
        self.train: Pairs | None = None

    def fit(self, train: Pairs, validation: Pairs | None, seed: int, folder: Path | None = None) -> None:
        """See `BindingModel.fit`. Without validation pairs all `rounds` are taken."""
        import lightgbm

        require_labels(train)
        self.train = train
        parameters = self._parameters(seed)
        around = out_of_fold(train, self.folds, seed) if self.neighbours else None
        data = lightgbm.Dataset(self._matrix(train, around), train.values, params=parameters)
        watched: dict[str, Any] = {}
        if validation is not None and len(validation):
            checks = data.create_valid(self._features(validation), validation.values, params=parameters)
            stop = lightgbm.early_stopping(self.patience, verbose=False)
            watched = {"valid_sets": [checks], "callbacks": [stop]}
        self.booster = lightgbm.train(parameters, data, num_boost_round=self.rounds, **watched)

    def predict(self, pairs: Pairs) -> Values:
        """See `BindingModel.predict`."""
        assert self.booster is not None
        return np.asarray(self.booster.predict(self._features(pairs), num_threads=self.jobs), dtype=np.float64)

    def _features(self, pairs: Pairs) -> Matrix:
        assert self.train is not None
        return self._matrix(pairs, neighbour_features(self.train, pairs) if self.neighbours else None)

    def _matrix(self, pairs: Pairs, around: Matrix | None) -> Matrix:
        """float32 (pairs, BITS + COMPOSITION + neighbours)."""
        parts = [fingerprints(pairs.ligands)[pairs.ligand], composition(pairs.proteins)[pairs.protein]]
        return np.hstack(parts if around is None else [*parts, around])

    def _parameters(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "regression",
            **self._settings,
            "feature_fraction": 0.3,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "max_bin": 63,
            "deterministic": True,
            "force_col_wise": True,
            "num_threads": self.jobs,
            "seed": seed,
            "verbose": -1,
        }

    def importance(self) -> dict[str, float]:
        """Share of the gain by kind of feature: ligand, protein, neighbours."""
        gain = np.asarray(self.booster.feature_importance("gain"), dtype=np.float64)
        first = BITS + COMPOSITION
        ends = {"ligand": (0, BITS), "protein": (BITS, first), "neighbours": (first, first + len(NAMES))}
        return {name: float(gain[start:end].sum() / gain.sum()) for name, (start, end) in ends.items()}

    def save(self, folder: Path) -> None:
        """See `BindingModel.save`; the training pairs are kept, neighbours are asked for their labels."""
        train = self.train
        assert train is not None
        best = self.booster.best_iteration
        write_text(folder / _BOOSTER, self.booster.model_to_string(num_iteration=best if best > 0 else None))
        save_pairs(folder / _TRAIN, "binding.boosted", train, neighbours=self.neighbours)

    def load(self, folder: Path) -> None:
        """See `BindingModel.load`."""
        import lightgbm

        self.train, settings = load_pairs(folder / _TRAIN, "binding.boosted")
        self.neighbours = settings["neighbours"]
        try:
            self.booster = lightgbm.Booster(model_file=folder / _BOOSTER)
        except lightgbm.basic.LightGBMError as error:
            raise FormatError(f"{folder}: a booster is absent or damaged ({error}); train it again") from error
