"""`knockon …`: the command line for people. The pipeline itself is run by DVC; see README."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from knockon.commands.dcell import app as dcell_app
from knockon.commands.graph import app as graph_app
from knockon.commands.predict.gfp import predict_gfp
from knockon.commands.predict.yeast import predict_yeast
from knockon.commands.sources import app as sources_app
from knockon.errors import KnockonError
from knockon.progress import console

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(sources_app, name="sources", help="Public files: list, fetch, verify, read.")
app.add_typer(graph_app, name="graph", help="The knowledge graph: summary, load, query, shell.")
predict_app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
predict_app.command("gfp")(predict_gfp)
predict_app.command("yeast")(predict_yeast)
app.add_typer(predict_app, name="predict", help="Predict from trained models: avGFP variants, yeast knock-outs.")
app.add_typer(dcell_app, name="dcell", help="DCell on your own files.")


@app.command()
def demo(
    directory: Annotated[Path, typer.Option(help="Where the demo's copy of the repository is made.")] = Path("demo"),
) -> None:
    """Run the whole pipeline on simulated data, offline, apart from the committed results."""
    from knockon.commands.demo import run_demo
    from knockon.stages.results import show_results

    run_demo(Path.cwd(), directory)
    show_results(directory)


@app.command()
def results(
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Print the results table of this clone, and where its report and plots lie."""
    from knockon.stages.results import show_results

    show_results(directory)


def main() -> None:
    """Entry point: an error that a person can mend is one message and exit code 1, without a traceback."""
    try:
        app()
    except KnockonError as error:
        console.print(f"[bold red]error[/] {error}", soft_wrap=True)
        sys.exit(1)
