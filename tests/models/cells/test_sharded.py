"""The autoencoder that is trained in blocks: the same network, read and asked like any other."""

import numpy as np
import pytest
import torch

from knockon.models.cells import sharded
from knockon.models.cells.autoencoder import AutoencoderModel, AutoencoderSizes
from knockon.models.cells.network import Autoencoder
from knockon.training.block_linear import BlockLinear
from knockon.training.sharding import Sharding
from tests.models.cells.planted import planted, unseen

TRAINING = {
    **{"max_steps": 60, "batch_size": 32, "learning_rate": 0.003, "validation_steps": 20, "checkpoint_steps": 30},
    **{"precision": "float32", "device": "cpu"},
}
DATA = planted()
SEEN = DATA.values[unseen(DATA)]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    torch.set_num_threads(1)
    monkeypatch.setattr(sharded, "MOST_ELEMENTS", 500)


def fitted(folder, sharding, **sizes):
    model = AutoencoderModel(AutoencoderSizes(widths=(32, 3), **sizes), TRAINING, sharding)
    model.fit(DATA, 1, folder)
    return model


@pytest.mark.parametrize("skip", [False, True])
def test_it_is_the_network_that_is_trained_without_blocks(tmp_path, skip):
    blocks = fitted(tmp_path / "blocks", Sharding(True), skip=skip)
    plain = fitted(tmp_path / "plain", Sharding(), skip=skip)
    assert np.allclose(blocks.reconstruct(SEEN), plain.reconstruct(SEEN), atol=1e-3)
    assert blocks.gain == plain.gain
    assert [line["step"] for line in blocks.history] == [line["step"] for line in plain.history]
    folder = tmp_path / "saved"
    folder.mkdir()
    blocks.save(folder)
    again = AutoencoderModel(blocks.sizes, TRAINING)
    again.load(folder)
    assert np.array_equal(again.reconstruct(SEEN), blocks.reconstruct(SEEN))


def test_activations_that_are_computed_again_change_no_bit(tmp_path):
    sizes = {"masked": 0.2, "dropout": 0.1}
    kept = fitted(tmp_path / "kept", Sharding(True), **sizes)
    again = fitted(tmp_path / "again", Sharding(True, checkpoint_activations=True), **sizes)
    assert np.array_equal(kept.reconstruct(SEEN), again.reconstruct(SEEN))


def test_activations_that_are_computed_again_are_not_kept():
    """Bytes that wait for the backward pass, beside the weights."""

    def kept(sharding):
        with torch.device("meta"):
            network = Autoencoder(40, (60, 50, 5))
        sharded.part_into_blocks(network, sharding)
        for layer in network.modules():
            if isinstance(layer, BlockLinear):
                layer.fill(torch.device("cpu"))
        weights = {parameter.data_ptr() for parameter in network.parameters()}
        found = {}

        def pack(tensor):
            if tensor.data_ptr() not in weights:
                found[tensor.data_ptr()] = tensor.numel()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            network(torch.randn(64, 40))
        return sum(found.values())

    # Of both halves only what goes in: genes and latent state.
    assert kept(Sharding(True, checkpoint_activations=True)) <= 64 * (40 + 5) < kept(Sharding(True)) / 3


def test_moments_in_bfloat16_reconstruct_nearly_as_well(tmp_path):
    half = fitted(tmp_path / "half", Sharding(True, states="bf16"))
    full = fitted(tmp_path / "full", Sharding(True))
    errors = [np.square(model.reconstruct(SEEN) - SEEN).mean() for model in (half, full)]
    assert errors[0] == pytest.approx(errors[1], rel=0.01)
