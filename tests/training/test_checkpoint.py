"""Checkpoints are whole, known by their fingerprint, or passed over."""

import errno
import json

import pytest
import torch

from knockon.errors import KnockonError
from knockon.training import checkpoint
from knockon.training.checkpoint import CheckpointStore, Progress


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path / "checkpoints", {"training.seed": 1, "data": "abc"}, keep=2)


def save(store, step, best=None):
    weights = {"w": torch.full((3,), float(step))}
    store.save(weights, {"optimizer.0.step": torch.tensor(float(step))}, Progress(step=step, best_step=best))


def steps(store):
    return [int(path.name.removeprefix("step-")) for path in sorted(store.folder.iterdir())]


def test_what_is_saved_comes_back(store):
    save(store, 7)
    found = store.latest()
    assert found.progress == Progress(step=7)
    assert torch.equal(found.weights["w"], torch.full((3,), 7.0))
    assert found.state["optimizer.0.step"].item() == 7


def test_an_empty_folder_has_no_checkpoint(store):
    assert store.latest() is None


def test_the_last_ones_and_the_best_are_kept(store):
    for step in range(1, 7):
        save(store, step, best=2 if step >= 2 else 1)
    assert steps(store) == [2, 5, 6]
    assert store.weights(2)["w"][0] == 2


@pytest.mark.parametrize("name", ["weights.safetensors", "state.safetensors", "state.json", "manifest.json"])
def test_a_truncated_file_sends_us_to_the_checkpoint_before(store, name, capsys):
    save(store, 1)
    save(store, 2)
    path = store.folder / "step-000000002" / name
    path.write_bytes(path.read_bytes()[:-5])
    assert store.latest().progress.step == 1
    assert "step-000000002" in capsys.readouterr().err.replace("\n", "")


@pytest.mark.parametrize("keep", [1, 2])
def test_a_damaged_newer_checkpoint_does_not_push_out_a_fresh_one(tmp_path, keep):
    """The run goes back to the step before it, and what it saves from there on must stay."""
    store = CheckpointStore(tmp_path / "checkpoints", {}, keep)
    save(store, 40, best=40)
    save(store, 100, best=40)
    (store.folder / "step-000000100" / "weights.safetensors").write_bytes(b"half")
    assert store.latest().progress.step == 40
    save(store, 80, best=40)
    assert steps(store) == [40, 80], "the damaged one is gone, too: its step comes again"
    assert store.latest().progress.step == 80
    save(store, 100, best=40)
    assert store.latest().progress.step == 100


def test_a_flipped_byte_is_noticed(store):
    save(store, 1)
    save(store, 2)
    path = store.folder / "step-000000002" / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert store.latest().progress.step == 1


def test_a_missing_file_is_noticed(store):
    save(store, 1)
    (store.folder / "step-000000001" / "state.safetensors").unlink()
    assert store.latest() is None
    with pytest.raises(KnockonError, match="incomplete"):
        store.weights(1)


def test_another_fingerprint_is_refused_with_what_differs(store):
    save(store, 1)
    other = CheckpointStore(store.folder, {"training.seed": 2, "data": "abc", "model.width": 8}, keep=2)
    with pytest.raises(KnockonError, match=r"model.width: 'absent' there, 8 here; training.seed: 1 there, 2 here"):
        other.latest()


def test_a_full_disk_keeps_the_old_checkpoint(store, monkeypatch):
    save(store, 1)

    def full(tensors, path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(KnockonError, match="No space left on device"):
        save(store, 2)
    assert steps(store) == [1]
    assert store.latest().progress.step == 1


def test_leftovers_of_a_killed_process_are_swept(store):
    save(store, 1)
    (store.folder / "step-000000002.tmp-4711").mkdir()
    assert store.latest().progress.step == 1
    store.sweep()
    assert steps(store) == [1]


def test_tied_weights_are_saved(store):
    shared = torch.ones(4)
    store.save({"a": shared, "b": shared, "c": shared[1:3]}, {}, Progress(step=1))
    weights = store.latest().weights
    assert torch.equal(weights["b"], shared)
    assert torch.equal(weights["c"], torch.ones(2))


def test_nothing_is_pickled(store):
    """Every file is safetensors or JSON."""
    save(store, 1)
    files = list((store.folder / "step-000000001").iterdir())
    assert {path.suffix for path in files} == {".safetensors", ".json"}
    assert json.loads((store.folder / "step-000000001" / "state.json").read_text())["progress"]["step"] == 1
