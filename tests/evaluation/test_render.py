"""Every plot draws offline from its DVC template, with its words in it, to the same bytes each time."""

import csv
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from dvc_render import VegaRenderer

from knockon.errors import KnockonError
from knockon.evaluation.page import page
from knockon.evaluation.plots import PART, PLOTS, plot_table, write_plot
from knockon.evaluation.render import draw_svg, render, specification, style

TEXTS = {"panel": "interaction ε, pair split", "series": "network model", "name": "network model", "kind": "model"}
TEXTS |= {"representation": "one_hot", "aggregation": "pert_sum"}
TEXTS |= {"group": "genes seen in training: 2", "setting": "depth=5", "part": "train"}


@pytest.fixture
def templates(root) -> Path:
    return root / ".dvc" / "plots"


@pytest.fixture
def drawn(tmp_path):
    """A factory: writes the CSV of a plot with a few made-up rows and returns its path."""

    def write(name: str) -> Path:
        numbers = [field for field in PLOTS[name].names if field not in TEXTS]
        rows = [
            {field: TEXTS[field] for field in PLOTS[name].names if field in TEXTS}
            | {field: 10.0 * (1 + place) + place * line for place, field in enumerate(numbers)}
            for line in range(3)
        ]
        write_plot(tmp_path / f"{name}.csv", plot_table(name, rows))
        return tmp_path / f"{name}.csv"

    return write


@pytest.mark.parametrize("name", sorted(PLOTS))
def test_every_declared_plot_has_a_template_that_draws_its_columns(name, templates, drawn):
    template = templates / f"{name}.json"
    svg = draw_svg(template, drawn(name))
    title = json.loads(template.read_text())["title"]["text"]
    assert svg.startswith("<svg")
    assert title in svg
    assert TEXTS["panel"] in svg
    assert "NaN" not in svg
    assert draw_svg(template, drawn(name)) == svg
    assert all(identifier.startswith(name) for identifier in re.findall(r'\bid="([^"]+)"', svg))


@pytest.mark.parametrize("name", sorted(PLOTS))
def test_a_template_names_only_columns_of_its_plot(name, templates):
    content = json.loads((templates / f"{name}.json").read_text())
    parsed = set(content["data"]["format"]["parse"])
    assert parsed == set(PLOTS[name].names) - set(TEXTS)


def test_a_part_of_the_model_has_its_colour_and_says_so(templates, tmp_path):
    """Of the bars of both, lighter; the baseline stays grey. The legend names model and baseline alone."""
    rows = [
        {"panel": "ε", "name": name, "kind": kind, "pearson": 0.3}
        for name, kind in (("blend", "model"), ("boosted", PART), ("additive", "baseline"))
    ]
    write_plot(tmp_path / "benchmark.csv", plot_table("benchmark", rows))
    svg = draw_svg(templates / "benchmark.json", tmp_path / "benchmark.csv")
    bar = re.compile(
        r'<path aria-label="[^"]*label: ([^;"]*)[^>]*description="bar"[^>]*fill="(#\w+)" opacity="([.\d]+)"'
    )
    assert {name: (colour, opacity) for name, colour, opacity in bar.findall(svg)} == {
        "blend": ("#0072b2", "1"),
        "boosted (part)": ("#0072b2", "0.5"),
        "additive": ("#a9b4c0", "1"),
    }
    assert ">part of the model<" not in svg


def test_an_interval_has_the_colour_of_its_point_where_another_series_has_none(templates, tmp_path):
    rows = [
        {"panel": "by level", "group": "1 to 3", "series": series, "r2": 0.5, "r2_low": low, "r2_high": high}
        for series, low, high in (("grouped", 0.4, 0.6), ("limit", None, None), ("pca", 0.3, 0.7))
    ]
    write_plot(tmp_path / "cellstate_models.csv", pa.Table.from_pylist(rows))
    svg = draw_svg(templates / "cellstate_models.json", tmp_path / "cellstate_models.csv")
    series = re.compile(r'<(?:line|path) aria-label="[^"]*series: (\w+)[^>]*?(?:fill|stroke)="(#\w+)"')
    colours: dict[str, set[str]] = {}
    for name, colour in series.findall(svg):
        colours.setdefault(name, set()).add(colour)
    assert colours == {"grouped": {"#0072b2"}, "limit": {"#d55e00"}, "pca": {"#009e73"}}


def test_dvc_fills_a_template_as_we_do(templates, drawn):
    """`dvc plots show` and the report must draw the same picture."""
    data = drawn("benchmark")
    rows = [{**row, "rev": "workspace"} for row in csv.DictReader(data.open())]
    renderer = VegaRenderer(rows, "plots/benchmark.csv", template="benchmark", template_dir=str(templates))
    assert renderer.get_filled_template() == specification(templates / "benchmark.json", data)


def test_plots_come_as_svg_or_png_and_nothing_else(templates, drawn, tmp_path):
    template, data = templates / "residuals.json", drawn("residuals")
    render(template, data, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    render(template, data, tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_text() == draw_svg(template, data)
    with pytest.raises(KnockonError, match=r"as \.svg or \.png"):
        render(template, data, tmp_path / "plot.pdf")


def test_a_csv_without_rows_is_named(templates, tmp_path):
    write_plot(tmp_path / "empty.csv", plot_table("residuals", []))
    with pytest.raises(KnockonError, match=r"empty\.csv: the plot has no rows"):
        draw_svg(templates / "residuals.json", tmp_path / "empty.csv")


@pytest.mark.parametrize(("text", "reason"), [("{", "not valid JSON"), ('{"mark": "bar"}', "needs <DVC_METRIC_DATA>")])
def test_a_broken_template_is_named(text, reason, drawn, tmp_path):
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(KnockonError, match=rf"broken\.json.*{reason}"):
        draw_svg(tmp_path / "broken.json", drawn("residuals"))


def test_the_offline_page_is_up_to_date_and_loads_nothing(templates):
    text = (templates / "page.html").read_text()
    assert text == page(), "run: python -m knockon.evaluation.page .dvc/plots/page.html"
    assert "{plot_divs}" in text
    assert not re.search(r"<(script|link)[^>]+(src|href)=", text)


def test_colours_of_series_differ_in_brightness_or_hue_for_everybody():
    """Okabe and Ito's palette (2008) for series; a reminder to whoever changes it."""
    assert style()["range"]["category"][:4] == ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]
