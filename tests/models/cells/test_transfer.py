"""From a compendium to a cohort: what was learnt there helps few samples, frozen layers stay, means are its own."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.cells.autoencoder import AutoencoderModel, AutoencoderSizes
from knockon.models.cells.pca import Components, Pca
from knockon.models.cells.protocol import Transcriptomes
from knockon.models.cells.transfer import BorrowedPca, FineTuned, pooled_pca
from tests.models.cells.planted import planted, score, unseen

TRAINING = {
    **{"max_steps": 200, "batch_size": 32, "learning_rate": 0.005, "validation_steps": 50, "checkpoint_steps": 1000},
    **{"log_steps": 50, "precision": "float32", "device": "cpu"},
}
BOTH = planted(320)
COMPENDIUM = replace(planted(200), values=BOTH.values[:200])
# The same states and axes in cells whose genes lie elsewhere and scatter more; four of them may be learnt from.
RANDOM = np.random.default_rng(9)
NOISY = BOTH.values[200:] + RANDOM.normal(0, 2, 60) + RANDOM.normal(0, 1, (120, 60))
COHORT = Transcriptomes(NOISY.astype(np.float32), planted(120).names, np.arange(2, 6), np.arange(6, 10))
SEEN = COHORT.values[unseen(COHORT)]


@pytest.fixture(scope="module")
def pretrained():
    model = AutoencoderModel(AutoencoderSizes((32, 3)), TRAINING)
    model.fit(COMPENDIUM, 1)
    return model


def test_a_tuned_network_beats_one_from_scratch_and_frozen_layers_stay(pretrained):
    scratch = AutoencoderModel(pretrained.sizes, TRAINING)
    tuned = FineTuned(pretrained, 1, {**TRAINING, "learning_rate": 0.001})
    for model in (scratch, tuned):
        model.fit(COHORT, 1)
    assert score(COHORT, tuned.reconstruct(SEEN)) > score(COHORT, scratch.reconstruct(SEEN)) + 0.1
    before, after = (dict(model.module.named_parameters()) for model in (pretrained, tuned))
    same = {name for name in before if np.array_equal(before[name].detach(), after[name].detach())}
    assert same == {"network.encoder.0.weight", "network.encoder.0.bias"}


def test_a_network_beside_components_keeps_the_compendiums_axes():
    model = AutoencoderModel(AutoencoderSizes((16, 3), skip=True), TRAINING)
    model.fit(COMPENDIUM, 1)
    tuned = FineTuned(model, 0, {**TRAINING, "max_steps": 5})
    tuned.fit(COHORT, 1)
    np.testing.assert_array_equal(tuned.components.axes, model.components.axes)
    np.testing.assert_allclose(tuned.components.mean, COHORT.values[COHORT.train].mean(axis=0), rtol=1e-5)
    own = Pca(3)
    own.fit(COHORT, 1)
    assert score(COHORT, tuned.reconstruct(SEEN)) > score(COHORT, own.reconstruct(SEEN))


def test_borrowed_and_pooled_components_beat_the_cohorts_own():
    axes = Components.of(COMPENDIUM, 3, 1)
    rows = COMPENDIUM.values[COMPENDIUM.train]
    models = {"own": Pca(3), "borrowed": BorrowedPca(axes), "pooled": pooled_pca(rows - rows.mean(axis=0), 3)}
    found = {}
    for name, model in models.items():
        model.fit(COHORT, 1)
        found[name] = score(COHORT, model.reconstruct(SEEN))
    assert min(found["borrowed"], found["pooled"]) > found["own"]
    assert models["pooled"].weights["compendium"] > 0


def test_mistakes_are_told(pretrained):
    with pytest.raises(KnockonError, match="frozen is 4 of 4 layers"):
        FineTuned(pretrained, 4, TRAINING)
    with pytest.raises(KnockonError, match="was not fitted"):
        FineTuned(AutoencoderModel(pretrained.sizes, TRAINING), 0, TRAINING)
    fewer = Transcriptomes(COHORT.values[:, :50], COHORT.names, COHORT.train, COHORT.validation)
    with pytest.raises(KnockonError, match="50 genes, the network was trained on 60"):
        FineTuned(pretrained, 0, TRAINING).fit(fewer, 1)
