"""Trackers show a run; they go on after a resume, and never end a training."""

import os
import struct
import subprocess
import sys

import pytest

from knockon.errors import KnockonError
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from knockon.training.trackers import Trackers, TrackerSettings, open_trackers
from tests.training.tiny import SETTINGS, TinyTask, send


def points(folder, name):
    lines = (folder / "plots" / "metrics" / f"{name}.tsv").read_text().splitlines()[1:]
    return [int(line.split("\t")[0]) for line in lines]


def test_dvclive_follows_a_run_through_a_kill(tmp_path):
    """Points drawn after the checkpoint, by a process that was then killed, are drawn once in the end."""
    folder = tmp_path / "dvclive"
    settings = TrackerSettings(dvclive=True)
    first = open_trackers(settings, tmp_path, 0)
    for step in (1, 2, 3, 4):
        first.log({"loss": 1.0 / step}, step)
    second = open_trackers(settings, tmp_path, 2)
    for step in (3, 4, 5):
        second.log({"loss": 1.0 / step}, step)
    second.finish()
    assert points(folder, "loss") == [1, 2, 3, 4, 5]
    assert not list(tmp_path.rglob("dvc.yaml"))


def test_a_run_shows_its_curves_rate_speed_and_memory(tmp_path):
    settings = TrainingSettings(**SETTINGS, tracker_steps=3)
    train(TinyTask(at={8: send(15)}), settings, tmp_path, TrackerSettings(dvclive=True))
    train(TinyTask(), settings, tmp_path, TrackerSettings(dvclive=True))
    folder = tmp_path / "dvclive"
    for name in ("loss", "learning_rate", "samples_per_second", "peak_memory_mb"):
        assert points(folder, name) == [3, 6, 9, 12, 15, 18]
    assert points(folder, "validation_loss") == [6, 12, 18]


class Failing:
    def __init__(self) -> None:
        self.calls = 0

    def log(self, values, step):
        self.calls += 1
        raise ConnectionError("no network")

    def finish(self):
        raise ConnectionError("no network")


def test_a_tracker_that_fails_is_dropped_with_one_warning(capsys):
    def refuse():
        raise RuntimeError("no key")

    failing = Failing()
    trackers = Trackers({"wandb": refuse, "other": lambda: failing})
    for step in range(3):
        trackers.log({"loss": 1.0}, step)
    trackers.finish()
    shown = capsys.readouterr().err
    assert failing.calls == 1
    assert shown.count("no key") == 1
    assert shown.count("no network") == 1


FOLLOWED_BY_WANDB = """
import sys
from pathlib import Path
from knockon.training.loop import train
from knockon.training.settings import TrainingSettings
from knockon.training.trackers import TrackerSettings
from tests.training.tiny import SETTINGS, TinyTask, send
for at in ({8: send(15)}, {}):
    settings = TrainingSettings(**SETTINGS, tracker_steps=3)
    train(TinyTask(at=at), settings, Path(sys.argv[1]), TrackerSettings(wandb="offline"))
"""


def history(path):
    """The points in a file of W&B (records of LevelDB's log format after 7 bytes, in blocks of 32 KiB), by step."""
    from wandb.proto import wandb_internal_pb2

    content, place, parts, found = path.read_bytes(), 7, b"", {}
    while place < len(content):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        _, length, kind = struct.unpack_from("<IHB", content, place)
        parts += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):
            record = wandb_internal_pb2.Record()
            record.ParseFromString(parts)
            parts = b""
            values = {item.key or "/".join(item.nested_key): item.value_json for item in record.history.item}
            if values:
                found[int(values["_step"])] = set(values)
    return found


def test_wandb_offline_shows_a_run_and_goes_on_in_it(tmp_path, root):
    """In a process of its own: W&B starts a service that outlives the test otherwise. A signal stops it on the way."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANDB")}
    done = subprocess.run(
        [sys.executable, "-c", FOLLOWED_BY_WANDB, str(tmp_path)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert "warning" not in done.stderr
    assert done.returncode == 0, done.stderr
    identity = (tmp_path / "wandb" / "run_id").read_text()
    files = sorted((tmp_path / "wandb/wandb").glob(f"offline-run-*/run-{identity}.wandb"))
    points = [history(path) for path in files]
    assert [list(found) for found in points] == [[3, 6, 9], [12, 15, 18]]
    for values in (values for found in points for values in found.values()):
        assert {"loss", "learning_rate", "samples_per_second", "peak_memory_mb"} <= values
    assert "validation_loss" in points[0][6] & points[1][18]


def test_an_unknown_wandb_mode_is_named():
    with pytest.raises(KnockonError, match="disabled, offline, online"):
        TrackerSettings(wandb="on")
