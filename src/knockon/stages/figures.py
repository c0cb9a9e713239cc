"""A plot of a stage: its CSV for `dvc plots`, and the same picture as SVG for people who only look."""

from pathlib import Path

import pyarrow as pa

from knockon.evaluation.plots import write_plot
from knockon.evaluation.render import render

TEMPLATES = Path(".dvc/plots")
PLOTS = Path("plots/yeast")


def write_figure(template: str, table: pa.Table, *, name: str | None = None, folder: Path = PLOTS) -> None:
    """Write `folder`/<name>.csv and .svg. template: a file of .dvc/plots; name: its own name where none is given.

    A table without rows (a plot that does not apply) writes the CSV alone, with its header.
    """
    data = folder / f"{name or template}.csv"
    write_plot(data, table)
    if table.num_rows:
        render(TEMPLATES / f"{template}.json", data, data.with_suffix(".svg"))
