"""A perceptron on pair features."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from knockon.artifact import UNSTAMPED, check, stamp
from knockon.atomic import write_json
from knockon.errors import FormatError
from knockon.hashing import digest
from knockon.losses.registry import build_loss
from knockon.models.context import Context
from knockon.models.networks.batches import gene_names, seeded
from knockon.models.networks.table import TableBatches, TableNetwork
from knockon.models.pairs.table import PairLearner, PairTable
from knockon.models.supervised import Fingerprint, Labelled, ScoredNetwork, SupervisedTask
from knockon.training.checkpoint import save_weights
from knockon.training.loop import WEIGHTS_FILE
from knockon.training.predict_batches import predict_batches
from knockon.training.settings import TrainingSettings
from knockon.training.whole_run import train_whole

_DESCRIPTION = "network.json"
_KIND, _VERSION = "model.pair_network", 1
_BATCH = 16_384


class PairPerceptron:
    """A perceptron as a learner of pair features, trained by the one loop.

    context: tells label, loss and folder. settings: of the training.
    """

    def __init__(
        self,
        context: Context,
        settings: TrainingSettings,
        width: int = 128,
        layers: int = 2,
        dropout: float = 0.3,
    ) -> None:
        self._label, self._settings, self._folder = context.label, settings, context.folder
        self._width, self._layers, self._dropout = width, layers, dropout
        self._loss = context.loss_description()
        self._module: ScoredNetwork | None = None
        self._best_share = 1.0
        self.history: list[dict[str, Any]] = []

    def fit(self, train: PairTable, held: PairTable | None, seed: int) -> None:
        """Train; the weights that were best on held rows stay, where there are any, else the last."""
        settings = replace(self._settings, seed=seed + self._settings.seed)
        steps, best, self.history = self._train(train, held, settings, "fit")
        self._best_share = (best or steps) / len(train.examples)

    def refit(self, train: PairTable, seed: int) -> None:
        """Train on the table alone, as many epochs as the last `fit` found best."""
        steps = max(1, round(self._best_share * len(train.examples)))
        settings = replace(self._settings, seed=seed + self._settings.seed, epochs=None, max_steps=steps, patience=None)
        self._train(train, None, settings, "refit")

    def _train(
        self, train: PairTable, held: PairTable | None, settings: TrainingSettings, part: str
    ) -> tuple[int, int | None, list[dict[str, Any]]]:
        nothing = PairTable(train.names, train.values[:0], train.examples.take(np.zeros(0, dtype=np.int64)))
        held = held or nothing
        module = self._build(len(train.names), settings.seed)
        module.loss.fit(train.examples.values)
        assert isinstance(module.network, TableNetwork)
        module.network.prepare(train.values)
        task = SupervisedTask(module, _labelled(train), _labelled(held), self._fingerprint(train, held))
        result, history = train_whole(task, settings, self._folder and self._folder / part, "pair_network")
        self._module = module
        return result.steps, result.best_step, history

    def predict(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """The label in its unit, shape (pairs,)."""
        assert self._module is not None
        batch, rows = TableBatches(values).batch, np.arange(len(values))
        predicted = predict_batches(self._module, self._module.predict, batch, rows, _BATCH)
        labels: NDArray[np.float64] = predicted[:, 0].double().cpu().numpy()
        return labels

    def parts(self) -> dict[str, PairLearner]:
        """None: it is of one piece."""
        return {}

    def save(self, folder: Path) -> None:
        """Write the weights and the number of features."""
        assert self._module is not None
        assert isinstance(self._module.network, TableNetwork)
        save_weights(folder / WEIGHTS_FILE, self._module.state_dict())
        write_json(folder / _DESCRIPTION, stamp(_KIND, _VERSION) | {"features": len(self._module.network.center)})

    def load(self, folder: Path) -> None:
        """Read them. Raises FormatError where they are absent, damaged, or of a network of another size."""
        try:
            description = json.loads((folder / _DESCRIPTION).read_text())
            check(description, _KIND, (UNSTAMPED, _VERSION), folder / _DESCRIPTION)
            module = self._build(int(description["features"]), 0)
            module.load_state_dict(load_file(folder / WEIGHTS_FILE))
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise FormatError(f"{folder}: no readable pair network ({error}); train it again") from error
        self._module = module

    def _build(self, features: int, seed: int) -> ScoredNetwork:
        options = {key: value for key, value in self._loss.items() if key != "name"}
        loss = build_loss(self._loss["name"], (self._label,), **options)
        with seeded(seed):
            network = TableNetwork(features, self._width, self._layers, self._dropout, loss.outputs)
        return ScoredNetwork(network, loss)

    def _fingerprint(self, train: PairTable, held: PairTable) -> Fingerprint:
        tables = {
            f"data.{name}.{what}": digest(values, names=" ".join(table.names))
            for name, table in (("train", train), ("validation", held))
            for what, values in (
                ("features", table.values),
                ("labels", table.examples.values),
                ("weights", table.examples.weights),
            )
        }
        loss = {f"loss.{name}": value for name, value in self._loss.items()}
        sizes = {"width": self._width, "layers": self._layers, "dropout": self._dropout}
        return {"model": "pair_network"} | sizes | loss | tables


def _labelled(table: PairTable) -> Labelled:
    rows = table.examples
    weights = rows.weights / rows.weights.mean() if len(rows) else rows.weights
    return Labelled(TableBatches(table.values), rows.values[:, None], weights, gene_names(rows.genotypes))
