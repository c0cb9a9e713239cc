"""One run a folder, while it lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from knockon.errors import KnockonError
from knockon.training.loop import train
from knockon.training.run_lock import LOCK_FILE
from knockon.training.settings import TrainingSettings
from tests.training.tiny import SETTINGS, TinyTask, send

OWNER = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from knockon.training.run_lock import the_only_run
with the_only_run(Path(sys.argv[1]), SimpleNamespace(is_main=len(sys.argv) < 3, all_agree=lambda error: None)):
    print("holds", flush=True)
    time.sleep(600)
"""


def settings():
    return TrainingSettings(**SETTINGS)


@pytest.fixture
def owner(tmp_path):
    """Another process that is training in the folder."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "holds\n"
        yield process
        process.kill()


def test_a_second_run_is_refused_while_the_first_lives(tmp_path, owner):
    unfinished = tmp_path / "checkpoints" / "step-000000004.tmp-1"
    unfinished.mkdir(parents=True)
    with pytest.raises(KnockonError, match=rf"another run is training in this folder \(process {owner.pid}\)"):
        train(TinyTask(), settings(), tmp_path)
    assert unfinished.is_dir(), "what the first run is writing is not swept away"


def test_a_killed_run_leaves_the_folder_free(tmp_path, owner):
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert (tmp_path / LOCK_FILE).exists()
    assert train(TinyTask(), settings(), tmp_path).finished


def test_another_folder_is_free(tmp_path, owner):
    assert train(TinyTask(), settings(), tmp_path / "other").finished


def test_the_lock_ends_with_the_run(tmp_path):
    """However it ends: stopped, failed, finished."""

    def fail():
        raise InterruptedError("failed")

    held: list[bool] = []
    look = {1: lambda: held.append((tmp_path / LOCK_FILE).read_text() == f"{os.getpid()}\n")}
    assert not train(TinyTask(at=look | {3: send(signal.SIGTERM)}), settings(), tmp_path).finished
    with pytest.raises(InterruptedError):
        train(TinyTask(at={3: fail}), settings(), tmp_path)
    assert train(TinyTask(), settings(), tmp_path).finished
    assert held == [True]
    assert not (tmp_path / LOCK_FILE).exists()
    with pytest.raises(KnockonError, match="other settings or data"):
        train(TinyTask(), TrainingSettings(**{**SETTINGS, "seed": 9}), tmp_path)
    assert not Path(tmp_path / LOCK_FILE).exists()


def test_a_peer_whose_main_process_was_killed_keeps_others_out(tmp_path, owner):
    command = [sys.executable, "-c", OWNER, str(tmp_path), "peer"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdout.readline() == "holds\n"
        owner.kill()
        owner.wait()
        with pytest.raises(KnockonError, match="another run is training in this folder"):
            train(TinyTask(), settings(), tmp_path)
        peer.kill()
        peer.wait()
    assert train(TinyTask(), settings(), tmp_path).finished
