"""Gradient caching: the gradients of the uncached batch, dropout replayed, and bytes equal after a resume."""

import numpy as np
import pytest
import torch

from knockon.training.loop import train
from knockon.training.sampler import SampleOrder
from knockon.training.whole_batch import Encoded, WholeBatchModule
from tests.training.contrast import ContrastTask, one_update, settings_for


def test_parts_give_the_gradient_of_the_whole():
    whole, cached = one_update(0.0), one_update(0.0, accumulation=4)
    assert cached[:2] == pytest.approx(whole[:2], rel=1e-6)
    assert np.linalg.norm(cached[2:] - whole[2:]) < 2e-6 * np.linalg.norm(whole[2:])


def test_a_part_by_itself_would_not():
    """The test above can fail: taken part by part, the loss has fewer candidates."""
    task = ContrastTask(0.0)
    rows = np.arange(22)
    whole, _ = task.module(task.batch("train", rows))
    parts = [task.module(task.batch("train", part))[0] for part in np.array_split(rows, 4)]
    assert np.mean([part.item() for part in parts]) < 0.8 * whole.item()


def test_dropout_is_replayed():
    """By hand: all parts encoded with a graph, in the order of the cache, and one backward through the whole."""
    cached = one_update(0.4, accumulation=4)
    task = ContrastTask(0.4)
    rows = SampleOrder(60, 22, 3).global_batch(0)
    task.module.train()
    torch.manual_seed(5)
    encoded = [task.module.encode(task.batch("train", part)) for part in np.array_split(rows, 4)]
    names = ("left", "right")
    vectors = {name: torch.cat([each.vectors[name] for each in encoded]) for name in names}
    labels = {"mask": torch.cat([each.labels["mask"] for each in encoded])}
    loss, _ = task.module.whole(Encoded(vectors, labels), lambda rows: (rows, 0))
    loss.backward()
    by_hand = torch.cat([parameter.grad.flatten() for parameter in task.module.parameters()]).double().numpy()
    assert cached[0] == pytest.approx(loss.item(), rel=1e-6)
    assert np.linalg.norm(cached[2:] - by_hand) < 2e-6 * np.linalg.norm(by_hand)


class Stopped(Exception):
    pass


def test_a_run_that_died_ends_with_the_same_bytes(tmp_path):
    settings = settings_for(accumulation=3, checkpoint_steps=2)
    assert train(ContrastTask(0.4), settings, tmp_path / "whole").finished
    task, calls = ContrastTask(0.4), []
    draw = task.batch

    def dies(split, rows):
        calls.append(rows)
        if len(calls) > 11:
            raise Stopped
        return draw(split, rows)

    task.batch = dies
    with pytest.raises(Stopped):
        train(task, settings, tmp_path / "died")
    assert train(ContrastTask(0.4), settings, tmp_path / "died").finished
    for name in ("weights.safetensors", "metrics.jsonl"):
        assert (tmp_path / "died" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_module_says_how_it_encodes():
    with pytest.raises(TypeError, match="how it encodes"):
        WholeBatchModule()({})
