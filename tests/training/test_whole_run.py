"""A training by one call: its log comes back, a stop is raised, and a run without a folder leaves nothing."""

import signal
import tempfile
from pathlib import Path

import pytest

from knockon.training.settings import TrainingSettings
from knockon.training.signals import TrainingStopped
from knockon.training.whole_run import train_whole
from tests.training.tiny import SETTINGS, TinyTask, send


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def settings(**changes) -> TrainingSettings:
    return TrainingSettings(**(SETTINGS | {"epochs": None, "max_steps": 6} | changes))


def test_without_a_folder_the_log_comes_back_and_nothing_stays(scratch: Path):
    result, history = train_whole(TinyTask(), settings(), None, "tiny")
    assert result.finished
    assert [record["step"] for record in history if "loss" in record] == [1, 2, 3, 4, 5, 6]
    assert not list(scratch.glob("knockon-*"))


def test_a_stopped_run_says_so_and_goes_on_in_its_folder(tmp_path: Path):
    with pytest.raises(TrainingStopped, match="tiny: stopped after 4 steps; the same command goes on"):
        train_whole(TinyTask(at={3: send(signal.SIGTERM)}), settings(), tmp_path / "run", "tiny")
    task = TinyTask()
    result, history = train_whole(task, settings(), tmp_path / "run", "tiny")
    assert (result.finished, task.calls) == (True, 2)
    assert [record["step"] for record in history if "loss" in record] == [1, 2, 3, 4, 5, 6]
