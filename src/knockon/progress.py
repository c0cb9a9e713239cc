"""Progress bars for people: shown on a terminal, silent in a pipe, a log file or CI.

rich takes longer to import than most commands take to answer: it is imported when something is shown.
"""

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

Item = TypeVar("Item")


@cache
def _rich_console() -> "Console":
    from rich.console import Console

    return Console(stderr=True, highlight=False)


class _ConsoleOnUse:
    """Stands for the one console: nothing of rich is imported before it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_rich_console(), name)


console = cast("Console", _ConsoleOnUse())
"""Where messages for people go: standard error."""


def progress_bar() -> "Progress":
    """A rich progress bar in the one style that knockon uses; use it as a context manager and add tasks to it."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=_rich_console(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def track(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Iterate over `items`, with a progress bar where someone watches."""
    if not sys.stderr.isatty():
        yield from items
        return
    with progress_bar() as bar:
        yield from bar.track(items, total=total, description=description)
