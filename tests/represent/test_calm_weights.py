"""A small checkpoint as CaLM's is published, read, and computed beside the architecture written out by hand."""

import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch.nn.functional import gelu, layer_norm

from knockon.errors import FormatError
from knockon.represent.calm_weights import load_calm
from knockon.represent.pretrained import PretrainedEncoder
from tests.represent.tiny_models import CALM

WIDTH, HIDDEN, LAYERS = 128, 96, 2


def checkpoint():
    """Random arrays under the published names: two heads of 64."""
    torch.manual_seed(0)
    state = OrderedDict({"embed_tokens.weight": torch.randn(len(CALM), WIDTH)})
    for layer in range(LAYERS):
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            state[f"layers.{layer}.self_attn.{name}.weight"] = 0.1 * torch.randn(WIDTH, WIDTH)
            state[f"layers.{layer}.self_attn.{name}.bias"] = 0.1 * torch.randn(WIDTH)
        state[f"layers.{layer}.self_attn.rot_emb.inv_freq"] = torch.ones(32)
        for name, (out, into) in {"fc1": (HIDDEN, WIDTH), "fc2": (WIDTH, HIDDEN)}.items():
            state[f"layers.{layer}.{name}.weight"] = 0.1 * torch.randn(out, into)
            state[f"layers.{layer}.{name}.bias"] = 0.1 * torch.randn(out)
        for name in ("self_attn_layer_norm", "final_layer_norm"):
            state[f"layers.{layer}.{name}.weight"] = 1 + 0.1 * torch.randn(WIDTH)
            state[f"layers.{layer}.{name}.bias"] = 0.1 * torch.randn(WIDTH)
    state["emb_layer_norm_after.weight"], state["emb_layer_norm_after.bias"] = torch.ones(WIDTH), torch.zeros(WIDTH)
    state["lm_head.bias"] = torch.zeros(len(CALM))
    return state


def rotated(heads):
    """Rotary positions: numbers i and i + 32 of a head turn together, by place / 10,000^(i / 32)."""
    place = torch.arange(heads.shape[1])[:, None]
    angle = place / 10_000 ** (torch.arange(32) / 32)
    first, second = heads[..., :32], heads[..., 32:]
    turned = (first * angle.cos() - second * angle.sin(), second * angle.cos() + first * angle.sin())
    return torch.cat(turned, dim=-1)


def by_hand(state, tokens):
    """States of one row of tokens, (length, width)."""
    x = state["embed_tokens.weight"][tokens]

    def normalised(x, name):
        return layer_norm(x, (WIDTH,), state[f"{name}.weight"], state[f"{name}.bias"], 1e-5)

    def linear(x, name):
        return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    for layer in (f"layers.{number}" for number in range(LAYERS)):
        y = normalised(x, f"{layer}.self_attn_layer_norm")
        query, key, value = (
            linear(y, f"{layer}.self_attn.{name}_proj").view(len(tokens), 2, 64).transpose(0, 1) for name in "qkv"
        )
        attention = (rotated(query) @ rotated(key).transpose(1, 2) / 8).softmax(dim=-1)
        heads = (attention @ value).transpose(0, 1).reshape(len(tokens), WIDTH)
        x = x + linear(heads, f"{layer}.self_attn.out_proj")
        y = normalised(x, f"{layer}.final_layer_norm")
        x = x + linear(gelu(linear(y, f"{layer}.fc1")), f"{layer}.fc2")
    return normalised(x, "emb_layer_norm_after")


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "calm_weights.ckpt"
    found.write_bytes(pickle.dumps(checkpoint()))
    return found


def test_vectors_are_those_of_the_architecture_by_hand(path):
    state, codons = checkpoint(), ["AUG", "GCG", "CUA", "AAG", "CGG", "AUC", "GCG"]
    tokens = torch.tensor([CALM.index(token) for token in ("<cls>", *codons, "<eos>")])
    expected = by_hand(state, tokens)[1:-1].mean(dim=0)
    encoder = PretrainedEncoder("calm", str(path))
    found = encoder.encode(["".join(codons).replace("U", "T"), "ATGAAA"])
    np.testing.assert_allclose(found[0], expected.numpy(), rtol=1e-3, atol=1e-4)
    assert encoder.name == "calm calm_weights.ckpt"


class _Runs:
    def __reduce__(self):
        return os.system, ("touch /tmp/it_ran",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no pickle", "not a pickle of PyTorch arrays"),
        (pickle.dumps(_Runs()), r"it names posix\.system, which is no array"),
        (pickle.dumps({"layers.0.fc3.weight": torch.ones(2)}), "it holds an array 'layers.0.fc3.weight'"),
        (pickle.dumps({"embed_tokens.weight": torch.ones(69, 128)}), "not the weights of CaLM"),
    ],
)
def test_anything_else_is_refused(tmp_path, content, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        load_calm(tmp_path / "file", len(CALM), 1, 68)


def test_a_lost_array_is_said(tmp_path):
    state = checkpoint()
    del state["layers.1.fc1.bias"]
    (tmp_path / "file").write_bytes(pickle.dumps(state))
    with pytest.raises(FormatError, match="1 arrays are missing, 0 unknown"):
        load_calm(tmp_path / "file", len(CALM), 1, 68)
