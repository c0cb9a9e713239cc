"""Checkpoints of weights that are spread: whole or absent, refused where they belong to another run."""

import json

import pytest
import torch
from torch import nn

from knockon.errors import KnockonError
from knockon.training.block_linear import block_layers, in_blocks
from knockon.training.checkpoint import CheckpointStore, Progress
from knockon.training.chunked_adamw import ChunkedAdamW
from knockon.training.settings import TrainingSettings
from knockon.training.sharded_checkpoint import ShardedCheckpoints, tensors_of
from knockon.training.sharding import ShardedProcesses

SETTINGS = TrainingSettings(max_steps=1, device="cpu")


class Run:
    """A module of two layers with its optimizer, and its checkpoints in a folder."""

    def __init__(self, folder, seed=1, keep=2, states="bf16"):
        self.module = nn.Sequential(*in_blocks([nn.Linear(6, 9), nn.Linear(9, 4)], most=20))
        torch.manual_seed(seed)
        for layer in block_layers(self.module):
            layer.fill(torch.device("cpu"))
        self.optimizer = ChunkedAdamW(self.module, SETTINGS, states)
        self.store = ShardedCheckpoints(CheckpointStore(folder, {}, keep), {"seed": 7}, ShardedProcesses(SETTINGS))

    def step(self):
        self.optimizer.zero_grad()
        self.module(torch.randn(3, 6)).square().sum().backward()
        self.optimizer.step()

    def save(self, step, **progress):
        self.step()
        self.store.keep_state(self.module, self.optimizer, Progress(step=step, **progress))

    def restore(self):
        return self.store.restore(self.module, self.optimizer)

    def state(self):
        return {name: tensor.clone() for name, tensor in tensors_of(self.module, self.optimizer).items()}


def same(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_what_was_saved_comes_back_to_the_bit(tmp_path):
    run = Run(tmp_path)
    assert run.restore() is None
    run.save(5, best_step=5, best_score=0.25, waited=1, log_bytes=77)
    wanted = run.state()
    other = Run(tmp_path, seed=2)
    assert other.restore() == Progress(5, 5, 0.25, 1, 77)
    same(other.state(), wanted)
    assert other.optimizer.step_number == 5


def test_a_damaged_one_is_passed_over(tmp_path, capsys):
    run = Run(tmp_path)
    run.save(5)
    wanted = run.state()
    run.save(6)
    shard = next((tmp_path / "step-000000006").glob("shard-*"))
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    assert run.restore().step == 5
    same(run.state(), wanted)
    assert "damaged; using the checkpoint before it" in capsys.readouterr().err
    with pytest.raises(KnockonError, match="step-000000006: damaged"):
        run.store.restore_weights(run.module, 6)


def test_the_last_and_the_best_are_kept_and_the_best_weights_come_back(tmp_path):
    run = Run(tmp_path, keep=1)
    run.save(1, best_step=1)
    best = {name: each for name, each in run.state().items() if name.startswith("weights.")}
    for step in (2, 3):
        run.save(step, best_step=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000000001", "step-000000003"]
    run.store.restore_weights(run.module, 1)
    same(tensors_of(run.module, None), best)


def test_one_of_another_run_or_version_is_refused(tmp_path):
    run = Run(tmp_path)
    run.save(1)
    run.store.fingerprint = {"seed": 8}
    with pytest.raises(KnockonError, match="seed: 7 there, 8 here"):
        run.restore()
    index = tmp_path / "step-000000001" / "state.json"
    written = json.loads(index.read_text())
    assert written["type"] == "knockon.sharded.checkpoint"


def test_a_disk_that_takes_nothing_leaves_the_one_before(tmp_path, monkeypatch):
    run = Run(tmp_path)
    run.save(1)
    wanted = run.state()
    monkeypatch.setattr("safetensors.torch.save", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(KnockonError, match=r"could not be written or read .*No space left"):
        run.save(2)
    assert run.restore().step == 1
    same(run.state(), wanted)
    run.store.sweep()
    assert [path.name for path in tmp_path.iterdir()] == ["step-000000001"]
