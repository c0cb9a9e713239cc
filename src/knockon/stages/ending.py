"""How every command and stage ends that does not come to its end: one message, and a status that says why."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from knockon.errors import KnockonError
from knockon.progress import console
from knockon.training.signals import RESUME_EXIT_CODE, TrainingStopped


@contextmanager
def clear_ending() -> Iterator[None]:
    """End what a person can mend with status 1, and a training that a signal has stopped with RESUME_EXIT_CODE.

    Neither shows a traceback, which is for defects alone.
    """
    try:
        yield
    except KnockonError as error:
        _say("[bold red]error[/] ", error)
        sys.exit(1)
    except TrainingStopped as stopped:
        from knockon.training.launch import leave

        _say("", stopped)
        leave(RESUME_EXIT_CODE)


def _say(sign: str, ended: Exception) -> None:
    # Every command imports this module; most end well.
    from rich.markup import escape

    # Brackets in a path or a value are no markup.
    console.print(f"{sign}{escape(str(ended))}", soft_wrap=True)
