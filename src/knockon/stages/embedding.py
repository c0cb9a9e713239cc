"""What the embedding stages of studies share: a representation in its place, or a file that says why there is none."""

from collections.abc import Callable
from pathlib import Path

from rich.markup import escape

from knockon.progress import console
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.representation import Representation
from knockon.represent.skipped import write_skipped
from knockon.represent.storage import write_representation


def write_or_skip(target: Path, name: str, build: Callable[[], Representation]) -> None:
    """Write what `build` gives to `target`; where the weights are absent, a line, and a file that says so."""
    try:
        write_representation(target, build())
    except AbsentWeightsError as error:
        console.print(f"[yellow]skipped[/] {name}: {escape(str(error))}", soft_wrap=True)
        write_skipped(target, str(error))
