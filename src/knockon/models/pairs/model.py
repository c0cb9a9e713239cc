"""A model of pairs of genes from features, all of them made from training rows.

Two learners stand behind one model: one for pairs of genes that both have training pairs, one for pairs with a new
gene. Each learns from features that were made without the label in question: out of folds of pairs for the first, out
of folds of genes for the second, so that a training row looks as a test row will.
"""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.context import Inputs, Side
from knockon.models.pairs.features import PairFeatures
from knockon.models.pairs.knowledge import PairKnowledge, knowledge_from, learn
from knockon.models.pairs.screen_knowledge import ScreenKnowledge, learn_screen, screen_from
from knockon.models.pairs.similarity import Similarities
from knockon.models.pairs.table import PairLearner, PairTable, gene_folds, pair_folds, pairs_within
from knockon.models.protocol import Examples, Subsystems
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.strains.additive import RIDGES, Additive
from knockon.models.strains.gene_axis import positions
from knockon.progress import track

_FILE = "knowledge.safetensors"
_BLOCK = 1_000_000
# Fewer validation rows than this tell too little about when to stop.
_STOPPING_ROWS = 1_000
FEWEST_PAIRS = 200
SEEN, NEW = REGIMES = ("seen", "new")


class PairModel:
    """Learners of pair features behind the `Model` protocol.

    side: by kind, gene × feature matrices over the representation's genes (annotations, networks, profiles). learners:
    by regime. folds: of pairs, and of genes, of which there are 7 at most. most_rows: training rows drawn at most.
    Strains of other than two genes get the additive prediction plus, for each of their pairs, what the learner adds.
    """

    reads_vectors = False

    def __init__(
        self,
        name: str,
        inputs: Inputs,
        side: Side,
        learners: Mapping[str, PairLearner],
        folds: int = 10,
        most_rows: int = 1_000_000,
    ) -> None:
        self.name = name
        self.learners = learners
        self._genes = inputs.representation.names
        self._similarities = Similarities(side, len(self._genes))
        self._folds, self._most_rows = folds, most_rows
        self._additive = Additive(refit=False)
        self._knowledge: PairKnowledge | None = None
        self._screen: ScreenKnowledge | None = None
        self._singles = np.zeros(0)

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        """Losses of the last fit's learner of pairs of known genes."""
        return self.learners[SEEN].history

    @property
    def subsystems(self) -> Subsystems | None:
        """None: it has none."""
        return None

    def fit(self, train: Examples, validation: Examples, seed: int) -> None:
        """Learn from the training rows; the validation rows choose the additive penalty and when to stop."""
        self._additive = Additive(RIDGES, refit=False)
        self._additive.fit(train, validation, seed)
        train, rng = self._learn(train), np.random.default_rng(seed)
        held = self._held_out(self._pairs_only(validation))
        for regime, learner in self.learners.items():
            table = self._out_of_fold(train, regime, rng)
            watched = held[regime] if len(held[regime].examples) >= _STOPPING_ROWS else None
            learner.fit(table, watched, seed)

    def refit(self, examples: Examples, seed: int) -> None:
        """Learn from these strains, with the penalty and for as long as the last `fit` found best."""
        self._additive.solve(examples, self._additive.ridge)
        train, rng = self._learn(examples), np.random.default_rng(seed)
        for regime, learner in self.learners.items():
            learner.refit(self._out_of_fold(train, regime, rng), seed)

    def _learn(self, examples: Examples) -> Examples:
        """Keep what the features of unlabelled pairs are made from; give the strains of two genes."""
        train = self._pairs_only(examples)
        if len(train) < FEWEST_PAIRS:
            raise KnockonError(
                f"{self.name}: {len(train)} training strains have two perturbed genes, it needs {FEWEST_PAIRS}; choose "
                "a label measured on pairs, or a larger size"
            )
        self._singles = train.singles
        self._knowledge, self._screen = self._taught(train)
        return train

    def _out_of_fold(self, train: Examples, regime: str, rng: np.random.Generator) -> PairTable:
        """Features of training rows, each from the rows outside its fold, and those rows."""
        folds = list((pair_folds if regime == SEEN else gene_folds)(train, self._folds, rng))
        share = min(1.0, self._most_rows / max(sum(int(fold.sum()) for fold in folds), 1))
        names: tuple[str, ...] = ()
        parts, chosen = [], []
        for fold in track(folds, "pair features out of fold"):
            rows = np.flatnonzero(fold & (rng.random(len(fold)) < share))
            names, values = self._features(*self._taught(train.take(~fold)), train.take(rows).genotypes.pairs())
            parts.append(values)
            chosen.append(rows)
        return PairTable(names, np.vstack(parts), train.take(np.concatenate(chosen)))

    def _held_out(self, validation: Examples) -> dict[str, PairTable]:
        """Validation rows and their features, by the learner that they concern."""
        seen = self._both_seen(validation.genotypes.pairs())
        return {
            regime: PairTable(*self._features(self._known(), self._screen, part.genotypes.pairs()), part)
            for regime, part in ((SEEN, validation.take(seen)), (NEW, validation.take(~seen)))
        }

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,)."""
        predicted = self._additive.predict(genotypes)
        genotypes = self._on_axis(genotypes)
        two = genotypes.counts == 2
        # The learners start from the additive model of pairs alone, so that a pair's prediction is theirs.
        predicted[two] = self._known().additive(genotypes.take(two).pairs())
        strains, pairs = pairs_within(genotypes)
        for start in range(0, len(pairs), _BLOCK):
            part = slice(start, start + _BLOCK)
            gain = self._of_pairs(pairs[part]) - self._known().additive(pairs[part])
            predicted += np.bincount(strains[part], weights=gain, minlength=len(predicted))
        return predicted

    def parts(self) -> "Mapping[str, PairModel]":
        """What the learners are made of, each as a model of its own, by name; empty where they are of one piece."""
        found: dict[str, PairModel] = {}
        for name in sorted(set.intersection(*(set(learner.parts()) for learner in self.learners.values()))):
            part = copy.copy(self)
            part.name = name
            part.learners = {regime: learner.parts()[name] for regime, learner in self.learners.items()}
            found[name] = part
        return found

    def _of_pairs(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        _, values = self._features(self._known(), self._screen, pairs)
        seen, result = self._both_seen(pairs), np.empty(len(pairs))
        for regime, rows in ((SEEN, seen), (NEW, ~seen)):
            if rows.any():
                result[rows] = self.learners[regime].predict(values[rows])
        return result

    def _taught(self, pairs: Examples) -> tuple[PairKnowledge, ScreenKnowledge | None]:
        return learn(pairs, self._additive.ridge), learn_screen(pairs, self._additive.ridge)

    def _features(
        self, knowledge: PairKnowledge, screen: ScreenKnowledge | None, pairs: NDArray[np.integer]
    ) -> tuple[tuple[str, ...], NDArray[np.float32]]:
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
            raise KnockonError(
                f"{self.name}: {len(unknown)} perturbed genes are not in the representation, e.g. {names}"
            )
        return Genotypes(self._genes, genotypes.indptr, place[genotypes.indices].astype(np.int32))

    def _known(self) -> PairKnowledge:
        if self._knowledge is None:
            raise KnockonError(f"{self.name}: not fitted yet; fit or load it first")
        return self._knowledge

    def _both_seen(self, pairs: NDArray[np.integer]) -> NDArray[np.bool_]:
        return (self._known().place[pairs] >= 0).all(axis=1)

    def save(self, folder: Path) -> None:
        """Write the learners, and what the features are made from; side information is not stored."""
        arrays = {f"additive.{name}": array for name, array in self._additive.arrays().items()}
        settings = {"genes": self._additive.genes, "axis": self._genes, "kinds": self._similarities.kinds}
        learnt = self._known().arrays() | (self._screen.arrays() if self._screen else {})
        save_arrays(folder / _FILE, self.name, {**learnt, "singles": self._singles, **arrays}, settings)
        for regime, learner in self.learners.items():
            (folder / regime).mkdir()
            learner.save(folder / regime)

    def load(self, folder: Path) -> None:
        """Read it. Raises KnockonError where the genes or the kinds of side information are others than in training."""
        arrays, settings = load_arrays(folder / _FILE, self.name)
        if tuple(settings["axis"]) != self._genes or tuple(settings["kinds"]) != self._similarities.kinds:
            raise KnockonError(f"{folder}: trained with other genes or other side information: {settings['kinds']}")
        self._additive.restore(
            {name: arrays[f"additive.{name}"] for name in self._additive.arrays()}, settings["genes"]
        )
        self._knowledge, self._screen, self._singles = knowledge_from(arrays), screen_from(arrays), arrays["singles"]
        for regime, learner in self.learners.items():
            learner.load(folder / regime)
