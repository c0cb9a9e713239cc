"""`knockon results`: the numbers of a clone, as they were committed or last made."""

from pathlib import Path
from typing import Annotated

import typer


def results(
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Print the results table of this clone, and where its report and plots lie."""
    from knockon.stages.results import show_results

    show_results(directory)
