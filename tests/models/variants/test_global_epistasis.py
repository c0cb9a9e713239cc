"""Global epistasis: the equation, what unmeasured mutations borrow, the noise, and recovery of a planted landscape."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from knockon.errors import KnockonError
from knockon.models.variants.global_epistasis import GlobalEpistasis, deviation, plausible_range, property_changes
from knockon.models.variants.task import predict_variants, variant_task
from knockon.represent.protein_tokens import LETTERS, PROPERTIES
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from tests.models.variants.made_up import REFERENCE, inputs

PADDING = len(REFERENCE) * len(LETTERS)


def model(**options):
    return GlobalEpistasis(REFERENCE, 1.4, 3.7, **{"shrinkage": 5.0, "variants": 500, **options})


def token(position, mutant):
    return position * len(LETTERS) + LETTERS.index(mutant)


def test_the_equation():
    net = model()
    with torch.no_grad():
        net.own[token(2, "A")] = -1.0
        net.position[2] = -0.5
        net.exchange[LETTERS.index("G"), LETTERS.index("A")] = -0.25
        net.steepness.fill_(2.0)
    inputs = torch.tensor([[[PADDING, PADDING]], [[token(2, "A"), PADDING]]])
    expected = [1.4 + 2.3 / (1 + np.exp(-2 * 2.0)), 1.4 + 2.3 / (1 + np.exp(-2 * 0.25))]
    np.testing.assert_allclose(net.predict({"inputs": inputs})[:, 0].detach().numpy(), expected, rtol=1e-5)


def test_the_order_of_mutations_and_padding_do_not_matter():
    net = model()
    torch.nn.init.normal_(net.own)
    a, b = token(2, "A"), token(5, "W")
    rows = torch.tensor([[[a, b, PADDING]], [[PADDING, b, a]]])
    first, second = net.predict({"inputs": rows})[:, 0].tolist()
    assert first == pytest.approx(second)


def test_property_changes_are_zero_where_nothing_changes():
    changes = property_changes(REFERENCE)
    assert changes.shape == (PADDING, 2 * len(PROPERTIES))
    assert not changes[token(0, "S")].any()
    assert changes[token(1, "A")][PROPERTIES.index("charge")] == -1.0
    assert (changes[:, len(PROPERTIES) :] >= 0).all()


def test_an_unknown_kind_of_noise_is_refused():
    with pytest.raises(KnockonError, match="choose one of heteroscedastic, constant"):
        model(noise="pink")


def test_the_variance_falls_with_barcodes_and_does_not_pull_the_prediction():
    net = model()
    spread = deviation(net, np.array([3.0, 3.0]), np.array([1, 100], dtype=np.int32))
    assert spread[0] > spread[1] > 0
    tokens = torch.tensor([[[token(2, "A")]]])
    batch = {"inputs": tokens, "target": torch.tensor([[net.predict({"inputs": tokens}).item()]])}
    batch |= {"mask": torch.tensor([[0.5]]), "barcodes": torch.tensor([[1.0]])}
    loss, count = net(batch)
    loss.backward()
    # The measurement is met exactly: only the noise has anything to learn.
    assert count == 1
    assert net.offset.grad.item() == pytest.approx(0.0, abs=1e-6)
    assert net.log_variance.grad.abs().sum() > 0


def test_labels_that_are_all_alike_still_give_a_range():
    low, high = plausible_range(np.full(10, 2.0))
    assert high - low >= 0.5


@pytest.mark.parametrize("noise", ["heteroscedastic", "constant"])
def test_it_recovers_a_planted_landscape(noise, tmp_path):
    torch.set_num_threads(1)
    data = inputs()
    net = GlobalEpistasis(REFERENCE, *plausible_range(data.brightness[data.train]), 2.0, len(data.train), noise)
    task = variant_task(net, data, {"name": "test"})
    settings = TrainingSettings(
        seed=1, batch_size=64, epochs=40, learning_rate=0.03, weight_decay=0.0, clip=None, monitor="validation_mse",
        device="cpu", checkpoint_steps=1000, precision="float32",
    )  # fmt: skip
    assert train(task, settings, tmp_path).finished
    test = np.setdiff1d(np.arange(len(data)), np.concatenate([data.train, data.validation]))
    predicted = predict_variants(net, data, 1, test)[:, 0]
    # The noise has a standard deviation of 0.05; the landscape one of 0.9.
    assert np.mean((predicted - data.brightness[test]) ** 2) < 0.03
    assert spearmanr(predicted, data.brightness[test])[0] > 0.95
