"""A disk that is full, or can't be written, for real: the old checkpoint stays, and training goes on from it."""

import signal

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.networks.bilinear import bilinear
from knockon.represent.representation import Representation
from knockon.training.checkpoint import CheckpointStore
from knockon.training.disk import disk_faults_explained
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from tests.faults.disks import fill, mounted, read_only
from tests.models.made_up import GENES, planted, split
from tests.training.tiny import SETTINGS, TinyTask, products, send

TRAINING = {"epochs": 4, "batch_size": 64, "device": "cpu", "log_steps": 1}


@pytest.fixture(autouse=True)
def one_thread():
    """Sums depend on the number of threads in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def settings(**changes):
    return TrainingSettings(**(SETTINGS | changes))


def model(folder):
    vectors = Representation("one_hot", GENES, np.eye(len(GENES), dtype=np.float32))
    return bilinear(Inputs(vectors, "pert_sum"), Context("interaction", training=TRAINING, folder=folder))


def last_step(folder):
    """The step of the last whole checkpoint."""
    fingerprint = settings().fingerprint() | {"precision": "float32"} | TinyTask().fingerprint()
    return CheckpointStore(folder / "checkpoints", fingerprint, keep=2).latest().progress.step


def test_a_full_disk_keeps_the_old_checkpoint_and_training_goes_on_from_it(tmp_path):
    train(TinyTask(), settings(), tmp_path / "undisturbed")
    with mounted(tmp_path / "run", "size=1m") as disk:
        stopped = train(TinyTask(at={8: send(signal.SIGTERM)}), settings(), disk)
        filler = fill(disk)
        with pytest.raises(KnockonError, match=r"step-0.*could not be written .*No space left on device.*disk full"):
            train(TinyTask(), settings(), disk)
        assert last_step(disk) == stopped.steps
        filler.unlink()
        task = TinyTask()
        assert train(task, settings(), disk).finished
        assert task.calls == 18 - stopped.steps
        assert products(disk) == products(tmp_path / "undisturbed")


@pytest.fixture(scope="module")
def data():
    examples, _ = planted()
    return split(examples)


def test_a_model_says_where_it_goes_on_when_there_is_room(data, tmp_path):
    """Here not one byte of the metric log fits, which knows nothing of disks."""
    learnt, validation, test = data
    undisturbed = model(None)
    undisturbed.fit(learnt, validation, seed=1)
    with mounted(tmp_path / "run", "size=1m") as disk:
        filler = fill(disk)
        with pytest.raises(KnockonError, match=r"No space left on device.* Once there is room") as full:
            model(disk).fit(learnt, validation, seed=1)
        assert str(disk / "fit") in str(full.value)
        filler.unlink()
        again = model(disk)
        again.fit(learnt, validation, seed=1)
        assert np.array_equal(again.predict(test.genotypes), undisturbed.predict(test.genotypes))


def test_a_checkpoint_folder_that_can_not_be_written_is_one_message(data, tmp_path):
    learnt, validation, _ = data
    with mounted(tmp_path / "run", "size=1m") as disk:
        read_only(disk)
        with pytest.raises(KnockonError, match=r"run/fit: could not be written \(Read-only file system\). Once"):
            model(disk).fit(learnt, validation, seed=1)
        assert not list(disk.iterdir())


def test_a_checkpoint_folder_that_becomes_read_only_keeps_what_it_has(tmp_path):
    """As a file system does that has met a fault: the checkpoint from before can be read, and is whole."""
    with mounted(tmp_path / "run", "size=1m") as disk:
        stopped = train(TinyTask(at={8: send(signal.SIGTERM)}), settings(), disk)
        read_only(disk)
        with pytest.raises(KnockonError, match="Read-only file system"), disk_faults_explained(disk):
            train(TinyTask(), settings(), disk)
        assert last_step(disk) == stopped.steps


def test_another_fault_keeps_its_own_message(tmp_path):
    """A peer that is gone, say, is an OSError too, and no fault of the disk."""
    with pytest.raises(ConnectionResetError), disk_faults_explained(tmp_path):
        raise ConnectionResetError("peer")
