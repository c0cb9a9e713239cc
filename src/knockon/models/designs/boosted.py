"""Gradient boosting on dense features of genes and on the mean of a gene's nearest neighbours (LightGBM)."""

from typing import Any

import numpy as np

from knockon.arrays import Matrix, Rows, Values
from knockon.hiding import lean_lightgbm
from knockon.models.designs.baselines import Nearest
from knockon.models.designs.learner import Effects, Learnt, dealt, none_alike
from knockon.models.designs.protocol import GeneFeatures

# The fewest genes of a leaf; fewer measured ones than a few leaves can't be boosted.
_FEWEST = 40


class Boosted:
    """Trees. rounds, rate, leaves, rows: trees, learning rate, leaves of a tree, fewest genes of a leaf. folds: by
    which held genes are told.
    """

    def __init__(self, rounds: int = 150, rate: float = 0.04, leaves: int = 12, rows: int = 30, folds: int = 4) -> None:
        self.rounds, self.rate, self.leaves, self.rows, self.folds = rounds, rate, leaves, rows, folds
        self._nearest = Nearest()

    def learn(self, features: GeneFeatures, effects: Effects, seed: int) -> Learnt:
        """See `Learner.learn`."""
        like = features.alike[:, effects.genes]
        if len(effects.genes) < _FEWEST:
            told = self._nearest.tell(like, effects.values)
            return Learnt(told[effects.genes], told, none_alike(features))
        fold = dealt(effects, features, self.folds, seed)
        held = np.empty(len(effects.values))
        for number in range(int(fold.max()) + 1):
            out = fold == number
            held[out] = self._fit_and_tell(features, like[:, ~out], effects.take(~out), effects.genes[out], seed)
        everyone = np.arange(len(features.genes))
        return Learnt(held, self._fit_and_tell(features, like, effects, everyone, seed), none_alike(features))

    def _fit_and_tell(self, features: GeneFeatures, like: Matrix, effects: Effects, asked: Rows, seed: int) -> Values:
        """Boost the measured genes and tell others. like: (genes, measured)."""
        # Without scikit-learn and pandas, which its own interface does not need.
        lean_lightgbm()
        import lightgbm

        near = self._nearest.tell(like, effects.values)
        columns = np.column_stack([features.values.astype(np.float64), near])
        parameters = self._parameters(seed)
        data = lightgbm.Dataset(columns[effects.genes], effects.values, params=parameters)
        booster = lightgbm.train(parameters, data, num_boost_round=self.rounds)
        return np.asarray(booster.predict(columns[asked], num_threads=1), dtype=np.float64)

    def _parameters(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "regression",
            "learning_rate": self.rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.rows,
            "feature_fraction": 0.3,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "max_bin": 127,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "seed": seed,
            "verbose": -1,
        }
