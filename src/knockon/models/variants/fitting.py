"""Fits of the avGFP study's networks: from a line of the grid and a seed to predictions of every variant."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from knockon.arrays import Rows, Values
from knockon.errors import KnockonError
from knockon.losses.registry import build_loss
from knockon.models.variants.additive import fit_additive
from knockon.models.variants.base import LinearNetwork
from knockon.models.variants.global_epistasis import GlobalEpistasis, deviation, plausible_range
from knockon.models.variants.improved import ConvolutionalNetwork, Convolutions
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.mimo import MimoNetwork, by_number, shuffled
from knockon.models.variants.task import Scored, VariantTask
from knockon.represent.protein_tokens import esm_tokens, indicators, residue_codes
from knockon.training.launch import leave
from knockon.training.loop import LOG_FILE, train
from knockon.training.settings import settings_from
from knockon.training.signals import RESUME_EXIT_CODE

Setting = dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """A fitted model's answers. members: float64 (variants, members), their mean is the prediction.

    deviations: predicted standard deviation of each measurement, None where the model gives none. curve: rows of step,
    part and loss. module: the trained module, None for a closed form.
    """

    members: Values
    deviations: Values | None = None
    curve: list[dict[str, Any]] = field(default_factory=list)
    module: torch.nn.Module | None = None

    @property
    def predicted(self) -> Values:
        """Mean over the members, shape (variants,)."""
        return self.members.mean(axis=1)


def fit(model: str, data: VariantInputs, setting: Setting, seed: int, reference: str) -> Fitted:
    """Fit one model with one setting; see params.yaml for what a setting holds."""
    if model == "additive":
        return _fit_additive(data, setting, reference)
    if model == "ensemble":
        return _fit_ensemble(data, setting, seed, reference)
    module, draws = _module(model, data, setting, seed, reference)
    return _trained(VariantTask(module, data, {"name": model, **setting}, draws), setting, seed)


def _fit_additive(data: VariantInputs, setting: Setting, reference: str) -> Fitted:
    carried = indicators(np.asarray(data.matrix).astype(np.int64), len(reference))
    values, weights = data.brightness[data.train], data.weights(data.train)
    model = fit_additive(carried[data.train], values, weights, float(setting["shrinkage"]))
    return Fitted(model.predict(carried)[:, None])


def _fit_ensemble(data: VariantInputs, setting: Setting, seed: int, reference: str) -> Fitted:
    """Independent networks that together take as many steps as one of the improved model."""
    count = int(setting["members"])
    share = setting | {"epochs": max(1, int(setting["epochs"]) // count)}
    fits = [fit("improved", data, share, seed * 1000 + number, reference) for number in range(count)]
    return Fitted(np.concatenate([each.members for each in fits], axis=1), curve=fits[0].curve)


def _module(
    model: str, data: VariantInputs, setting: Setting, seed: int, reference: str
) -> tuple[torch.nn.Module, Rows | None]:
    """The untrained module, and which variants make up its training rows (None: each by itself)."""
    # The first weights are drawn here, before the trainer seeds its own generator.
    torch.manual_seed(seed)
    labels = data.brightness[data.train]
    if model == "global_epistasis":
        low, high = plausible_range(labels)
        shrinkage, noise = float(setting["shrinkage"]), str(setting["noise"])
        return GlobalEpistasis(reference, low, high, shrinkage, len(data.train), noise), None
    loss = build_loss(setting["loss"], ("brightness",))
    loss.fit(labels)
    if model == "base":
        return Scored(LinearNetwork(data.width, loss.outputs), loss), None
    sizes = Convolutions(**setting["sizes"])
    wild_type = torch.from_numpy(esm_tokens(residue_codes([reference]))[0].astype(np.int64))
    if model == "improved":
        return Scored(ConvolutionalNetwork(wild_type, loss.outputs, sizes), loss), None
    if model not in ("mimo", "mimo_published"):
        raise KnockonError(f"gfp.train.models: there is no model {model!r}")
    mixed = bool(setting.get("mixed", True))
    network = Scored(MimoNetwork(setting["subnetworks"], wild_type, loss.outputs, sizes, mixed), loss)
    return network, _draws(model, data, setting, seed)


def _draws(model: str, data: VariantInputs, setting: Setting, seed: int) -> Rows:
    subnetworks, epochs = int(setting["subnetworks"]), int(setting["epochs"])
    if model == "mimo":
        return by_number(data.train, data.mutations, subnetworks, epochs, seed)
    return shuffled(data.train, subnetworks, epochs, float(setting["repetition"]), seed)


def _trained(task: VariantTask, setting: Setting, seed: int) -> Fitted:
    """Train in a scratch folder: a fit takes seconds, so its checkpoints need not outlive the stage."""
    with tempfile.TemporaryDirectory() as folder:
        result = train(task, settings_from(training_settings(task, setting, seed)), Path(folder))
        if not result.finished:
            leave(RESUME_EXIT_CODE)
        curve = read_curve(Path(folder) / LOG_FILE)
    members = task.predict_all(np.arange(len(task.data)))
    module: Any = task.module
    deviations = None
    if isinstance(module, GlobalEpistasis):
        deviations = deviation(module, members[:, 0], task.data.barcodes)
    return Fitted(members, deviations, curve, module)


def training_settings(task: VariantTask, setting: Setting, seed: int) -> Setting:
    """The trainer's settings. A MIMO run draws the rows of all its epochs beforehand, so that they are one to it."""
    rows, epochs, size = task.rows("train"), int(setting["epochs"]), int(setting["batch_size"])
    drawn = rows > len(task.data.train) or setting.get("subnetworks") is not None
    per_epoch = max(1, (rows // epochs if drawn else rows) // size)
    return {
        "seed": seed,
        "batch_size": size,
        "epochs": 1 if drawn else epochs,
        "learning_rate": float(setting["learning_rate"]),
        "weight_decay": float(setting["weight_decay"]),
        "clip": setting["clip"],
        "patience": setting["patience"],
        "validation_steps": per_epoch,
        "checkpoint_steps": per_epoch,
        "monitor": "validation_mse",
        "precision": "float32",
        "device": "cpu",
        "log_steps": max(1, per_epoch // 4),
    }


def read_curve(path: Path) -> list[dict[str, Any]]:
    """Training loss and validation error by step, from the trainer's log."""
    rows = []
    for line in path.read_text().splitlines():
        record: Mapping[str, Any] = json.loads(line)
        for part, name in (("train", "loss"), ("validation", "validation_mse")):
            if record.get(name) is not None:
                rows.append({"training_step": record["step"], "part": part, "loss": float(record[name])})
    return rows
