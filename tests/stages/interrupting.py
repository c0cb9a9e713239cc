"""A signal in the middle of a training, and how many batches were learnt."""

import os
import signal
from typing import Any

import pytest


def interrupted(patch: pytest.MonkeyPatch, task: Any, after: int | None = None) -> list[int]:
    """This process gets SIGTERM at the training batch of number `after`; the rows of all batches learnt are listed.

    task: the class of the training task.
    """
    calls: list[int] = []
    original = task.batch

    def batch(self: Any, split: str, rows: Any) -> Any:
        if split == "train":
            calls.append(len(rows))
            if len(calls) == after:
                os.kill(os.getpid(), signal.SIGTERM)
        return original(self, split, rows)

    patch.setattr(task, "batch", batch)
    return calls
