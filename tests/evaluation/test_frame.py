"""Texts are not cut where the usual fonts are absent: all plots are drawn with DejaVu Sans alone, wider than Arial."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
import vl_convert
from PIL import Image, ImageFont

from knockon.evaluation.frame import MARGIN, roomy, text_width
from knockon.evaluation.plots import PLOTS, plot_table, write_plot
from knockon.evaluation.render import draw_svg

ROOT = Path(__file__).resolve().parents[2]
DRAWN = sorted((ROOT / "plots").glob("*/*.svg"))
TEMPLATES = sorted((ROOT / ".dvc" / "plots").glob("*.json"))
FAMILY = re.compile(r'font-family="[^"]*"')
HEAD = '<svg class="marks" width="100" height="50" viewBox="0 0 100 50"><rect width="100" height="50" fill="#fff"/>'
HEAD = HEAD.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"')


def font(file="DejaVuSans.ttf"):
    try:
        return ImageFont.truetype(file, 1000)
    except OSError:
        pytest.skip(
            "no DejaVu Sans on this machine: install it (Debian: fonts-dejavu-core) to see whether texts are cut"
        )


def ink_at_the_edges(svg):
    """Pixels that are not white among the three outermost of each side, drawn with DejaVu Sans and nothing else."""
    font()
    picture = vl_convert.svg_to_png(FAMILY.sub('font-family="DejaVu Sans"', svg))
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    ink = np.asarray(paper.convert("L")) < 215
    return int(ink[:3].sum() + ink[-3:].sum() + ink[:, :3].sum() + ink[:, -3:].sum())


def viewbox(svg):
    found = re.search(r'viewBox="([^"]*)"', svg)
    assert found is not None
    return [int(number) for number in found.group(1).split()]


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.parent.name + "-" + path.stem)
def test_no_text_of_a_committed_plot_is_cut(path):
    assert ink_at_the_edges(path.read_text()) == 0


def test_the_look_at_the_edges_finds_what_is_cut():
    """The same drawing in the frame that Vega gave it."""
    svg = (ROOT / "plots/yeast/residuals.svg").read_text()
    left, top, width, height = viewbox(svg)
    narrow = svg.replace(f'viewBox="{left} {top} {width} {height}"', f'viewBox="{left} {top} {width - 60} {height}"', 1)
    assert ink_at_the_edges(narrow) > 0


@pytest.mark.parametrize("name", sorted(PLOTS))
def test_long_names_have_room_in_every_template(name, tmp_path):
    texts = {"panel": "interaction ε", "kind": "model", "part": "train"}
    texts |= {"series": "a model with a long name", "name": "network boosted by a forest of trees"}
    texts |= {"representation": "chromosome_pathway_of_everything", "aggregation": "pert_sum"}
    texts |= {"group": "genes that were seen in training: 2", "setting": "depth=5"}
    rows = [
        {field: texts.get(field, 10.0 * (1 + place) + place * line) for place, field in enumerate(PLOTS[name].names)}
        for line in range(3)
    ]
    write_plot(tmp_path / "plot.csv", plot_table(name, rows))
    assert ink_at_the_edges(draw_svg(ROOT / ".dvc" / "plots" / f"{name}.json", tmp_path / "plot.csv")) == 0


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_panel_has_an_axis_of_its_own(path):
    """Where panels stand in rows, Vega-Lite draws shared axes under the last row alone."""
    text = path.read_text()
    assert '"facet"' in text
    assert '"axis": {"x": "independent"}' in text or re.search(r'"scale": \{[^}]*"x": "independent"', text)


@pytest.mark.parametrize(("file", "bold"), [("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True)])
def test_widths_are_those_of_the_font(file, bold):
    for text in ("Pearson r (test rows)", "ρ = 0.97 ± 0.02 · ε", "WWWiiijjj_|%@"):
        assert text_width(text, 1000, bold) == pytest.approx(font(file).getlength(text, features=["-kern"]), rel=0.02)


def test_a_character_without_a_width_counts_as_a_wide_one():
    assert text_width("蛍", 13) == 13


def test_the_frame_grows_on_the_side_where_a_text_leaves_it():
    word = "mmmm"
    wide = text_width(word, 10)
    ends_left = roomy(
        f'{HEAD}<g transform="translate(10,20)"><text text-anchor="end" font-size="10px">{word}</text></g></svg>'
    )
    left, top, width, height = viewbox(ends_left)
    assert left == -(int(wide - 10) + 1 + MARGIN)
    assert (top, height, width) == (0, 50, 100 - left)
    assert f'<rect x="{left}" y="0" width="{width}" height="50" fill' in ends_left
    upright = f'<text text-anchor="start" transform="translate(50,20) rotate(-90)" font-size="10px">{word}</text>'
    assert viewbox(roomy(f"{HEAD}{upright}</svg>"))[1] == -(int(wide - 20) + 1 + MARGIN)


def test_what_fits_keeps_its_frame_and_what_is_hidden_or_no_drawing_of_vega_is_left_alone():
    inside = f'{HEAD}<text transform="translate(50,25)" text-anchor="middle" font-size="10px">m</text></svg>'
    assert viewbox(roomy(inside)) == [0, 0, 100, 50]
    hidden = f'{HEAD}<text transform="translate(99,25)" font-size="10px" opacity="0">mmmmmm</text></svg>'
    assert viewbox(roomy(hidden)) == [0, 0, 100, 50]
    assert roomy("<svg><text>x</text></svg>") == "<svg><text>x</text></svg>"
