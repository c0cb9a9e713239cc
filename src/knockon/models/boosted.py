"""The honest rival of the deep models: gradient boosting on features of gene pairs, all of them from training rows.

Two boosters stand behind one model: one for pairs of genes that both have training pairs, one for pairs with a new
gene. Each learns from features that were made without the label in question: out of folds of pairs for the first, out
of folds of genes for the second, so that a training row looks as a test row will.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.atomic import write_text
from knockon.dataset.genotypes import Genotypes
from knockon.errors import FormatError, KnockonError
from knockon.models.additive import RIDGES, Additive
from knockon.models.boosting_curve import BoostingCurve
from knockon.models.gene_axis import positions
from knockon.models.pair_features import PairFeatures
from knockon.models.pair_knowledge import PairKnowledge, knowledge_from, learn
from knockon.models.protocol import Examples, Inputs
from knockon.models.screen_knowledge import ScreenKnowledge, learn_screen, screen_from
from knockon.models.similarity import Similarities
from knockon.models.storage import load_arrays, save_arrays
from knockon.progress import track

_FILE = "boosted.safetensors"
_BLOCK = 1_000_000
# Fewer validation rows than this tell too little about when to stop.
_STOPPING_ROWS = 1_000
# Trees for pairs with a new gene where no validation row watches them: on the ε matrix 120 to 170 were right.
_UNWATCHED_ROUNDS = 150
FEWEST_PAIRS = 200
_REGIMES = ("seen", "new")
# A fold of genes holds out one part of this many, about what a gene split holds out.
_GENE_PARTS = 7

Table = tuple[tuple[str, ...], NDArray[np.float32]]


class Boosted:
    """LightGBM (Ke et al. 2017, NIPS 30) on pair features.

    side: by kind, gene × feature matrices over the representation's genes (annotations, networks, profiles). rounds:
    most trees; training stops before where validation rows stop improving. rate, leaves, rows: learning rate, leaves of
    a tree, fewest rows of a leaf. folds: of pairs, and of genes, of which there are 7 at most. most_rows: training rows
    drawn at most. jobs: threads, without influence on the result. Strains of other than two genes get the additive
    prediction plus, for each of their pairs, what boosting adds to it.
    """

    name = "boosted"
    reads_vectors = False

    def __init__(
        self,
        inputs: Inputs,
        side: Mapping[str, sp.csr_matrix],
        rounds: int = 400,
        rate: float = 0.05,
        leaves: int = 31,
        rows: int = 200,
        folds: int = 10,
        most_rows: int = 1_000_000,
        jobs: int = 0,
    ) -> None:
        self._genes = inputs.representation.genes
        self._similarities = Similarities(side, len(self._genes))
        self._settings = {"rate": rate, "leaves": leaves, "rows": rows}
        self._rounds, self._folds, self._most_rows, self._jobs = rounds, folds, most_rows, jobs
        self._additive = Additive(refit=False)
        self._knowledge: PairKnowledge | None = None
        self._screen: ScreenKnowledge | None = None
        self._singles = np.zeros(0)
        self._boosters: dict[str, lightgbm.Booster] = {}
        self._best_rounds = dict.fromkeys(_REGIMES, rounds)
        self.history: list[dict[str, Any]] = []
        """Losses of the last fit's booster for pairs of known genes, a dictionary a number of trees."""

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Learn from the training rows; the validation rows choose the additive penalty and when to stop."""
        self._additive = Additive(RIDGES, refit=False)
        self._additive.fit(train, validation, seed)
        curve = BoostingCurve(float(train.values.var()))
        self._learn(train, validation, seed, curve=curve)
        # A refit leaves it alone: no validation row watches one.
        self.history = curve.history()
        self._best_rounds = {
            # The trees after the best are those in which no better one came.
            regime: booster.best_iteration if booster.best_iteration > 0 else booster.num_trees()
            for regime, booster in self._boosters.items()
        }

    def refit(self, examples: Examples, seed: int) -> None:
        """Learn from these strains, with the penalty and the numbers of trees that the last `fit` found best."""
        self._additive.solve(examples, self._additive.ridge)
        self._learn(examples, examples.take(np.zeros(0, dtype=np.int64)), seed, self._best_rounds)

    def _learn(
        self,
        train: Examples,
        validation: Examples,
        seed: int,
        rounds_of: Mapping[str, int] | None = None,
        curve: BoostingCurve | None = None,
    ) -> None:
        train, validation = (self._pairs_only(examples) for examples in (train, validation))
        if len(train) < FEWEST_PAIRS:
            raise KnockonError(
                f"boosted: {len(train)} training strains have two perturbed genes, it needs {FEWEST_PAIRS}; choose a "
                "label measured on pairs, or a larger size"
            )
        self._singles = train.singles
        self._knowledge, self._screen = self._taught(train)
        held = self._held_out(validation)
        rng = np.random.default_rng(seed)
        for regime in _REGIMES:
            folds = _pair_folds if regime == "seen" else _gene_folds
            rows = self._out_of_fold(train, list(folds(train, self._folds, rng)), rng)
            watched = len(held[regime][1]) >= _STOPPING_ROWS
            rounds = self._rounds if watched or regime == "seen" else min(self._rounds, _UNWATCHED_ROUNDS)
            rounds = rounds if rounds_of is None else rounds_of[regime]
            drawn = curve if regime == "seen" else None
            self._boosters[regime] = self._boost(rows, held[regime] if watched else None, rounds, seed, drawn)

    def _out_of_fold(
        self, train: Examples, folds: list[NDArray[np.bool_]], rng: np.random.Generator
    ) -> tuple[Table, Examples]:
        """Features of training rows, each from the rows outside its fold, and those rows."""
        share = min(1.0, self._most_rows / max(sum(int(fold.sum()) for fold in folds), 1))
        parts, chosen = [], []
        for fold in track(folds, "pair features out of fold"):
            rows = np.flatnonzero(fold & (rng.random(len(fold)) < share))
            names, values = self._features(*self._taught(train.take(~fold)), train.take(rows).genotypes.pairs())
            parts.append(values)
            chosen.append(rows)
        return (names, np.vstack(parts)), train.take(np.concatenate(chosen))

    def _held_out(self, validation: Examples) -> dict[str, tuple[Table, Examples]]:
        """Validation rows and their features, by the booster that they concern."""
        seen = self._both_seen(validation.genotypes.pairs())
        return {
            regime: (self._features(self._known(), self._screen, part.genotypes.pairs()), part)
            for regime, part in (("seen", validation.take(seen)), ("new", validation.take(~seen)))
        }

    def _boost(
        self,
        rows: tuple[Table, Examples],
        held: tuple[Table, Examples] | None,
        rounds: int,
        seed: int,
        curve: BoostingCurve | None,
    ) -> lightgbm.Booster:
        (names, values), train = rows
        parameters = self._parameters(seed)
        data = lightgbm.Dataset(values, train.values, weight=train.weights, feature_name=list(names), params=parameters)
        watched_by: dict[str, Any] = {"valid_sets": [], "callbacks": []}
        if curve is not None:
            watched_by = {"valid_sets": [data], "callbacks": [curve.callback()], "feval": curve.loss}
        if held is not None:
            (_, watched), validation = held
            checks = data.create_valid(watched, validation.values, weight=validation.weights, params=parameters)
            watched_by["valid_sets"].append(checks)
            # The curve's metric only looks on.
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

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        predicted = self._additive.predict(genotypes)
        genotypes = self._on_axis(genotypes)
        two = genotypes.counts == 2
        # The boosters start from the additive model of pairs alone, so that a pair's prediction is theirs.
        predicted[two] = self._known().additive(genotypes.take(two).pairs())
        strains, pairs = pairs_within(genotypes)
        for start in range(0, len(pairs), _BLOCK):
            part = slice(start, start + _BLOCK)
            gain = self._of_pairs(pairs[part]) - self._known().additive(pairs[part])
            predicted += np.bincount(strains[part], weights=gain, minlength=len(predicted))
        return predicted

    def _of_pairs(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        _, values = self._features(self._known(), self._screen, pairs)
        seen, result = self._both_seen(pairs), np.empty(len(pairs))
        for regime, rows in (("seen", seen), ("new", ~seen)):
            if rows.any():
                result[rows] = np.asarray(self._boosters[regime].predict(values[rows], num_threads=self._jobs))
        return result

    def _taught(self, pairs: Examples) -> tuple[PairKnowledge, ScreenKnowledge | None]:
        return learn(pairs, self._additive.ridge), learn_screen(pairs, self._additive.ridge)

    def _features(self, knowledge: PairKnowledge, screen: ScreenKnowledge | None, pairs: NDArray[np.integer]) -> Table:
        return PairFeatures(knowledge, self._similarities, self._singles, screen).table(pairs.astype(np.int64))

    def _pairs_only(self, examples: Examples) -> Examples:
        """Strains of two genes, over the representation's genes."""
        pairs = examples.take(examples.genotypes.counts == 2)
        singles = np.full(len(self._genes), np.nan)
        place = positions(examples.genotypes, self._genes)
        singles[place[place >= 0]] = examples.singles[place >= 0]
        return Examples(self._on_axis(pairs.genotypes), pairs.values, pairs.weights, singles, pairs.directions)

    def _on_axis(self, genotypes: Genotypes) -> Genotypes:
        place = positions(genotypes, self._genes)
        unknown = np.unique(genotypes.indices[place[genotypes.indices] < 0])
        if len(unknown):
            names = [genotypes.genes[gene] for gene in unknown[:5]]
            raise KnockonError(f"boosted: {len(unknown)} perturbed genes are not in the representation, e.g. {names}")
        return Genotypes(self._genes, genotypes.indptr, place[genotypes.indices].astype(np.int32))

    def _known(self) -> PairKnowledge:
        if self._knowledge is None:
            raise KnockonError("boosted: not fitted yet; fit or load it first")
        return self._knowledge

    def _both_seen(self, pairs: NDArray[np.integer]) -> NDArray[np.bool_]:
        return (self._known().place[pairs] >= 0).all(axis=1)

    def save(self, folder: Path) -> None:
        """Write the boosters as LightGBM's text and what the features are made from; side information is not stored."""
        arrays = {f"additive.{name}": array for name, array in self._additive.arrays().items()}
        settings = {"genes": self._additive.genes, "axis": self._genes, "kinds": self._similarities.kinds}
        learnt = self._known().arrays() | (self._screen.arrays() if self._screen else {})
        save_arrays(folder / _FILE, self.name, {**learnt, "singles": self._singles, **arrays}, settings)
        for regime, booster in self._boosters.items():
            write_text(folder / f"{regime}.txt", booster.model_to_string())

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError where the genes or the kinds of side information are others than in training."""
        arrays, settings = load_arrays(folder / _FILE, self.name)
        if tuple(settings["axis"]) != self._genes or tuple(settings["kinds"]) != self._similarities.kinds:
            raise KnockonError(f"{folder}: trained with other genes or other side information: {settings['kinds']}")
        self._additive.restore(
            {name: arrays[f"additive.{name}"] for name in self._additive.arrays()}, settings["genes"]
        )
        self._knowledge, self._screen, self._singles = knowledge_from(arrays), screen_from(arrays), arrays["singles"]
        try:
            self._boosters = {regime: lightgbm.Booster(model_file=folder / f"{regime}.txt") for regime in _REGIMES}
        except lightgbm.basic.LightGBMError as error:
            raise FormatError(f"{folder}: a booster is absent or damaged ({error}); train it again") from error


def pairs_within(genotypes: Genotypes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of genes within each strain: the strain's number, shape (pairs,), and the genes, shape (pairs, 2)."""
    strains, genes = [np.zeros(0, dtype=np.int64)], [np.zeros((0, 2), dtype=np.int64)]
    for count in np.unique(genotypes.counts[genotypes.counts >= 2]):
        rows = np.flatnonzero(genotypes.counts == count)
        members = genotypes.indices[genotypes.indptr[rows][:, None] + np.arange(count)]
        first, second = np.triu_indices(count, k=1)
        strains.append(np.repeat(rows, len(first)))
        genes.append(np.stack([members[:, first], members[:, second]], axis=2).reshape(-1, 2).astype(np.int64))
    return np.concatenate(strains), np.concatenate(genes)


def _pair_folds(train: Examples, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
    """Rows of each fold; strains of one pair (other alleles) are in one fold."""
    pairs = np.sort(train.genotypes.pairs(), axis=1)
    _, owner = np.unique(pairs, axis=0, return_inverse=True)
    part = rng.integers(0, count, size=owner.max() + 1)[owner.ravel()]
    return (part == number for number in range(count))


def _gene_folds(train: Examples, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.bool_]]:
    """Rows of each fold: all pairs with a gene of one part of the genes."""
    part = rng.permutation(len(train.genotypes.genes)) % _GENE_PARTS
    pairs = part[train.genotypes.pairs()]
    return ((pairs == number).any(axis=1) for number in range(min(count, _GENE_PARTS)))
