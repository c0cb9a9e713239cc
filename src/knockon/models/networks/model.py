"""Networks as models of strains: behind the `Model` protocol, trained by the one loop."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn

from knockon.artifact import UNSTAMPED, check, stamp
from knockon.atomic import write_json
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.hashing import digest
from knockon.losses.registry import build_loss
from knockon.models.context import Context
from knockon.models.networks.batches import gene_names, seeded
from knockon.models.protocol import Examples, Model, Subsystems
from knockon.models.supervised import (
    AUXILIARY_WEIGHT,
    Fingerprint,
    Labelled,
    NetworkInputs,
    ScoredNetwork,
    SupervisedTask,
)
from knockon.training.checkpoint import save_weights
from knockon.training.loop import WEIGHTS_FILE, TrainingResult
from knockon.training.predict_batches import predict_batches
from knockon.training.settings import TrainingSettings, settings_from
from knockon.training.whole_run import train_whole

_BATCH = 4096
_DESCRIPTION = "model.json"
_KIND, _VERSION = "model.network", 1


class Design(Protocol):
    """How a kind of network reads strains, and how it is built and prepared."""

    name: str

    @property
    def reads_vectors(self) -> bool:
        """See `Model.reads_vectors`."""

    def describe(self) -> dict[str, Any]:
        """What identifies the network and its inputs."""

    def batches(self, genotypes: Genotypes) -> NetworkInputs:
        """The strains as the network reads them."""

    def network(self, genes: tuple[str, ...], heads: int, outputs: int) -> nn.Module:
        """An unfitted network for strains over these genes; it gives `NetworkOutput`."""

    def prepare(self, network: nn.Module, train: Examples) -> None:
        """Set what is learnt from the training strains before training, such as scales of features."""


class StrainModel:
    """A network that predicts one label of strains.

    context: tells label, loss and folder. settings: of the training, the context's included.
    """

    def __init__(self, design: Design, context: Context, settings: TrainingSettings) -> None:
        self.name = design.name
        self._design, self._label, self._settings = design, context.label, settings
        self._loss = context.loss_description()
        self._folder = context.folder
        self._module: ScoredNetwork | None = None
        self._genes: tuple[str, ...] = ()
        self._best_share = 1.0
        self.history: list[dict[str, Any]] = []
        """The metric log of the last fit, a dictionary a line."""

    @property
    def reads_vectors(self) -> bool:
        """Whether the genes' vectors are an input; a control on random vectors says something only then."""
        return self._design.reads_vectors

    @property
    def subsystems(self) -> Subsystems | None:
        """None: of the networks, DCell alone has any."""
        return None

    def parts(self) -> Mapping[str, Model]:
        """Empty: a network is of one piece."""
        return {}

    def fit(self, train_part: Examples, validation: Examples, seed: int) -> None:
        """Train; the best weights on validation strains stay. Raises TrainingStopped where a signal ended it early."""
        result = self._train(train_part, validation, replace(self._settings, seed=seed), "fit")
        self._best_share = (result.best_step or result.steps) / max(len(train_part), 1)

    def refit(self, examples: Examples, seed: int) -> None:
        """Train on these strains alone, as many epochs as the last `fit` found best."""
        steps = max(1, round(self._best_share * len(examples)))
        settings = replace(self._settings, seed=seed, epochs=None, max_steps=steps, patience=None)
        history = self.history
        self._train(examples, examples.take(np.zeros(0, dtype=np.int64)), settings, "refit")
        # Its log has no validation in it.
        self.history = history

    def _train(
        self, train_part: Examples, validation: Examples, settings: TrainingSettings, part: str
    ) -> TrainingResult:
        self._genes = train_part.genotypes.genes
        seed = settings.seed
        module = self._build(seed)
        module.loss.fit(train_part.values)
        self._design.prepare(module.network, train_part)
        task = self._task(
            module, self._labelled(train_part), self._labelled(validation), self._fingerprint(train_part, validation)
        )
        result, self.history = train_whole(task, settings, self._folder and self._folder / part, self.name)
        self._module = module
        return result

    def predict(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """The label in its unit, shape (strains,). The strains must be over the genes of the training strains."""
        return self._predict_all(genotypes)[:, 0]

    def _predict_all(self, genotypes: Genotypes) -> NDArray[np.float64]:
        """All labels in their units, shape (strains, labels)."""
        if self._module is None or genotypes.genes != self._genes:
            raise KnockonError(f"{self.name}: not fitted, or the strains are over other genes than in training")
        inputs, rows = self._design.batches(genotypes), np.arange(len(genotypes))
        predicted: NDArray[np.float64] = (
            predict_batches(self._module, self._module.predict, inputs.batch, rows, _BATCH).double().cpu().numpy()
        )
        return predicted

    def save(self, folder: Path) -> None:
        """Write weights and genes."""
        if self._module is None:
            raise KnockonError(f"{self.name}: nothing to save before fit")
        save_weights(folder / WEIGHTS_FILE, self._module.state_dict())
        description = {"name": self.name, "loss": self._loss, "genes": list(self._genes)}
        write_json(folder / _DESCRIPTION, stamp(_KIND, _VERSION) | description)

    def load(self, folder: Path) -> None:
        """Read weights and genes. Raises KnockonError for the files of another model or a newer version."""
        try:
            description = json.loads((folder / _DESCRIPTION).read_text())
            weights = load_file(folder / WEIGHTS_FILE)
        except (OSError, ValueError) as error:
            raise KnockonError(f"{folder}: no readable {self.name} model ({error}); train it again") from error
        check(description, _KIND, (UNSTAMPED, _VERSION), folder / _DESCRIPTION)
        if description["name"] != self.name or description["loss"] != self._loss:
            raise KnockonError(f"{folder} holds {description['name']} with loss {description['loss']}, not {self.name}")
        self._genes = tuple(description["genes"])
        module = self._build(0)
        try:
            module.load_state_dict(weights)
        except RuntimeError as error:
            raise KnockonError(f"{folder}: the weights are of another size of {self.name}: {error}") from error
        self._module = module

    def _build(self, seed: int) -> ScoredNetwork:
        options = {key: value for key, value in self._loss.items() if key != "name"}
        loss = build_loss(self._loss["name"], (self._label,), **options)
        with seeded(seed):
            network = self._design.network(self._genes, 1, loss.outputs)
        return ScoredNetwork(network, loss, AUXILIARY_WEIGHT)

    def _task(self, module: ScoredNetwork, train: Labelled, validation: Labelled, data: Fingerprint) -> SupervisedTask:
        return SupervisedTask(module, train, validation, data)

    def _labelled(self, examples: Examples) -> Labelled:
        weights = examples.weights / examples.weights.mean() if len(examples) else examples.weights
        inputs, values = self._design.batches(examples.genotypes), examples.values[:, None]
        return Labelled(inputs, values, weights, gene_names(examples.genotypes))

    def _fingerprint(self, *parts: Examples) -> Fingerprint:
        """Model, loss, and hashes of genes, strains and labels."""
        hashes = {"data.genes": digest(names=" ".join(self._genes))}
        for name, part in zip(("train", "validation"), parts, strict=True):
            hashes[f"data.{name}"] = digest(part.genotypes.indices, part.genotypes.counts, part.values, part.weights)
        described = {f"model.{name}": value for name, value in self._design.describe().items()}
        loss = {f"loss.{name}": value for name, value in self._loss.items()}
        return {"model": self.name} | described | loss | hashes


NETWORK_SETTINGS: dict[str, Any] = {
    "epochs": 30,
    "batch_size": 512,
    "learning_rate": 0.003,
    "weight_decay": 0.01,
    "warmup_steps": 100,
    "patience": 5,
    "monitor": "validation_pearson",
    "monitor_mode": "max",
    "log_steps": 10,
}
"""Where a model's params say nothing else."""


def settings_of(context: Context, own: Mapping[str, Any] | None = None) -> TrainingSettings:
    """NETWORK_SETTINGS, but for what a kind of network has of its own, and what the context says."""
    return settings_from({**NETWORK_SETTINGS, **(own or {}), **context.training})
