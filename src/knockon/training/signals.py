"""Stopping on request: a signal only raises a flag, and the loop ends after the step at hand, with a checkpoint."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from knockon.progress import console

# The exit status of a run that was asked to stop and has saved all it needs to go on: start the same command again.
# A batch script requeues the job on it (see the cluster guide); it is none of the shell's or Python's own codes.
RESUME_EXIT_CODE = 85

_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class TrainingStopped(Exception):
    """A signal has stopped a training, which has saved all it needs; leave the process with RESUME_EXIT_CODE."""


class StopSignals:
    """While open, SIGTERM, SIGUSR1 and Ctrl-C set `requested` instead of killing the process.

    A repeated signal changes nothing: launchers pass Ctrl-C on to processes that the terminal has sent it to already.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "StopSignals":
        # Python lets only the main thread set handlers; in another thread the caller's own stay in force.
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
            outer = getattr(handler, "__self__", None)
            # A signal in the last step of a training lets it end: what runs trainings one by one must hear of it.
            if self.requested and isinstance(outer, StopSignals):
                outer.requested = True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if not self.requested:
            console.print(f"{signal.Signals(number).name}: stopping after this step, with a checkpoint")
        self.requested = True
