"""Autoencoders: the planted states are found, the skip is never worse than PCA by validation, bits come back."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.autoencoder import AutoencoderModel, AutoencoderSizes
from knockon.models.cells.pca import Pca
from knockon.models.cells.protocol import hide
from tests.models.cells.planted import planted, score, unseen

TRAINING = {
    **{"max_steps": 300, "batch_size": 32, "learning_rate": 0.005, "weight_decay": 0.001, "validation_steps": 50},
    **{"checkpoint_steps": 1000, "log_steps": 50, "precision": "float32", "device": "cpu"},
}
DATA = planted()
SEEN = DATA.values[unseen(DATA)]


def fitted(data=DATA, seed=1, training=TRAINING, **sizes):
    model = AutoencoderModel(AutoencoderSizes(**sizes), training)
    model.fit(data, seed)
    return model


@pytest.fixture(scope="module")
def plain():
    return fitted(widths=(32, 3))


def test_the_planted_states_are_found(plain):
    assert score(DATA, plain.reconstruct(SEEN)) > 0.9
    assert plain.gain is None
    assert plain.history[-1]["step"] == 300


def test_a_denoising_one_tells_hidden_genes_better(plain):
    hidden = np.arange(60) % 5 == 0
    denoising = fitted(widths=(32, 3), masked=0.3)
    told, blind = (score(DATA, model.reconstruct(hide(SEEN, hidden)), hidden) for model in (denoising, plain))
    assert told > blind
    assert told > 0.7


@pytest.mark.parametrize("curved", [0.0, 1.0])
def test_the_skip_is_never_worse_than_pca_on_validation_and_better_on_a_curve(curved):
    data = planted(400, curved=curved)
    model, pca = fitted(data, widths=(32, 3), skip=True), Pca(3)
    pca.fit(data, 1)
    held = data.values[data.validation]
    errors = [((each.reconstruct(held) - held) ** 2).mean() for each in (model, pca)]
    assert errors[0] <= errors[1] + 1e-6
    seen = data.values[unseen(data)]
    gained = score(data, model.reconstruct(seen)) - score(data, pca.reconstruct(seen))
    assert gained > 0.1 if curved else gained > -0.01


def test_a_skip_whose_network_learnt_nothing_useful_is_pca():
    worse = {**TRAINING, "max_steps": 20, "learning_rate": 3.0, "validation_steps": 20}
    model, pca = fitted(training=worse, widths=(32, 3), skip=True), Pca(3)
    pca.fit(DATA, 1)
    assert model.gain == 0
    np.testing.assert_allclose(model.reconstruct(SEEN), pca.reconstruct(SEEN), atol=1e-3)


@pytest.mark.parametrize("skip", [False, True])
def test_equal_seeds_give_equal_bits_test_rows_none_and_saved_ones_come_back(tmp_path, skip):
    few = {**TRAINING, "max_steps": 20, "validation_steps": 10}
    values = DATA.values.copy()
    values[unseen(DATA)] = 99
    model = fitted(training=few, widths=(16, 3), skip=skip)
    again = fitted(replace(DATA, values=values), training=few, widths=(16, 3), skip=skip)
    other = fitted(training=few, seed=2, widths=(16, 3), skip=skip)
    wanted = model.reconstruct(SEEN)
    np.testing.assert_array_equal(again.reconstruct(SEEN), wanted)
    assert (other.reconstruct(SEEN) != wanted).any()
    model.save(tmp_path)
    loaded = AutoencoderModel(AutoencoderSizes(widths=(16, 3), skip=skip), few)
    loaded.load(tmp_path)
    np.testing.assert_array_equal(loaded.reconstruct(SEEN), wanted)
    with pytest.raises(KnockonError, match="holds a model of"):
        AutoencoderModel(AutoencoderSizes(widths=(17, 3), skip=skip), few).load(tmp_path)


def test_holes_are_neither_learnt_nor_scored():
    values = DATA.values.copy()
    values[::3, 5] = np.nan
    model = fitted(replace(DATA, values=values), training={**TRAINING, "max_steps": 20}, widths=(16, 3))
    assert np.isfinite(model.reconstruct(values)).all()


@pytest.mark.parametrize("wrong", [{"widths": ()}, {"widths": (0,)}, {"masked": 1.0}, {"dropout": -0.1}])
def test_impossible_sizes_are_refused(wrong):
    with pytest.raises(KnockonError, match="cell model autoencoder"):
        AutoencoderSizes(**wrong)
