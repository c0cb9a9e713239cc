"""A training under DVC that is stopped or killed in the middle, and the trace that shows that the next run went on."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from tests.pipeline.conftest import Clone

# Small batches make many steps: six epochs are left in which to be hit after the second.
GRID = {"width": [8], "training.epochs": [8], "training.batch_size": [16]}
NETWORK = {"model": "bilinear", "grids": {"quick": {"bilinear": GRID}}}
STAGE = "yeast_train"
PREDICTIONS = Path("data/predictions/yeast")
MARK = 0.123


def outcome(clone: Clone) -> tuple[dict[str, bytes], pa.Table]:
    """Files of the trained model and its predictions; the metric log."""
    files = sorted(path for path in (clone.root / "models/yeast").rglob("*") if path.is_file())
    files.append(clone.root / PREDICTIONS / "predictions.parquet")
    return {path.name: path.read_bytes() for path in files}, pq.read_table(
        clone.root / PREDICTIONS / "training.parquet"
    )


def forget_the_run(clone: Clone) -> None:
    """As if the training had never been run with these params, here or (by DVC's cache of runs) elsewhere."""
    clone.run("git", "checkout", "--quiet", "dvc.lock")
    for made in ("models/yeast", ".dvc/cache/runs"):
        shutil.rmtree(clone.root / made, ignore_errors=True)


def log_of(clone: Clone) -> Path | None:
    """The metric log of the fit under way, or of the first one that has ended."""
    return next(iter((clone.root / "models/yeast_checkpoints").glob("*/fit/metrics.jsonl")), None)


def disturb(clone: Clone, number: signal.Signals) -> str:
    """Start the training, and send it a signal after two epochs: SIGTERM to the stage, SIGKILL to DVC and all of it.

    Gives what DVC printed. A test on a busy machine may look too late, when the training has ended: it begins again.
    """
    for _ in range(5):
        forget_the_run(clone)
        code, said = _start_and_disturb(clone, number)
        if code:
            return said
    raise AssertionError("the training has ended before its second epoch was seen, five times")


def _start_and_disturb(clone: Clone, number: signal.Signals) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(
            [Path(sys.executable).parent / "dvc", "repro", STAGE],
            cwd=clone.root,
            env=clone.environment,
            start_new_session=True,
            stdout=said,
            stderr=said,
        )
        while running.poll() is None and not _two_epochs(log_of(clone)):
            time.sleep(0.01)
        if running.poll() is None and number == signal.SIGKILL:
            os.killpg(running.pid, number)
        elif running.poll() is None:
            _send_to_the_stage(running.pid, number)
        code = running.wait(600)
        said.seek(0)
        return code, said.read()


def _two_epochs(log: Path | None) -> bool:
    return log is not None and log.read_text().count("validation_loss") >= 2


def _send_to_the_stage(parent: int, number: signal.Signals) -> None:
    for child in psutil.Process(parent).children(recursive=True):
        # A shell that DVC started names the stage too, in one word with Python.
        if child.is_running() and "knockon.stages.yeast.train" in child.cmdline():
            child.send_signal(number)


def mark_the_log(clone: Clone) -> None:
    """Change the first loss of the log, at equal length: a run that starts afresh would write its own over it."""
    log = log_of(clone)
    assert log is not None
    text = log.read_text()
    found = re.search(r'"loss": ([0-9.e-]+)', text)
    assert found is not None
    marked = f"{MARK}".ljust(len(found.group(1)), "0")
    log.write_text(text[: found.start(1)] + marked + text[found.end(1) :])


def first_loss(log: pa.Table) -> float:
    """The first training loss of a metric log."""
    return float(log["loss"][_first(log)].as_py())


def with_first_loss(log: pa.Table, loss: float) -> pa.Table:
    """The log, with another first training loss."""
    losses = log["loss"].to_pylist()
    losses[_first(log)] = loss
    return log.set_column(
        log.schema.get_field_index("loss"), log.schema.field("loss"), [pa.array(losses, pa.float64())]
    )


def _first(log: pa.Table) -> int:
    return log["part"].to_pylist().index("train")
