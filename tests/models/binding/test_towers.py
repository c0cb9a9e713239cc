"""Towers of tasks: what a batch costs as the training has it, and a network that sees no protein."""

import math

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.towers import contrastive_loss, fit_tower, without_proteins
from knockon.training.fit_folders import kept_fits
from tests.models.binding.planted import pairs, split

SETTINGS = {
    "ligand_encoder": "features", "protein_encoder": "features", "width": 32, "projection": 16, "tile": 1,
    "dropout": 0.0, "loss": "contrastive", "head": "cosine", "threshold": 7.0,
}  # fmt: skip
TRAINING = {"batch_size": 32, "learning_rate": 0.01, "weight_decay": 0.0, "device": "cpu", "precision": "float32"}


@pytest.fixture(scope="module")
def sides():
    train, validation, test = split()
    return tuple(each.take(np.flatnonzero(each.values > 7)) for each in (train, validation, test))


def fit(settings, train, folder, **training):
    with kept_fits(folder) as fits:
        return fit_tower(settings, {**TRAINING, **training}, train, 0, fits)


def test_a_trained_tower_costs_less_than_chance_on_all_binders(sides, tmp_path):
    fresh = fit(SETTINGS, sides[0], tmp_path / "a", max_steps=1, learning_rate=1e-9)
    model = fit(SETTINGS, sides[0], tmp_path / "b", epochs=40)
    every = pairs().take(np.flatnonzero(pairs().values > 7))
    assert contrastive_loss(fresh, every, 32, 0) > 0.8 * math.log(32)
    assert contrastive_loss(model, every, 32, 0) < 0.5 * math.log(32)


def test_the_loss_is_that_of_the_training(sides, tmp_path):
    """One step over all pairs, without dropout: its loss is that of the first weights."""
    train = sides[0]
    model = fit(SETTINGS, train, tmp_path, max_steps=1, batch_size=len(train), learning_rate=1e-12)
    assert contrastive_loss(model, train, len(train), 3) == pytest.approx(model.history[0]["loss"], abs=1e-4)


def test_parts_of_a_batch_change_neither_loss_nor_weights(sides, tmp_path):
    """Gradient caching."""
    whole = fit(SETTINGS, sides[0], tmp_path / "a", max_steps=4)
    parts = fit(SETTINGS, sides[0], tmp_path / "b", max_steps=4, accumulation=4)
    assert [row["loss"] for row in parts.history] == pytest.approx([row["loss"] for row in whole.history], abs=1e-4)


def test_too_few_pairs_for_a_batch_are_told(sides, tmp_path):
    model = fit(SETTINGS, sides[0], tmp_path, max_steps=1)
    with pytest.raises(KnockonError, match="no batch of 1000"):
        contrastive_loss(model, sides[2], 1000, 0)


def test_without_proteins_all_proteins_are_predicted_alike(sides, tmp_path):
    settings = {**SETTINGS, "loss": "regression", "head": "regression"}
    train, _, test = split()
    with kept_fits(tmp_path) as fits:
        model = fit_tower(settings, {**TRAINING, "epochs": 2}, without_proteins(train), 0, fits, None)
    predicted = model.predict(test)
    for ligand in np.unique(test.ligand):
        assert np.ptp(predicted[test.ligand == ligand]) < 1e-5
    assert np.ptp(predicted) > 0.1
