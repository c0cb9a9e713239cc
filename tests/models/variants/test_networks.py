"""Base, improved and MIMO networks: shapes, what is shared, and what a MIMO network trains on."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.losses.registry import build_loss
from knockon.models.supervised import ScoredNetwork
from knockon.models.variants.base import LinearNetwork
from knockon.models.variants.improved import ConvolutionalNetwork, Convolutions
from knockon.models.variants.inputs import standardised
from knockon.models.variants.mimo import MimoNetwork, ScoredMimo, by_number, shuffled
from knockon.models.variants.task import predict_variants, variant_task
from knockon.represent.protein_tokens import esm_tokens, residue_codes
from tests.models.variants.made_up import REFERENCE, inputs

SIZES = Convolutions(embedding=4, channels=3, kernel=5, hidden=6)
WILD_TYPE = torch.from_numpy(esm_tokens(residue_codes([REFERENCE]))[0].astype(np.int64))


def tokens(rows, subnetworks):
    torch.manual_seed(0)
    return torch.randint(4, 24, (rows, subnetworks, len(WILD_TYPE)))


@pytest.fixture(scope="module")
def data():
    return inputs("esm2_tokens")


@pytest.mark.parametrize("length", [5, 6, 7, 8, 22])
def test_every_length_of_protein_fits(length):
    network = ConvolutionalNetwork(WILD_TYPE[:length], 2, SIZES)
    found = network({"inputs": tokens(3, 1)[:, :, :length]})
    assert found.outputs.shape == (3, 1, 2)
    assert found.features.shape == (3, 6)


def test_the_wild_type_itself_is_no_change():
    torch.manual_seed(0)
    network = ConvolutionalNetwork(WILD_TYPE, 1, SIZES)
    convolved = network.input(WILD_TYPE[None])
    expected = network.input.convolution.bias.detach()[None, :, None].expand_as(convolved)
    torch.testing.assert_close(convolved, expected)


def test_the_linear_network_starts_without_opinion():
    network = LinearNetwork(7, 2)
    outputs = network({"inputs": torch.randn(5, 1, 7)}).outputs
    assert outputs.shape == (5, 1, 2)
    assert torch.equal(outputs[0], outputs[4])


@pytest.mark.parametrize("mixed", [True, False])
def test_mimo_answers_by_subnetwork(mixed):
    torch.manual_seed(0)
    network = MimoNetwork(3, WILD_TYPE, 1, SIZES, mixed)
    given = tokens(4, 3)
    found = network({"inputs": given})
    outputs = found.outputs
    assert outputs.shape == (4, 3, 1)
    assert found.features.shape == (4, 6)
    changed = given.clone()
    changed[:, 2] = changed[:, 2].flip(0)
    others = network({"inputs": changed}).outputs
    # Mixed, every answer sees every input; apart, the first two know nothing of the third.
    assert torch.equal(outputs[:, :2], others[:, :2]) is not mixed


def test_by_number_each_subnetwork_learns_its_number_of_mutations(data):
    rows = by_number(data.train, data.mutations, 3, epochs=2, seed=1)
    singles = data.train[data.mutations[data.train] == 1]
    assert rows.shape == (2 * 10 * len(singles), 3)
    for column, number in enumerate((1, 2, 3)):
        assert set(data.mutations[rows[:, column]]) == {number}
    assert set(rows.ravel()) <= set(data.train)
    # Every single mutant ten times an epoch.
    _, counts = np.unique(rows[: len(rows) // 2, 0], return_counts=True)
    assert set(counts) == {10}
    # Doubles are drawn afresh.
    half = len(rows) // 2
    assert not np.array_equal(rows[:half, 1], rows[half:, 1])
    assert np.array_equal(rows, by_number(data.train, data.mutations, 3, epochs=2, seed=1))


def test_enough_doubles_are_drawn_without_replacement():
    mutations = np.concatenate([np.full(3, 1), np.full(100, 2)])
    rows = by_number(np.arange(103), mutations, 2, epochs=1, seed=0)
    assert len(rows) == 30
    assert len(set(rows[:, 1])) == 30


def test_by_number_needs_every_number():
    with pytest.raises(KnockonError, match="no training variant has 3 mutations"):
        by_number(np.arange(4), np.array([1, 1, 2, 2]), 3, epochs=1, seed=0)


@pytest.mark.parametrize(("repetition", "low", "high"), [(0.0, 0.0, 0.02), (0.5, 0.4, 0.6), (1.0, 1.0, 1.0)])
def test_published_shuffles_are_independent_but_for_repetition(repetition, low, high):
    train = np.arange(100, 600)
    rows = shuffled(train, 3, epochs=2, repetition=repetition, seed=1)
    assert rows.shape == (1000, 3)
    same = (rows == rows[:, :1]).all(axis=1).mean()
    assert low <= same <= high
    # Any variant reaches any subnetwork.
    assert sorted(rows[:500, 0]) == train.tolist()
    with pytest.raises(KnockonError, match="between 0 and 1"):
        shuffled(train, 3, epochs=1, repetition=1.5, seed=1)


def test_the_task_gives_each_subnetwork_its_variant_in_training_and_the_same_at_test(data):
    loss = build_loss("mse", ("brightness",))
    loss.fit(data.brightness[data.train])
    draws = shuffled(data.train, 3, 1, 0.0, 1)
    module = ScoredMimo(MimoNetwork(3, WILD_TYPE, 1, SIZES), loss)
    task = variant_task(module, data, {}, draws)
    assert task.rows("train") == len(draws)
    batch = task.batch("train", np.array([4, 2]))
    np.testing.assert_allclose(batch["target"].numpy(), data.brightness[draws[[4, 2]]], rtol=1e-6)
    assert torch.equal(batch["inputs"][0, 1], data.take(draws[4, 1:2])[0])
    shown = task.batch("validation", np.array([0]))["inputs"][0]
    assert torch.equal(shown[0], shown[2])
    assert task.predict(batch).shape == (2, 3)
    assert predict_variants(module, data, 3, np.arange(10)).shape == (10, 3)
    assert task.keys("validation", np.array([0])) == [data.names[data.validation[0]] or "wild type"]
    assert task.keys("train", np.array([4]))[0].split(";") == [data.names[row] or "wild type" for row in draws[4]]


def test_answers_are_rows_to_the_loss(data):
    """The mean over all heads and rows of a batch, each by its own weight."""
    loss = build_loss("mse", ("brightness",))
    loss.fit(data.brightness[data.train])
    module = ScoredMimo(MimoNetwork(3, WILD_TYPE, 1, SIZES), loss)
    batch = variant_task(module, data, {}, shuffled(data.train, 3, 1, 0.0, 1)).batch("train", np.arange(8))
    value, count = module(batch)
    errors = ((module.predict(batch) - batch["target"]) / loss.scale).square() * batch["mask"]
    assert value.item() == pytest.approx((errors.sum() / batch["mask"].sum()).item(), rel=1e-5)
    assert count.item() == pytest.approx(batch["mask"].sum().item())


@pytest.mark.parametrize("name", ["mse", "huber", "soft_label", "ordinal", "ordinal_entropy"])
def test_every_loss_trains_every_head(name, data):
    loss = build_loss(name, ("brightness",))
    loss.fit(data.brightness[data.train])
    module = ScoredMimo(MimoNetwork(3, WILD_TYPE, loss.outputs, SIZES), loss)
    task = variant_task(module, data, {}, shuffled(data.train, 3, 1, 0.5, 1))
    value, count = module(task.batch("train", np.arange(16)))
    value.backward()
    assert torch.isfinite(value)
    assert count > 0
    assert all(head.weight.grad.abs().sum() > 0 for head in module.network.heads)
    predicted = torch.from_numpy(predict_variants(module, data, 3, data.validation))
    assert np.isfinite(task.metrics(predicted)["mse"])


def test_other_labels_or_rows_are_another_fingerprint(data):
    from dataclasses import replace

    module = ScoredNetwork(ConvolutionalNetwork(WILD_TYPE, 1, SIZES), build_loss("mse", ("brightness",)))
    first = variant_task(module, data, {"a": 1}).fingerprint()
    assert variant_task(module, data, {"a": 2}).fingerprint() != first
    for changed in (
        replace(data, brightness=data.brightness + 1),
        replace(data, matrix=data.matrix[::-1]),
        replace(data, barcodes=data.barcodes + 1),
        replace(data, validation=data.validation[:-1]),
    ):
        assert variant_task(module, changed, {"a": 1}).fingerprint() != first
    assert variant_task(module, data, {"a": 1}, data.train[::-1, None]).fingerprint() != first
    assert variant_task(module, data, {"a": 1}).fingerprint() == first


def test_vectors_are_standardised_on_training_rows_only():
    vectors = np.array([[1.0, 5.0], [3.0, 5.0], [100.0, 7.0]], dtype=np.float32)
    result = standardised(vectors, np.array([0, 1]))
    np.testing.assert_allclose(result[:2], [[-1, 0], [1, 0]])
    assert result[2].tolist() == [98.0, 0.0]
