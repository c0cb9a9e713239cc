"""Draw a plot's CSV by its DVC template, offline: the same picture that `dvc plots show` draws.

The template's data anchor is filled by dvc_render itself, with the CSV read as DVC reads it; vl-convert brings its own
Vega and fonts, so an SVG has the same bytes on every machine (a PNG's pixels may depend on the fonts installed). Both
libraries are imported where they draw: most commands import this module and draw nothing.
"""

import csv
import io
import json
import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from knockon.atomic import atomic_path, write_text
from knockon.errors import KnockonError
from knockon.evaluation.frame import roomy

VEGA_LITE = "5.21"
"""The Vega-Lite version that draws: here, in page.html, and in what DVC's own templates are written for (5)."""


@lru_cache
def style() -> dict[str, Any]:
    """The one style of all plots: a Vega-Lite configuration."""
    text = resources.files("knockon.evaluation").joinpath("style.json").read_text(encoding="utf-8")
    configuration: dict[str, Any] = json.loads(text)
    return configuration


def _read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a CSV as DVC gives them to a template: texts, with the revision beside them."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    if not rows:
        raise KnockonError(f"{path}: the plot has no rows; run the stage that writes it again")
    return [{**row, "rev": "workspace"} for row in rows]


def specification(template: Path, data: Path) -> dict[str, Any]:
    """A complete Vega-Lite specification from a DVC template and a CSV.

    Raises KnockonError where the CSV is empty or the template is not JSON with a data anchor.
    """
    from dvc_render.vega_templates import Template

    try:
        filled = Template(json.loads(template.read_text(encoding="utf-8")), name=template.name)
    except json.JSONDecodeError as error:
        raise KnockonError(f"{template}: not valid JSON ({error})") from error
    if not filled.has_anchor("data"):
        raise KnockonError(f"{template}: a DVC template needs {Template.anchor('data')} where its data go")
    filled.fill_anchor("data", _read_rows(data))
    return filled.content


# Vega numbers its clip paths and gradients through the life of the process.
_NUMBERED = re.compile(r"""(?<=["#])(clip|gradient_)(\d+)(?=[")])""")


def draw_svg(template: Path, data: Path) -> str:
    """The plot as SVG text, ready to be placed in a page.

    Identifiers start with the template's name and are counted anew, so that the text does not depend on what was drawn
    before, and two plots can stand on one page.
    """
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(specification(template, data), vl_version=VEGA_LITE, config=style()))
    order: dict[str, str] = {}
    for match in _NUMBERED.finditer(svg):
        order.setdefault(match.group(), f"{template.stem}-{len(order)}")
    return roomy(_NUMBERED.sub(lambda match: order[match.group()], svg))


def render(template: Path, data: Path, target: Path, scale: float = 2.0) -> None:
    """Draw a plot into `target`: .svg, or .png at `scale` pixels per unit.

    Raises KnockonError for another suffix.
    """
    import vl_convert

    if target.suffix == ".svg":
        write_text(target, draw_svg(template, data))
    elif target.suffix == ".png":
        picture = vl_convert.vegalite_to_png(
            specification(template, data), vl_version=VEGA_LITE, config=style(), scale=scale
        )
        with atomic_path(target) as temporary:
            temporary.write_bytes(picture)
    else:
        raise KnockonError(f"{target}: plots are drawn as .svg or .png")
