"""`knockon predict gfp`: brightness of avGFP variants that you name, with an interval."""

from pathlib import Path
from typing import Annotated

import typer

from knockon.errors import KnockonError
from knockon.stages.gfp import paths


def predict_gfp(
    mutations: Annotated[
        list[str], typer.Option(help="A variant such as A23T:K45R; give the option again for another.")
    ],
    level: Annotated[float, typer.Option(help="Of the interval, such as 0.5, 0.8, 0.9 or 0.95.")] = 0.9,
    trained_on: Annotated[str, typer.Option(help="Split whose model answers: imbalanced or balanced.")] = "imbalanced",
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Predict the brightness (log10 fluorescence) of avGFP variants, with an interval."""
    from rich.console import Console
    from rich.table import Table

    from knockon.commands.predict.files import clone_in
    from knockon.dataset.variants import SPLITS
    from knockon.serving.gfp import load_served, read_description
    from knockon.serving.gfp_question import predict, question

    if trained_on not in SPLITS:
        raise KnockonError(f"--trained-on is {trained_on!r}; choose one of {', '.join(SPLITS)}")
    clone_in(directory)
    folder = directory / paths.MODELS / "global_epistasis" / trained_on
    description = read_description(folder)
    # A mistake is told before PyTorch is imported, which takes seconds.
    asked = question(description, mutations, level)
    served = load_served(folder, description)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("variant", overflow="fold")
    table.add_column("log10 fluorescence", justify="right")
    table.add_column(f"{level:.0%} interval", justify="right")
    for row in predict(served, asked):
        interval = f"[{row['low']:.2f}, {row['high']:.2f}]"
        table.add_row(str(row["variant"]) or "wild type", f"{row['brightness']:.2f}", interval)
    Console(highlight=False, markup=False, emoji=False).print(table)
