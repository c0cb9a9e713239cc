"""The loop in one process: it learns, it stops and resumes to the same bytes, and it explains its failures."""

import json
import signal

import pytest
import torch

from knockon.errors import KnockonError
from knockon.training import checkpoint
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from tests.training.tiny import SETTINGS, TinyTask, products, send


def settings(**changes):
    return TrainingSettings(**(SETTINGS | changes))


@pytest.fixture(autouse=True)
def one_thread():
    """Sums depend on the number of threads in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("uninterrupted")
    train(TinyTask(), settings(), folder)
    return products(folder)


def records(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_training_learns(tmp_path):
    result = train(TinyTask(dropout=0.0), settings(epochs=40), tmp_path)
    losses = [record["loss"] for record in records(tmp_path) if "loss" in record]
    assert result.finished
    assert result.steps == 240
    assert sum(losses[-6:]) < 0.35 * sum(losses[:6])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
@pytest.mark.parametrize("call", [3, 12])
def test_resume_after_a_signal_is_bit_exact(tmp_path, uninterrupted, number, call):
    """The signal comes while a batch is loaded, in the middle of an epoch; dropout is on."""
    stopped = train(TinyTask(at={call: send(number)}), settings(), tmp_path)
    assert not stopped.finished
    assert stopped.steps < 18
    assert not (tmp_path / "weights.safetensors").exists()
    assert train(TinyTask(), settings(), tmp_path).finished
    assert products(tmp_path) == uninterrupted


def test_many_stops_and_a_crash_are_bit_exact(tmp_path, uninterrupted):
    """A crash leaves a log that is longer than the checkpoint knows; it is cut back."""

    def crash():
        raise InterruptedError("killed")

    for _ in range(3):
        train(TinyTask(at={4: send(signal.SIGTERM)}), settings(), tmp_path)
    with pytest.raises(InterruptedError):
        train(TinyTask(at={3: crash}), settings(checkpoint_steps=1000), tmp_path)
    train(TinyTask(), settings(), tmp_path)
    assert products(tmp_path) == uninterrupted


def test_loader_workers_change_nothing(tmp_path, uninterrupted):
    train(TinyTask(), settings(workers=1), tmp_path)
    assert products(tmp_path) == uninterrupted


def test_a_finished_run_is_not_run_again(tmp_path, uninterrupted):
    train(TinyTask(), settings(), tmp_path)
    task = TinyTask()
    assert train(task, settings(), tmp_path).finished
    assert task.calls == 0
    assert products(tmp_path) == uninterrupted


def test_the_module_ends_with_the_best_weights(tmp_path):
    task = TinyTask(dropout=0.0)
    result = train(task, settings(learning_rate=0.5, epochs=6), tmp_path)
    scores = {record["step"]: record["validation_loss"] for record in records(tmp_path) if "validation_loss" in record}
    assert result.best_score == min(scores.values()) == scores[result.best_step]
    task.module.eval()
    with torch.no_grad():
        outputs = task.predict(task.batch("validation", list(range(30))))
    assert task.metrics(outputs)["loss"] == pytest.approx(result.best_score, rel=1e-6)


def test_early_stopping(tmp_path):
    """A model that only gets worse stops after `patience` validations, and says where it was best."""
    result = train(TinyTask(), settings(learning_rate=2.0, schedule="constant", epochs=100, patience=3), tmp_path)
    assert result.finished
    assert result.steps == result.best_step + 3 * 6


def test_accumulation_gives_the_same_updates(tmp_path):
    """Parts of different numbers of labels weigh as one batch, without dropout."""
    train(TinyTask(0.0), settings(), tmp_path / "whole")
    train(TinyTask(0.0), settings(accumulation=3), tmp_path / "parts")
    whole, parts = records(tmp_path / "whole"), records(tmp_path / "parts")
    for one, other in zip(whole, parts, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_a_foreign_checkpoint_is_refused(tmp_path):
    train(TinyTask(), settings(max_steps=2), tmp_path)
    with pytest.raises(KnockonError, match=r"training.learning_rate: 0.02 there, 0.5 here"):
        train(TinyTask(), settings(max_steps=2, learning_rate=0.5), tmp_path)


def test_a_loss_that_is_not_a_number_stops_with_the_keys(tmp_path):
    with pytest.raises(KnockonError, match="loss nan"):
        train(TinyTask(spoil=float("nan")), settings(), tmp_path)
    report = json.loads((tmp_path / "stopped_at.json").read_text())
    assert "train-7" in report["keys"]
    assert len(report["keys"]) == 16


def test_a_batch_without_labels_is_named(tmp_path):
    task = TinyTask()
    task.mask[:] = 0
    with pytest.raises(KnockonError, match="no row of the batch has a label"):
        train(task, settings(), tmp_path)


def test_an_unknown_monitor_is_named(tmp_path):
    with pytest.raises(KnockonError, match="this task has validation_loss"):
        train(TinyTask(), settings(monitor="validation_auc"), tmp_path)


def test_out_of_memory_says_what_fits(tmp_path):
    task = TinyTask()
    forward = task.module.network.forward

    def hungry(x):
        if len(x) > 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(x)

    task.module.network.forward = hungry
    with pytest.raises(KnockonError, match=r"16 rows at a time .*; 4 fit: set training.batch_size to 4"):
        train(task, settings(), tmp_path)


def test_a_full_disk_ends_the_run_and_keeps_the_old_checkpoint(tmp_path, monkeypatch, uninterrupted):
    working = checkpoint.save_file

    def full(tensors, path):
        if "step-000000012" in str(path):
            raise OSError(28, "No space left on device")
        working(tensors, path)

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(KnockonError, match="No space left"):
        train(TinyTask(), settings(checkpoint_steps=6), tmp_path)
    monkeypatch.undo()
    train(TinyTask(), settings(), tmp_path)
    assert products(tmp_path) == uninterrupted


def test_a_killed_worker_is_explained(tmp_path):
    """The batch is loaded in a worker process, which kills itself."""
    with pytest.raises(KnockonError, match=r"lower training\.workers"):
        train(TinyTask(at={3: send(signal.SIGKILL)}), settings(workers=1), tmp_path)


def test_a_log_that_was_removed_is_not_papered_over(tmp_path):
    train(TinyTask(at={9: send(signal.SIGTERM)}), settings(), tmp_path)
    (tmp_path / "metrics.jsonl").unlink()
    with pytest.raises(KnockonError, match="restore the log"):
        train(TinyTask(), settings(), tmp_path)


def test_more_processes_than_run_are_refused(tmp_path):
    with pytest.raises(KnockonError, match=r"processes is 2, but 1 are running"):
        train(TinyTask(), settings(processes=2), tmp_path)
