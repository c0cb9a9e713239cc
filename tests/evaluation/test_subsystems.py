"""Plots of subsystems: their rows, and one template in both places where it is looked for."""

from importlib import resources

import pyarrow as pa
import pytest

from knockon.evaluation.plots import write_plot
from knockon.evaluation.render import draw_svg
from knockon.evaluation.subsystems import SUBSYSTEM_PLOTS, ranking_plot, shift_plot

FOLDER = resources.files("knockon.evaluation")


def ranking(*gains):
    rows = [
        {"term": f"GO:{number}", "name": f"process {number}", "genes": 9, "own": 0.5, "below": 0.2, "rlipp": gain}
        for number, gain in enumerate(gains)
    ]
    return pa.Table.from_pylist(rows)


def shifts(*values, strain=0):
    rows = [{"strain": strain, "term": f"GO:{n}", "name": "", "shift": value} for n, value in enumerate(values)]
    return pa.Table.from_pylist(rows)


def test_subsystems_without_a_ratio_are_left_out_and_the_first_are_shown():
    shown = ranking_plot(ranking(3.0, 2.0, 1.0, None), "ε", most=2)
    assert shown.schema == SUBSYSTEM_PLOTS["subsystems"]
    assert shown["term"].to_pylist() == ["GO:0", "GO:1"]
    assert ranking_plot(ranking(None), "ε").num_rows == 0


def test_every_strain_has_its_panel():
    found = pa.concat_tables([shifts(0.3, -0.1), shifts(-0.2, strain=1)])
    rows = shift_plot(found, ["first", "second"], most=1).to_pylist()
    assert [(row["panel"], row["term"], row["shift"]) for row in rows] == [
        ("first", "GO:0", 0.3),
        ("second", "GO:0", -0.2),
    ]


@pytest.mark.parametrize(
    ("name", "table", "label"),
    [
        ("subsystems", ranking_plot(ranking(1.5), "ε of strains"), "process 0 (GO:0)"),
        ("subsystem_shifts", shift_plot(shifts(0.3, -0.1), ["ε of strains"]), "GO:1"),
    ],
)
def test_a_template_draws_its_columns_with_names(name, table, label, tmp_path):
    data = tmp_path / "data.csv"
    write_plot(data, table)
    with resources.as_file(FOLDER / f"{name}.json") as template:
        svg = draw_svg(template, data)
        assert draw_svg(template, data) == svg
    assert "ε of strains" in svg
    assert label in svg
    assert "NaN" not in svg


def test_dvc_draws_the_ranking_by_the_same_template(root):
    text = (root / ".dvc/plots/subsystems.json").read_text()
    assert text == (FOLDER / "subsystems.json").read_text(), "copy src/knockon/evaluation/subsystems.json to .dvc/plots"
