"""A process that runs stages of a clone, one after the other, as they are named to it: `dvc repro --single-item`.

DVC holds its lock on the clone only while it looks and saves, not while a stage runs, so that several workers get on
beside each other. One process for many stages, since the import of DVC takes longer than many a stage of the demo.
"""

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe
from pathlib import Path


class Worker:
    """A worker, seen from the process that has started it."""

    def __init__(self, root: Path, logs: Path, environment: Mapping[str, str]) -> None:
        self.answers, other = Pipe()
        self.stage: str | None = None
        # Spawned, not forked: DVC is imported where the descriptors are those of the log.
        self.process = get_context("spawn").Process(target=_work, args=(other, root, logs.resolve(), dict(environment)))
        self.process.start()
        # Here as well as there: whoever comes first, no signal can miss the group.
        with suppress(OSError):
            os.setpgid(self.process.pid or 0, self.process.pid or 0)
        # Ours must be the only end that is left, so that the worker's end is noticed.
        other.close()

    def run(self, stage: str) -> None:
        """Begin a stage; `answers` has one answer when it has ended: (whether it went well, whether it had to run)."""
        self.stage = stage
        self.answers.send(stage)

    def end(self, number: int) -> None:
        """Send a signal to the worker and to the stage that it runs, if they are still there."""
        if self.process.is_alive() and self.process.pid is not None:
            os.killpg(self.process.pid, number)


def _work(orders: Connection, root: Path, logs: Path, environment: dict[str, str]) -> None:
    # A group of its own: a signal to it reaches the stage as well, and Ctrl-C comes to it through its starter alone.
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(root)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    # The answer can't be given where nobody waits for it any more.
    with suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        while True:
            stage = orders.recv()
            orders.send(_reproduce(stage, logs / f"{stage}.log"))


def _reproduce(stage: str, log: Path) -> tuple[bool, bool]:
    """Whether the stage went well, and whether it had to run: DVC leaves one alone that is up to date."""
    from dvc.cli import main

    with log.open("w") as file:
        # The stage and what it starts inherit the descriptors.
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    status = main(["--wait-for-lock", "repro", "--single-item", stage])
    return status == 0, "Running stage" in log.read_text(errors="replace")
