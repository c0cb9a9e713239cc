"""All stages of a clone, as many at a time as there are processors, with one display of how far they are."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from types import FrameType
from typing import NoReturn

from knockon.commands.plan import Plan, study_of
from knockon.commands.worker import Worker
from knockon.errors import KnockonError
from knockon.progress import console, progress_bar

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_POLL_SECONDS = 0.2
# A training saves a checkpoint when it is asked to stop.
_GRACE_SECONDS = 60
_LINES_SHOWN = 15
# A stage takes up to 2 GB, and the studies have no more long chains of stages than this.
_MOST_WORKERS = 4


def run_side_by_side(plan: Plan, root: Path, logs: Path, environment: Mapping[str, str]) -> None:
    """Run every stage that is not up to date, after those that it needs; its output goes to `logs`/STAGE.log.

    Raises KnockonError that names the stage and its log where one fails, or where a signal stops it; the others are
    ended then, too, and what is done is kept.
    """
    logs.mkdir(parents=True, exist_ok=True)
    if not plan:
        return
    with _signals_raise(root):
        workers = [Worker(root, logs, environment) for _ in range(_worker_count())]
        try:
            with _Display(plan) as display:
                while plan:
                    _give(plan, workers, display)
                    _take(plan, workers, display, root, logs)
        finally:
            _stop(workers)


def _worker_count() -> int:
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, _MOST_WORKERS)


def _give(plan: Plan, workers: Sequence[Worker], display: "_Display") -> None:
    """Give every idle worker a stage, as long as there are any that may run."""
    for worker in workers:
        if worker.stage is None and (stage := plan.next()) is not None:
            worker.run(stage)
            display.begins(stage)


def _take(plan: Plan, workers: Sequence[Worker], display: "_Display", root: Path, logs: Path) -> None:
    """Wait until a stage has ended, or a moment. Raises KnockonError where one has failed."""
    ready = wait([worker.answers for worker in workers], _POLL_SECONDS)
    for worker in workers:
        if worker.answers not in ready or worker.stage is None:
            continue
        try:
            well, ran = worker.answers.recv()
        except EOFError:
            well = ran = False
        if not well:
            raise KnockonError(_failure(worker.stage, logs / f"{worker.stage}.log", root))
        plan.finished(worker.stage)
        display.ends(worker.stage, ran)
        worker.stage = None


def _failure(stage: str, log: Path, root: Path) -> str:
    lines = log.read_text(errors="replace").rstrip().splitlines() if log.is_file() else []
    end = "\n".join(lines[-_LINES_SHOWN:])
    return f"stage {stage} failed. The end of {log}:\n\n{end}\n\nMend it and run again: what is done is kept in {root}/"


class _Display:
    """A line for every stage that ran, and on a terminal a bar for every study below them."""

    def __init__(self, plan: Plan) -> None:
        self.total = Counter(study_of(stage) for stage in plan.needs)
        self.done = Counter(study_of(stage) for stage in plan.done)
        self.begun: dict[str, float] = {}
        self.bar = progress_bar()
        self.tasks = {
            study: self.bar.add_task(study, total=total, completed=self.done[study])
            for study, total in self.total.items()
        }

    def __enter__(self) -> "_Display":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def begins(self, stage: str) -> None:
        self.begun[stage] = time.monotonic()
        self._show(study_of(stage))

    def ends(self, stage: str, ran: bool) -> None:
        study = study_of(stage)
        self.done[study] += 1
        seconds = time.monotonic() - self.begun.pop(stage)
        if ran:
            count = f"{self.done[study]}/{self.total[study]}"
            console.print(f"{study:>8} {count:>6}  {stage}  {seconds:.1f} s", markup=False, soft_wrap=True)
        self._show(study)

    def _show(self, study: str) -> None:
        running = ", ".join(stage for stage in self.begun if study_of(stage) == study)
        self.bar.update(self.tasks[study], completed=self.done[study], description=running or study)


def _stop(workers: Sequence[Worker]) -> None:
    """End the workers: at once where they are idle, else as Ctrl-C does, so that a training saves its state and DVC
    frees its locks, and by force where that does not help."""
    for worker in workers:
        worker.answers.close()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for worker in workers:
            worker.end(number)
        until = time.monotonic() + _GRACE_SECONDS
        for worker in workers:
            worker.process.join(max(0.0, until - time.monotonic()))


@contextmanager
def _signals_raise(root: Path) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into a KnockonError, once: while the stages are being ended, more change nothing."""

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
