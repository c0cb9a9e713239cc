"""Which subsystems a strain moves: what `knockon predict yeast` adds where the model has subsystems."""

import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from knockon.errors import KnockonError
from knockon.models.dcell.tables import named
from knockon.stages.yeast.terms import term_names

if TYPE_CHECKING:
    from knockon.serving.gene_book import GeneBook
    from knockon.serving.yeast import Served

SHOWN = 5
MOST_DRAWN = 12

_STILL = 1e-6
"""Shifts below this are the rounding of float32, in labels of about 1."""


def has_subsystems(served: "Served") -> bool:
    """Whether the trained model has subsystems."""
    return served.model.subsystems is not None


def moved(served: "Served", strains: list[list[str]]) -> pa.Table:
    """The subsystems whose own guess at the label each strain shifts, the largest shifts of a strain first.

    Columns: those of `SHIFT_SCHEMA`, and name. Raises KnockonError for a model that has no subsystems.
    """
    subsystems = served.model.subsystems
    if subsystems is None:
        raise KnockonError(
            f"the trained model ({served.experiment.model}) has no subsystems; train one that has them: "
            "dvc exp run -S yeast.train.model=dcell yeast_train"
        )
    shifts = subsystems.shifts(served.genotypes(strains))
    return named(shifts.filter(pc.greater(pc.abs(shifts["shift"]), _STILL)), term_names())


def print_moved(console: Console, found: pa.Table, label: str) -> None:
    """The first lines of one strain."""
    console.print(f"subsystems whose own guess at {label} the strain shifts most, from the wild type's:")
    for row in found.slice(0, SHOWN).to_pylist():
        console.print(f"  {row['shift']:+.4f}  {row['name'] or row['term']} ({row['term']})")
    if not found.num_rows:
        console.print("  none: no subsystem contains a gene of the strain")


def check_target(target: Path, strains: int) -> None:
    """Raise KnockonError for a file that can't be made, before anything is computed for it."""
    if target.suffix not in (".csv", ".svg", ".png"):
        raise KnockonError(f"{target}: subsystems are written as .csv, or drawn as .svg or .png")
    if target.suffix != ".csv" and strains > MOST_DRAWN:
        raise KnockonError(f"{target}: at most {MOST_DRAWN} strains are drawn, not {strains}; write a .csv instead")


def write_moved(target: Path, found: pa.Table, strains: list[list[str]], book: "GeneBook", label: str) -> None:
    """Write the subsystems as a table (.csv: knockouts, term, name, shift), or draw the first of each strain."""
    # What draws takes seconds to import: only who asks for a file waits for it.
    from knockon.evaluation.plots import write_plot
    from knockon.evaluation.render import render
    from knockon.evaluation.subsystems import shift_plot

    if target.suffix == ".csv":
        titles = pa.array([";".join(genes) for genes in strains], pa.string())
        write_plot(target, found.add_column(0, "knockouts", titles.take(found["strain"])).drop_columns("strain"))
        return
    if not found.num_rows:
        raise KnockonError(f"{target}: nothing to draw, no subsystem contains a gene of the strains")
    panels = [f"{' '.join(f'{book.standard[gene]}Δ' for gene in genes)}: {label}" for genes in strains]
    template = resources.files("knockon.evaluation").joinpath("subsystem_shifts.json")
    with tempfile.TemporaryDirectory() as folder, resources.as_file(template) as path:
        data = Path(folder) / "subsystem_shifts.csv"
        write_plot(data, shift_plot(found, panels))
        render(path, data, target)
