"""Real processes, killed for real: what is left and resumed has the bytes of a run that was left alone."""

import json
import os
import signal

import pytest
import torch

from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from tests.training.launched import launched
from tests.training.tiny import SETTINGS, TinyTask, products


def run(folder, *options, expected):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = launched("tests.training.tiny", folder, *map(str, options), environment=environment)
    assert done.returncode in expected, done.stderr[-3000:]
    return done


@pytest.fixture(autouse=True)
def one_thread():
    """As in the script: sums depend on the number of threads in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def run_here(folder, dropout=0.3):
    """What the script does with one process, without the seconds that a process takes to start."""
    assert train(TinyTask(dropout), TrainingSettings(**SETTINGS, checkpoint_steps=4), folder).finished


def losses(folder):
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line.get("loss", line.get("validation_loss")) for line in lines]


def test_kill_9_in_one_process(tmp_path):
    run_here(tmp_path / "whole")
    run(tmp_path / "killed", "--signal", int(signal.SIGKILL), "--at", 11, expected={-signal.SIGKILL})
    run_here(tmp_path / "killed")
    assert products(tmp_path / "killed") == products(tmp_path / "whole")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two processes, left alone: a run with dropout, and one without."""
    folder = tmp_path_factory.mktemp("pair")
    run(folder / "dropout", "--processes", 2, "--plain", folder / "plain", expected={0})
    return folder


def test_two_processes_draw_the_curve_of_one(pair, tmp_path):
    """The same global batches and the same weight for each label, whichever process it falls to."""
    run_here(tmp_path / "one", dropout=0.0)
    assert losses(pair / "plain") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)


def test_two_processes_stop_together_die_and_resume(pair, tmp_path):
    """SIGUSR1 reaches the second process alone: both stop after the same step. Then the second is killed."""
    folder = tmp_path / "run"
    two = ("--processes", 2, "--rank", 1)
    stopped = run(folder, *two, "--signal", int(signal.SIGUSR1), "--at", 7, expected={85})
    assert "Traceback" not in stopped.stderr
    run(folder, *two, "--signal", int(signal.SIGKILL), "--at", 6, expected=set(range(1, 256)))
    run(folder, *two, expected={0})
    assert products(folder) == products(pair / "dropout")
