"""`knockon …`: the command line for people. The pipeline itself is run by DVC; see README."""

import gc
from typing import Annotated, ClassVar

import typer

from knockon.commands.lazy import Command, LazyGroup
from knockon.stages.ending import clear_ending
from knockon.threads import one_thread

_OBJECTS = 200_000
"""New objects after which Python looks for garbage; 700 where nobody says otherwise."""


class Commands(LazyGroup):
    """Every command and group of knockon."""

    listed: ClassVar[dict[str, Command]] = {
        "sources": Command("knockon.commands.sources:app", "Public files: list, fetch, verify, read."),
        "graph": Command("knockon.commands.graph:app", "The knowledge graph: summary, load, query, shell."),
        "predict": Command(
            "knockon.commands.predict.group:app",
            "Predict from trained models: avGFP variants, binding affinities, yeast knock-outs.",
        ),
        "screen": Command(
            "knockon.commands.screen:screen", "Rank a library of molecules by how strongly they bind a protein."
        ),
        "cells": Command(
            "knockon.commands.cells.group:app", "Transcriptomes of your own: fit, reconstruct, knock out, regulators."
        ),
        "design": Command(
            "knockon.commands.design:design", "Which knock-outs to make next for a wanted phenotype, and why."
        ),
        "dcell": Command("knockon.commands.dcell:app", "DCell on your own files."),
        "demo": Command("knockon.commands.demo:demo", "Run the whole pipeline on simulated data, offline."),
        "results": Command("knockon.commands.results:results", "Print the results table of this clone."),
    }


app = typer.Typer(
    cls=Commands, help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"knockon {version('knockon')}")
        raise typer.Exit


@app.callback()
def knockon(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """The command line for people. The pipeline itself is run by DVC; see README."""


def main() -> None:
    """Entry point: what a person can mend, and a training that was stopped, is one message without a traceback."""
    one_thread()
    # What is imported stays: to look through it for garbage again and again is a seventh of a start that needs torch.
    gc.set_threshold(_OBJECTS)
    with clear_ending():
        app()


if __name__ == "__main__":
    main()
