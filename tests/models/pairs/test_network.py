"""The network on pair features: alone, and together with a booster."""

import os
import signal

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.errors import FormatError
from knockon.models.pairs.blend import Blend
from knockon.models.pairs.boosted import Boosted
from knockon.models.pairs.model import SEEN
from knockon.models.pairs.network import network_boosted, pair_network
from knockon.models.pairs.table import PairTable
from knockon.models.protocol import Examples, Inputs, SelfStopping
from knockon.models.supervised import SupervisedTask
from knockon.represent.gene_vectors import one_hot
from knockon.training.signals import TrainingStopped
from tests.models.made_up import GENES, all_pairs, correlation, planted, split

SIDE = {"module": sp.csr_matrix((np.ones(len(GENES), np.float32), (np.arange(len(GENES)), np.arange(len(GENES)) % 6)))}
QUICK = {"epochs": 5, "batch_size": 64, "learning_rate": 0.01, "device": "cpu"}
BOOSTER = {"rounds": 20, "rate": 0.2, "rows": 20, "jobs": 1}
INPUTS = Inputs(one_hot(GENES), "pert_sum")


def _alone(**options):
    return pair_network(INPUTS, "interaction", SIDE, width=16, folds=2, training=QUICK, **options)


def _together():
    options = {"width": 16, "folds": 2, "members": 2, "boosted_options": BOOSTER, "training": QUICK}
    return network_boosted(INPUTS, "interaction", SIDE, **options)


@pytest.fixture(scope="module")
def data():
    return split(planted(noise=0.3)[0])


@pytest.fixture(scope="module")
def together(data):
    model = _together()
    model.fit(data[0], data[1], seed=1)
    return model


class Constant:
    """A learner that knows the answer, or its opposite."""

    def __init__(self, sign):
        self.sign = sign

    def fit(self, train, held, seed):
        pass

    def parts(self):
        return {}

    def predict(self, values):
        return self.sign * values[:, 0].astype(float)


def _table(rows):
    values = np.random.default_rng(0).normal(size=(rows, 1)).astype(np.float32)
    examples = Examples(all_pairs(GENES).take(np.arange(rows)), values[:, 0].astype(float), np.ones(rows), np.empty(0))
    return PairTable(("truth",), values, examples)


@pytest.mark.parametrize(("network", "booster", "share"), [(1, -1, 1.0), (-1, 1, 0.0)])
def test_the_share_goes_to_what_held_rows_prefer(network, booster, share):
    blend = Blend([Constant(network)], Constant(booster))
    blend.fit(_table(50), _table(50), seed=0)
    # Any share above a half keeps the sign right: the first of equals is taken.
    assert (blend.share > 0.5) == (share == 1.0)
    assert correlation(blend.predict(_table(50).values), _table(50).examples.values) == pytest.approx(1)


def test_without_held_rows_both_count_alike():
    blend = Blend([Constant(1)], Constant(-1))
    blend.fit(_table(50), None, seed=0)
    assert blend.share == 0.5


def test_the_network_alone_finds_what_is_planted(data):
    train, validation, test = data
    model = _alone()
    assert isinstance(model, SelfStopping)
    model.fit(train, validation, seed=1)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.6
    assert any("validation_loss" in line for line in model.history) == (len(validation) >= 1000)


def test_together_they_predict_no_worse_than_the_booster(data, together):
    train, validation, test = data
    booster = Boosted(INPUTS, SIDE, folds=2, **BOOSTER)
    booster.fit(train, validation, seed=1)
    alone = correlation(test.values, booster.predict(test.genotypes))
    assert correlation(test.values, together.predict(test.genotypes)) > alone - 0.02


def test_a_saved_model_predicts_the_same(data, together, tmp_path):
    together.save(tmp_path)
    other = _together()
    other.load(tmp_path)
    assert np.array_equal(other.predict(data[2].genotypes), together.predict(data[2].genotypes))


def test_members_differ_and_a_fit_repeats(data, together):
    again = _together()
    again.fit(data[0], data[1], seed=1)
    assert np.array_equal(again.predict(data[2].genotypes), together.predict(data[2].genotypes))
    first, second = (network.predict(_features(together)) for network in together.learners[SEEN].networks)
    assert not np.array_equal(first, second)


def _features(model):
    return np.zeros((3, len(model.learners[SEEN].networks[0]._module.network.center)), dtype=np.float32)


def test_damaged_weights_are_named(together, tmp_path):
    together.save(tmp_path)
    (tmp_path / "seen" / "network-0" / "weights.safetensors").write_bytes(b"half")
    with pytest.raises(FormatError, match="network-0"):
        _together().load(tmp_path)


def test_a_stopped_fit_goes_on_from_its_checkpoint(data, tmp_path, monkeypatch):
    """Stopped in its tenth batch: no batch is learnt twice, and the outcome is that of a fit that was left alone."""
    train, validation, test = data
    original, calls, stopping = SupervisedTask.batch, [], [10]

    def batch(self, split, rows):
        calls.append(split)
        if len(calls) in stopping:
            os.kill(os.getpid(), signal.SIGTERM)
        return original(self, split, rows)

    monkeypatch.setattr(SupervisedTask, "batch", batch)
    with pytest.raises(TrainingStopped):
        _alone(folder=tmp_path / "stopped").fit(train, validation, seed=1)
    again, alone = _alone(folder=tmp_path / "stopped"), _alone(folder=tmp_path / "alone")
    again.fit(train, validation, seed=1)
    in_two, stopping = len(calls), []
    alone.fit(train, validation, seed=1)
    assert in_two <= len(calls) - in_two + 1
    assert np.array_equal(again.predict(test.genotypes), alone.predict(test.genotypes))
    assert (tmp_path / "stopped" / "seen" / "network-0" / "fit" / "checkpoints").is_dir()


def test_missing_features_are_told_from_their_centre(data):
    model = _alone()
    model.fit(data[0], data[1], seed=1)
    network = model.learners[SEEN].networks[0]
    centre = network._module.network.center.numpy()[None]
    assert network.predict(centre) != network.predict(np.full_like(centre, np.nan))


def test_the_parts_are_models_of_their_own(data, together):
    """So that one run tells what the network, the booster and both together reach."""
    strains, share = data[2].genotypes, together.learners[SEEN].share
    parts = together.parts()
    assert {name: part.name for name, part in parts.items()} == {name: name for name in ("boosted", "pair_network")}
    alone = {name: part.predict(strains) for name, part in parts.items()}
    mixed = share * alone["pair_network"] + (1 - share) * alone["boosted"]
    assert np.allclose(mixed, together.predict(strains))
    assert _alone().parts() == {}
