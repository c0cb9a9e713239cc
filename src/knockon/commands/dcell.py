"""`knockon dcell train`: DCell on a trio of its users' files, beside its rivals, with the subsystems that matter."""

import math
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knockon.commands.lazy import command_group
from knockon.errors import refuse_unknown
from knockon.progress import console

if TYPE_CHECKING:
    from knockon.models.dcell.trio import TrioResult

app = command_group()

# As models.dcell.trio has them, which takes seconds to import.
_RIVALS = ("additive", "factorisation", "network", "network_boosted")


@app.callback()
def dcell() -> None:
    """DCell, a network wired like the hierarchy of subsystems (Ma et al. 2018)."""


@app.command("train")
def train_command(
    topology: Annotated[Path, typer.Option(help="Hierarchy in DCell's format (ROOT, GENES, TERMS).")],
    train: Annotated[Path, typer.Option(help="Training pairs in DCell's format.")],
    test: Annotated[Path, typer.Option(help="Test pairs; they are only predicted.")],
    out: Annotated[Path, typer.Option(help="Folder for weights, scores, predictions, states and subsystems.")],
    epochs: Annotated[int, typer.Option(help="Passes over the training pairs.", min=1)] = 300,
    members: Annotated[int, typer.Option(help="Networks that predict together.", min=1)] = 1,
    rivals: Annotated[
        str,
        typer.Option(help="Fitted beside it, by commas: additive, factorisation, network, network_boosted."),
    ] = "additive,factorisation",
    seed: Annotated[int, typer.Option(help="Of initialisation, order and the validation pairs.", min=0)] = 0,
) -> None:
    """Train DCell on any trio of its files; print train and test scores beside the baselines.

    A run that was stopped goes on with the same command.
    """
    from knockon.hiding import without_pandas
    from knockon.models.dcell.trio_files import check_trio

    without_pandas()
    names = [name.strip() for name in rivals.split(",") if name.strip()]
    refuse_unknown("--rivals", "model", names, _RIVALS)
    console.print("checking the files, then training DCell, which begins with seconds of imports")
    check_trio(topology, train, test)
    # PyTorch takes seconds to import: only whose files fit together waits for it.
    from rich.console import Console

    from knockon.models.dcell.trio import DCELL_SETTINGS, train_dcell_trio
    from knockon.training.signals import TrainingStopped

    result = train_dcell_trio(
        topology, train, test, out, replace(DCELL_SETTINGS, epochs=epochs, seed=seed), members, names
    )
    if not result.finished:
        raise TrainingStopped(f"stopped; the same command goes on from {out}")
    plot_subsystems(out)
    print_scores(result)
    Console(highlight=False).print(f"weights, predictions, states and subsystems lie in {out}", soft_wrap=True)


def print_scores(result: "TrioResult") -> None:
    """Pearson's r of every model on training and test pairs."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("model")
    for split in ("train", "test"):
        table.add_column(f"r, {split}", justify="right")
    for name, scores in result.scores.items():
        numbers = [scores[split] for split in ("train", "test")]
        table.add_row(name, *("–" if math.isnan(number) else f"{number:.3f}" for number in numbers))
    Console(highlight=False).print(table)


def plot_subsystems(out: Path) -> None:
    """Draw the subsystems that explain most of the predictions: subsystems.csv and .svg; none where none has a rank."""
    import pyarrow.parquet as pq

    from knockon.evaluation.plots import write_plot
    from knockon.evaluation.render import render
    from knockon.evaluation.subsystems import ranking_plot
    from knockon.models.dcell.tables import named

    # DCell's files name terms by their ids alone.
    shown = ranking_plot(named(pq.read_table(out / "subsystems.parquet"), {}), "training strains")
    if not shown.num_rows:
        return
    data = out / "subsystems.csv"
    write_plot(data, shown)
    with resources.as_file(resources.files("knockon.evaluation").joinpath("subsystems.json")) as template:
        render(template, data, data.with_suffix(".svg"))
