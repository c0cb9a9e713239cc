"""Fits of models of protein variants: from a line of the grid and a seed to predictions of every variant."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from knockon.arrays import Rows, Values
from knockon.errors import KnockonError
from knockon.losses.registry import build_loss
from knockon.models.supervised import ScoredNetwork, Scorer
from knockon.models.variants.additive import fit_additive
from knockon.models.variants.base import LinearNetwork
from knockon.models.variants.global_epistasis import GlobalEpistasis, deviation, plausible_range
from knockon.models.variants.improved import ConvolutionalNetwork, Convolutions
from knockon.models.variants.inputs import VariantInputs
from knockon.models.variants.mimo import MimoNetwork, ScoredMimo, by_number, shuffled
from knockon.models.variants.task import predict_variants, variant_task
from knockon.represent.protein_tokens import esm_tokens, indicators, residue_codes
from knockon.training.fit_folders import FitFolders, name_of
from knockon.training.metric_log import loss_curve
from knockon.training.settings import TrainingSettings, settings_from
from knockon.training.whole_run import train_whole

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
    module: Scorer | None = None

    @property
    def predicted(self) -> Values:
        """Mean over the members, shape (variants,)."""
        return self.members.mean(axis=1)


def mean_of(fits: Sequence[Fitted]) -> Fitted:
    """The mean of several fits as one model whose members they are."""
    members = np.column_stack([fitted.predicted for fitted in fits])
    known = [fitted.deviations for fitted in fits if fitted.deviations is not None]
    return Fitted(members, np.sqrt(np.mean(np.square(known), axis=0)) if known else None)


def fit(model: str, data: VariantInputs, setting: Setting, seed: int, fits: FitFolders | None = None) -> Fitted:
    """Fit one model with one setting; see params.yaml for what a setting holds.

    fits: where a fit that was finished is found again, and one that was stopped goes on; None keeps nothing. Raises
    TrainingStopped where a signal ended it early.
    """
    if model == "additive":
        return _fit_additive(data, setting)
    if model == "ensemble":
        return _fit_ensemble(data, setting, seed, fits)
    module, draws = _module(model, data, setting, seed)
    return _trained(module, draws, data, {"name": model, **setting}, seed, fits)


def _fit_additive(data: VariantInputs, setting: Setting) -> Fitted:
    carried = indicators(np.asarray(data.matrix).astype(np.int64), len(data.reference))
    values, weights = data.brightness[data.train], data.weights(data.train)
    model = fit_additive(carried[data.train], values, weights, float(setting["shrinkage"]))
    return Fitted(model.predict(carried)[:, None])


def _fit_ensemble(data: VariantInputs, setting: Setting, seed: int, fits: FitFolders | None) -> Fitted:
    """Independent networks that together take as many steps as one of the improved model."""
    count = int(setting["members"])
    share = setting | {"epochs": max(1, int(setting["epochs"]) // count)}
    found = [fit("improved", data, share, seed * 1000 + number, fits) for number in range(count)]
    return Fitted(np.concatenate([each.members for each in found], axis=1), curve=found[0].curve)


def _module(model: str, data: VariantInputs, setting: Setting, seed: int) -> tuple[Scorer, Rows]:
    """The untrained module, and which variants make up its training rows."""
    # The first weights are drawn here, before the trainer seeds its own generator.
    torch.manual_seed(seed)
    labels, singly = data.brightness[data.train], data.train[:, None]
    if model == "global_epistasis":
        low, high = plausible_range(labels)
        shrinkage, noise = float(setting["shrinkage"]), str(setting["noise"])
        return GlobalEpistasis(data.reference, low, high, shrinkage, len(data.train), noise), singly
    loss = build_loss(setting["loss"], ("brightness",))
    loss.fit(labels)
    if model == "base":
        return ScoredNetwork(LinearNetwork(data.width, loss.outputs), loss), singly
    sizes = Convolutions(**setting["sizes"])
    wild_type = torch.from_numpy(esm_tokens(residue_codes([data.reference]))[0].astype(np.int64))
    if model == "improved":
        return ScoredNetwork(ConvolutionalNetwork(wild_type, loss.outputs, sizes), loss), singly
    if model not in ("mimo", "mimo_published"):
        raise KnockonError(f"gfp.train.models: there is no model {model!r}")
    mixed = bool(setting.get("mixed", True))
    network = MimoNetwork(setting["subnetworks"], wild_type, loss.outputs, sizes, mixed)
    return ScoredMimo(network, loss), _draws(model, data, setting, seed)


def _draws(model: str, data: VariantInputs, setting: Setting, seed: int) -> Rows:
    subnetworks, epochs = int(setting["subnetworks"]), int(setting["epochs"])
    if model == "mimo":
        return by_number(data.train, data.mutations, subnetworks, epochs, seed)
    return shuffled(data.train, subnetworks, epochs, float(setting["repetition"]), seed)


def _trained(
    module: Scorer, draws: Rows, data: VariantInputs, setting: Setting, seed: int, fits: FitFolders | None
) -> Fitted:
    task = variant_task(module, data, setting, draws)
    settings = training_settings(len(draws), setting, seed)
    folder = None if fits is None else fits.folder(name_of(settings.fingerprint() | task.fingerprint()))
    _, history = train_whole(task, settings, folder, str(setting["name"]))
    members = predict_variants(module, data, draws.shape[1], np.arange(len(data)))
    deviations = None
    if isinstance(module, GlobalEpistasis):
        deviations = deviation(module, members[:, 0], data.barcodes)
    return Fitted(members, deviations, loss_curve(history), module)


def training_settings(rows: int, setting: Setting, seed: int) -> TrainingSettings:
    """The trainer's settings. A MIMO run draws the rows of all its epochs beforehand, so that they are one to it."""
    epochs, size = int(setting["epochs"]), int(setting["batch_size"])
    drawn = setting.get("subnetworks") is not None
    per_epoch = max(1, (rows // epochs if drawn else rows) // size)
    settings = settings_from(
        {
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
    )
    # The last checkpoint and the best are all that another start reads.
    return replace(settings, keep=1)
