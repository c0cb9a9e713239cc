"""What a knock-out does that nobody made: what usually changes, what its regulon says, and what is learnt beside.

A virtual knock-out that sets a gene's input to zero loses to the mean response of other knock-outs, which knows nothing
of the gene. So the mean response is where this begins: each pair of a knock-out and a gene is described by it, by the
regulon's edges, by co-expression and by the state of the cell; trees learn the rest from the knock-outs at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knockon.arrays import Mask, Matrix, Rows, Values
from knockon.errors import KnockonError
from knockon.evaluation.ranking import auroc
from knockon.hiding import lean_lightgbm
from knockon.models.cells.knockout_features import EASILY, Describer, Responses, shares

LEVEL = 0.9
"""Of the intervals of a predicted change."""

# log2 fold changes beyond the first count as it; usual changes below the second are rounding.
_MOST, _LEAST = 4.0, 1e-3


@dataclass(frozen=True)
class ResponseSettings:
    """changed: |log2 fold change| from which on a gene counts as changed. rounds, leaves, rate: of the trees."""

    changed: float = 1.0
    rounds: int = 150
    leaves: int = 15
    rate: float = 0.05
    seed: int = 1

    def __post_init__(self) -> None:
        if not self.changed > 0 or self.rounds < 1 or self.leaves < 2 or not 0 < self.rate <= 1:
            raise KnockonError("response model: changed must be above 0, rounds ≥ 1, leaves ≥ 2, rate in 0 … 1")


@dataclass(frozen=True)
class Predicted:
    """Of one knock-out, float64 (genes,) each. score: how surely a gene changes, larger is surer. change: log2 fold
    change. low, high: interval that holds LEVEL of the changes.
    """

    score: Values
    change: Values
    low: Values
    high: Values


@dataclass(frozen=True)
class _Told:
    """A training knock-out, told by those of other studies. usual: their mean |change|; easily: how easily each gene
    changes; rank, change: of the trees.
    """

    row: int
    usual: Values
    easily: Values
    rank: Values
    change: Values


class ResponseModel:
    """Trees on FEATURES: one model of the share of genes that change less, one of the change.

    Knock-outs differ in strength, and a score must put the genes of each in order: the first learns each gene's rank of
    |change| within its knock-out, every knock-out with the same weight. covered: share of the changes of held-out
    training knock-outs that lie in intervals whose width the other held-out ones chose; mean over knock-outs.
    """

    def __init__(self, settings: ResponseSettings) -> None:
        self.settings = settings
        self.blend = 1.0
        self._rank: Any = None
        self._change: Any = None
        self._width = 0.0
        self.covered = 0.0

    def fit(self, train: Responses, describer: Describer) -> None:
        """Learn from knock-outs of at least three studies; each is described by those of other studies alone.

        How much the trees say beside how easily genes change, and how wide intervals are, is told by training studies
        that are held out in turn. Raises KnockonError for fewer studies.
        """
        studies = sorted(set(train.studies))
        if len(studies) < 3:
            raise KnockonError(f"response model: knock-outs of {len(studies)} studies; at least 3 are needed")
        folds = np.array([studies.index(study) % 3 for study in train.studies])
        held = [told for fold in range(3) for told in self._held_out(train, describer, folds == fold)]
        self.blend = self._choose_blend(train, held)
        self._width = _width(train, held)
        self.covered = _covered(train, held, folds)
        self._fit(train, describer)

    def _held_out(self, train: Responses, describer: Describer, left: Mask) -> list["_Told"]:
        """The knock-outs that are left out, told by a fit on the others alone."""
        others = train.take(np.flatnonzero(~left))
        self._fit(others, describer)
        found = []
        for row in np.flatnonzero(left).tolist():
            features = describer.features(train, row, others)
            usual, easily = (features[:, column].astype(np.float64) for column in (0, EASILY))
            found.append(_Told(row, usual, easily, *self._answer(features)))
        return found

    def _fit(self, train: Responses, describer: Describer) -> None:
        """Both models from all knock-outs of `train`."""
        lean_lightgbm()
        import lightgbm

        masks = [train.scored(row) for row in range(len(train))]
        described = [describer.features(train, row, train.others(study)) for row, study in enumerate(train.studies)]
        features = np.concatenate([each[mask] for each, mask in zip(described, masks, strict=True)])
        changes = [each[mask].astype(np.float64) for each, mask in zip(train.changes, masks, strict=True)]
        # A power lifts the genes that change most, which are few, above the many that scatter.
        ranks = np.concatenate([shares(np.abs(part)) for part in changes]) ** 4
        data = lightgbm.Dataset(features, ranks, params=self._parameters(), free_raw_data=False)
        self._rank = lightgbm.train(self._parameters(), data, num_boost_round=self.settings.rounds)
        data.set_label(np.clip(np.concatenate(changes), -_MOST, _MOST))
        self._change = lightgbm.train(self._parameters(), data, num_boost_round=self.settings.rounds)

    def _answer(self, features: Matrix) -> tuple[Values, Values]:
        """Rank and change, (genes,) each."""
        rank, change = (np.asarray(model.predict(features, num_threads=1)) for model in (self._rank, self._change))
        return rank, change

    def _choose_blend(self, train: Responses, held: Sequence["_Told"]) -> float:
        """The share of the trees' ranks in the score, by the held-out training knock-outs' mean AUROC."""
        shares = np.linspace(0.0, 1.0, 5)
        found = []
        for share in shares:
            areas = []
            for told in held:
                mask = train.scored(told.row)
                changed = np.abs(train.changes[told.row][mask]) >= self.settings.changed
                areas.append(auroc(changed, blended(told.easily, told.rank, float(share))[mask]))
            found.append(float(np.nanmean(areas)) if np.isfinite(areas).any() else 0.5)
        return float(shares[int(np.argmax(found))])

    def predict(self, asked: Responses, row: int, train: Responses, describer: Describer) -> Predicted:
        """One knock-out that was not measured, of which `asked` holds genes, controls and study.

        A knocked-out gene's own change is its loss: what the controls have of it.
        """
        features = describer.features(asked, row, train.others(asked.studies[row]))
        rank, change = self._answer(features)
        scatter = self._width * np.maximum(features[:, 0].astype(np.float64), _LEAST)
        own = list(asked.knocked[row])
        change[own] = -asked.controls[row][own]
        return Predicted(blended(features[:, EASILY], rank, self.blend), change, change - scatter, change + scatter)

    def _parameters(self) -> dict[str, Any]:
        return {
            "objective": "regression", "learning_rate": self.settings.rate, "num_leaves": self.settings.leaves,
            "min_data_in_leaf": 100, "feature_fraction": 0.6, "bagging_fraction": 0.7, "bagging_freq": 1,
            "lambda_l2": 10.0, "max_bin": 63, "deterministic": True, "force_col_wise": True, "num_threads": 1,
            "seed": self.settings.seed, "verbose": -1,
        }  # fmt: skip


def blended(easily: Values | Matrix, rank: Values, share: float) -> Values:
    """(1 − share) of the rank of how easily genes change and `share` of the trees', both as shares of the genes."""
    return (1 - share) * shares(easily) + share * shares(rank)


def _errors(train: Responses, told: _Told) -> Values:
    """|error| over the scored genes of a held-out knock-out, in units of each gene's usual |change|."""
    error = np.abs(train.changes[told.row] - told.change) / np.maximum(told.usual, _LEAST)
    return np.asarray(error[train.scored(told.row)], dtype=np.float64)


def _width(train: Responses, held: Sequence[_Told]) -> float:
    """Half the width of intervals, in units of a gene's usual |change|: LEVEL of the held-out errors lie within."""
    return float(np.quantile(np.concatenate([_errors(train, told) for told in held]), LEVEL))


def _covered(train: Responses, held: Sequence[_Told], folds: Rows) -> float:
    """Mean share of changes within intervals that knock-outs of the other folds calibrated."""
    shares = []
    for fold in np.unique(folds[[told.row for told in held]]):
        own = [told for told in held if folds[told.row] == fold]
        width = _width(train, [told for told in held if folds[told.row] != fold])
        shares += [float((_errors(train, told) <= width).mean()) for told in own]
    return float(np.mean(shares))
