"""A plot of a stage: its CSV for `dvc plots`, and the same picture as SVG for people who only look."""

from pathlib import Path

import pyarrow as pa

from knockon.atomic import write_text
from knockon.evaluation.plots import write_plot
from knockon.evaluation.render import render

TEMPLATES = Path(".dvc/plots")
PLOTS = Path("plots/yeast")

_NOTHING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="48" viewBox="0 0 360 48">'
    '<text x="12" y="29" font-family="sans-serif" font-size="13" fill="#52606d">'
    "Nothing to draw: this plot does not apply to this run.</text></svg>\n"
)


def templates(*names: str) -> tuple[Path, ...]:
    """Files of templates, for READS."""
    return tuple(TEMPLATES / f"{name}.json" for name in names)


def write_figure(template: str, table: pa.Table, *, name: str | None = None, folder: Path = PLOTS) -> None:
    """Write `folder`/<name>.csv and .svg. template: a file of .dvc/plots; name: its own name where none is given.

    A table without rows (a plot that does not apply) gives a CSV of its header alone, and a picture that says so: DVC
    ends a stage that leaves an output out.
    """
    data = folder / f"{name or template}.csv"
    write_plot(data, table)
    if table.num_rows:
        render(TEMPLATES / f"{template}.json", data, data.with_suffix(".svg"))
    else:
        write_text(data.with_suffix(".svg"), _NOTHING)
