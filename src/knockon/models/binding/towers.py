"""Dual networks fitted for one of the affinity study's tasks, and what they say of a batch as the loss sees it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from knockon.errors import KnockonError
from knockon.losses.contrastive import InfoNCE, KnownPairs, Paired
from knockon.models.binding.dual import ScoredDual
from knockon.models.binding.every_pair import unit
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.protocol import Pairs
from knockon.models.binding.registry import build
from knockon.training.fit_folders import FitFolders, name_of


def fit_tower(
    settings: Mapping[str, Any],
    training: Mapping[str, Any],
    train: Pairs,
    seed: int,
    fits: FitFolders,
    validation: Pairs | None = None,
) -> NetworkModel:
    """Fit a `dual` network; a fit that is done is found again.

    validation: its squared error chooses the step whose weights are kept; without it the last ones are. Raises
    TrainingStopped where a signal ended it early.
    """
    model = build("dual", settings, training)
    assert isinstance(model, NetworkModel)
    described = {"settings": dict(settings), "training": dict(training), "seed": seed, "data": train.digest()}
    described["validation"] = None if validation is None else validation.digest()
    model.fit(train, validation, seed, fits.folder(name_of(described)))
    return model


def contrastive_loss(model: NetworkModel, pairs: Pairs, batch: int, seed: int) -> float:
    """Mean symmetric InfoNCE, in nats, over whole batches of `batch` pairs in random order; every pair is a binder.

    Its positives are the pairs given. Raises KnockonError where there is no whole batch.
    """
    if len(pairs) < batch:
        raise KnockonError(f"contrastive loss of {len(pairs)} pairs: they are no batch of {batch}; ask for less")
    module = model.module
    assert isinstance(module, ScoredDual)
    places = torch.from_numpy(pairs.ligand), torch.from_numpy(pairs.protein)
    contrast = InfoNCE(KnownPairs(*places, len(pairs.proteins)), module.contrast.positives)
    vectors = [
        torch.from_numpy(unit(model.vectors(side, texts)))[place]
        for side, texts, place in zip(("ligand", "protein"), (pairs.ligands, pairs.proteins), places, strict=True)
    ]
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(pairs)))
    anchors = torch.ones(batch, dtype=torch.bool)
    with torch.no_grad():
        contrast.log_scale.copy_(module.contrast.log_scale)
        losses = [
            float(contrast(Paired(vectors[0][rows], vectors[1][rows], places[0][rows], places[1][rows], anchors))[0])
            for rows in order.split(batch)
            if len(rows) == batch
        ]
    return float(np.mean(losses))


def without_proteins(pairs: Pairs) -> Pairs:
    """The same pairs with one and the same protein in all of them: what a network learns then is of ligands alone."""
    return Pairs(pairs.ligands, ("A",), pairs.ligand, np.zeros_like(pairs.protein), pairs.values, pairs.relation)
