"""Several `dvc repro` side by side in one clone, with one display of how far they are.

DVC holds its lock on the clone only while it looks and saves, not while a stage runs, so that a second process gets on
meanwhile; `--wait-for-lock` makes it wait its turn instead of giving up after three seconds.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from knockon.commands.plan import Branch
from knockon.errors import KnockonError
from knockon.progress import console, progress_bar

if TYPE_CHECKING:
    from rich.progress import Progress

_HEADING = re.compile(r"^(?P<runs>Running stage|Stage) '(?P<stage>[^']+)'")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_POLL_SECONDS = 0.2
# A training saves a checkpoint when it is asked to stop.
_GRACE_SECONDS = 60
_LINES_SHOWN = 15


def run_side_by_side(branches: Sequence[Branch], root: Path, logs: Path, environment: Mapping[str, str]) -> None:
    """Run every branch to its end, each in a process of its own; their output goes to `logs`/BRANCH.log.

    Raises KnockonError that names the stage and its log where one fails, or where a signal stops it; the others are
    ended then, too, and what is done is kept.
    """
    logs.mkdir(parents=True, exist_ok=True)
    with _signals_raise(root), progress_bar() as bar:
        running = [_Run(branch, root, logs / f"{branch.name}.log", environment, bar) for branch in branches]
        try:
            ended = [False]
            while not all(ended):
                time.sleep(_POLL_SECONDS)
                ended = [run.ended() for run in running]
        finally:
            _stop(running)


class _Run:
    """One branch under way. `ended` reads what it has written since, and tells of it."""

    def __init__(self, branch: Branch, root: Path, log: Path, environment: Mapping[str, str], bar: "Progress") -> None:
        self.branch, self.log, self.root, self.bar = branch, log, root, bar
        # Nothing but its own stages: who checks a common stage wants to write its outputs, and DVC refuses that while a
        # stage of another branch reads them.
        command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", *branch.stages]
        with log.open("w") as output:
            # A session of its own: a signal to it reaches the stage as well, and Ctrl-C comes to it through us alone.
            self.process = subprocess.Popen(
                command, cwd=root, env=dict(environment), stdout=output, stderr=output, start_new_session=True
            )
        self.output = log.open(errors="replace")
        self.task = bar.add_task(branch.name, total=len(branch.stages))
        self.stage, self.runs, self.begun, self.done = "", False, time.monotonic(), 0
        self._half = ""

    def ended(self) -> bool:
        """Whether the branch is through. Raises KnockonError where a stage has failed."""
        status = self.process.poll()
        self._read()
        if status is None:
            return False
        if status:
            raise KnockonError(self._failure())
        self._next("", False)
        return True

    def _read(self) -> None:
        *lines, self._half = (self._half + self.output.read()).split("\n")
        for line in lines:
            if found := _HEADING.match(line):
                self._next(found["stage"], found["runs"].startswith("Running"))

    def _next(self, stage: str, runs: bool) -> None:
        """A stage begins (or none: the branch ends), so the one before is done."""
        if stage == self.stage:
            self.runs |= runs
            return
        now = time.monotonic()
        if self.stage:
            self.done += 1
            if self.runs:
                count = f"{self.done}/{len(self.branch.stages)}"
                console.print(f"{self.branch.name:>8} {count:>6}  {self.stage}  {now - self.begun:.1f} s", markup=False)
        self.stage, self.runs, self.begun = stage, runs, now
        self.bar.update(self.task, completed=self.done, description=f"{self.branch.name}: {stage or 'done'}")

    def _failure(self) -> str:
        end = "\n".join(self.log.read_text(errors="replace").rstrip().splitlines()[-_LINES_SHOWN:])
        what = f"stage {self.stage} failed" if self.stage else "dvc repro failed before its first stage"
        return f"{what}. The end of {self.log}:\n\n{end}\n\nMend it and run again: what is done is kept in {self.root}/"

    def ask_to_stop(self, number: int) -> None:
        """Send a signal to DVC and the stage, if they still run."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)


def _stop(running: Sequence[_Run]) -> None:
    """End what still runs: as Ctrl-C does, so that a training saves its state and DVC its locks, then by force."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for run in running:
            run.ask_to_stop(number)
        until = time.monotonic() + _GRACE_SECONDS
        while any(run.process.poll() is None for run in running) and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
    for run in running:
        run.output.close()


@contextmanager
def _signals_raise(root: Path) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into a KnockonError, once: while the branches are being ended, more change nothing."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        name = signal.Signals(number).name
        raise KnockonError(f"stopped by {name}; what is done is kept in {root}/: run again, and it goes on")

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
