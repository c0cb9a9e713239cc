"""What a knock-out does that nobody made: what usually changes, what its regulon says, and what is learnt beside.

A virtual knock-out that sets a gene's input to zero loses to the mean response of other knock-outs, which knows nothing
of the gene. So the mean response is where this begins: each pair of a knock-out and a gene is described by it, by the
regulon's edges, by co-expression and by the state of the cell; trees learn the rest from the knock-outs at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from knockon.arrays import Mask, Matrix, Rows, Values
from knockon.errors import KnockonError
from knockon.evaluation.ranking import auroc
from knockon.hiding import lean_lightgbm

FEATURES = (
    "mean |change| of other knock-outs", "mean change of other knock-outs", "spread over samples", "mean level",
    "level in the controls", "controls' distance from the mean", "signed edges from the knock-out",
    "edges from the knock-out", "genes of its regulon", "regulators of the gene", "edges by way of another regulator",
    "co-expression", "|co-expression|", "same operon", "knocked-out genes' level in the controls",
    "spread within studies", "spread of replicates", "|change| between conditions of a study", "how easily it changes",
    "how easily genes of its operon do", "edges to genes of its operon", "co-expression of genes of its operon",
)  # fmt: skip

_EASILY = FEATURES.index("how easily it changes")

LEVEL = 0.9
"""Of the intervals of a predicted change."""

# log2 fold changes beyond the first count as it; usual changes below the second are rounding.
_MOST, _LEAST = 4.0, 1e-3


@dataclass(frozen=True)
class Responses:
    """Measured knock-outs. changes: float32 (knock-outs, genes), log2 of knock-out over wild type. controls: float32
    of the same shape, levels of the wild type. knocked: places of the genes that each lacks. studies: one each.
    """

    changes: Matrix
    controls: Matrix
    knocked: tuple[tuple[int, ...], ...]
    studies: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.studies)

    def take(self, rows: Rows) -> "Responses":
        """Some of them."""
        knocked = tuple(self.knocked[row] for row in rows)
        studies = tuple(self.studies[row] for row in rows)
        return Responses(self.changes[rows], self.controls[rows], knocked, studies)

    def others(self, study: str) -> "Responses":
        """Those of other studies."""
        return self.take(np.flatnonzero([each != study for each in self.studies]))

    def scored(self, row: int) -> Mask:
        """Genes that are scored, bool (genes,): all but the knocked-out ones, whose change is no prediction."""
        mask = np.ones(self.changes.shape[1], dtype=np.bool_)
        mask[list(self.knocked[row])] = False
        return mask


@dataclass(frozen=True)
class Knowledge:
    """What is known besides knock-outs.

    signs: CSR (genes, genes) of 1, −1 and 0 by regulator and target; present: CSR of 1 for every edge. operons: int64
    (genes,), −1 where unknown. samples: float32 (samples, genes), levels, of studies that may be looked at. studies,
    replicates: int64 (samples,), a number for each study, and for each group of samples alike in all that is stated.
    """

    signs: sp.csr_matrix
    present: sp.csr_matrix
    operons: Rows
    samples: Matrix
    studies: Rows
    replicates: Rows


class Describer:
    """Features of knock-outs and genes under what is known; see FEATURES."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        levels = known.samples.astype(np.float64)
        self.mean, self.spread = np.nanmean(levels, axis=0), np.nanstd(levels, axis=0)
        self._scaled = np.nan_to_num((levels - self.mean) / np.maximum(self.spread, 1e-6))
        self._regulators = np.asarray(known.present.sum(axis=0)).ravel()
        levels = np.where(np.isfinite(levels), levels, self.mean)
        self._within, self._noise = (_spread_within(levels, groups) for groups in (known.studies, known.replicates))
        self._between = _between_conditions(levels, known.studies, known.replicates)

    def features(self, asked: Responses, row: int, others: Responses) -> Matrix:
        """float32 (genes, FEATURES) of one knock-out, whose changes are not read.

        others: the knock-outs that say what usually changes.
        """
        genes, known = list(asked.knocked[row]), self.known
        controls = asked.controls[row]
        present = known.present[genes]
        edges = np.asarray(present.sum(axis=0)).ravel()
        together = (self._scaled[:, genes].T @ self._scaled / len(self._scaled)).mean(axis=0)
        operon = np.isin(known.operons, known.operons[genes]) & (known.operons >= 0)
        by_way = np.asarray((present @ known.present).sum(axis=0)).ravel()
        usual, change = usual_response(others)
        distance = (controls - self.mean) / np.maximum(self.spread, 1e-3)
        # Five ways to say that a gene changes easily, whatever is done to the cell; none is best for every knock-out.
        ways = (usual, self.spread, np.abs(distance), self._within, self._noise)
        easily = np.sum([_shares(way) for way in ways], axis=0)
        columns = [
            usual,
            change,
            self.spread,
            self.mean,
            controls,
            distance,
            np.asarray(known.signs[genes].sum(axis=0)).ravel(),
            edges,
            np.full(len(controls), edges.sum()),
            self._regulators,
            np.log1p(by_way),
            together,
            np.abs(together),
            operon,
            np.full(len(controls), controls[genes].mean()),
            self._within,
            self._noise,
            self._between,
            easily,
            *(_operon_mean(each, known.operons) for each in (easily, edges, together)),  # type: ignore[arg-type] # edges are whole
        ]
        return np.column_stack(columns).astype(np.float32)


def _spread_within(levels: Values, groups: Rows) -> Values:
    """Standard deviation within groups of samples, pooled, float64 (genes,); 0 where no group has two."""
    squares, freedom = np.zeros(levels.shape[1]), 0
    for group in np.unique(groups):
        own = levels[groups == group]
        squares += ((own - own.mean(axis=0)) ** 2).sum(axis=0)
        freedom += len(own) - 1
    return np.sqrt(squares / max(freedom, 1))


def _between_conditions(levels: Values, studies: Rows, replicates: Rows) -> Values:
    """Mean over studies of |condition's mean − the study's median of those|, float64 (genes,)."""
    found = [np.zeros(levels.shape[1])]
    for study in np.unique(studies):
        rows = studies == study
        means = np.array([levels[rows & (replicates == each)].mean(axis=0) for each in np.unique(replicates[rows])])
        if len(means) > 1:
            found.append(np.abs(means - np.median(means, axis=0)).mean(axis=0))
    return np.mean(found[1:] or found, axis=0)


def _operon_mean(values: Values, operons: Rows) -> Values:
    """Mean over the genes of an operon; a gene without one keeps its own, float64 (genes,)."""
    found = np.array(values, dtype=np.float64)
    known = operons >= 0
    if known.any():
        counts = np.bincount(operons[known])
        found[known] = (np.bincount(operons[known], found[known]) / np.maximum(counts, 1))[operons[known]]
    return found


def usual_response(others: Responses) -> tuple[Values, Values]:
    """Mean |change| and mean change over knock-outs, float64 (genes,) each: what usually changes."""
    changes = others.changes.astype(np.float64)
    return np.abs(changes).mean(axis=0), changes.mean(axis=0)


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
            usual, easily = (features[:, column].astype(np.float64) for column in (0, _EASILY))
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
        ranks = np.concatenate([_shares(np.abs(part)) for part in changes]) ** 4
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
        return Predicted(blended(features[:, _EASILY], rank, self.blend), change, change - scatter, change + scatter)

    def _parameters(self) -> dict[str, Any]:
        return {
            "objective": "regression", "learning_rate": self.settings.rate, "num_leaves": self.settings.leaves,
            "min_data_in_leaf": 100, "feature_fraction": 0.6, "bagging_fraction": 0.7, "bagging_freq": 1,
            "lambda_l2": 10.0, "max_bin": 63, "deterministic": True, "force_col_wise": True, "num_threads": 1,
            "seed": self.settings.seed, "verbose": -1,
        }  # fmt: skip


def blended(easily: Values | Matrix, rank: Values, share: float) -> Values:
    """(1 − share) of the rank of how easily genes change and `share` of the trees', both as shares of the genes."""
    return (1 - share) * _shares(easily) + share * _shares(rank)


def _shares(values: Values | Matrix) -> Values:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(len(values) - 1, 1)


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
