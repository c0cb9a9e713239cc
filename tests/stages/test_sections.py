"""What the sections of all studies are made of."""

import pytest

from knockon.errors import KnockonError
from knockon.evaluation.report import Figure
from knockon.stages.sections import figures, interval_if_known, interval_of, read_metrics, words

CAPTIONS = {name: (f"{name} for the ear", f"{name}, explained") for name in ("drawn", "empty", "absent")}


def test_figures_are_those_that_have_something_to_show(tmp_path):
    folder = tmp_path / "plots" / "yeast"
    folder.mkdir(parents=True)
    for name, rows in (("drawn", "x\n1\n"), ("empty", "x\n")):
        (folder / f"{name}.csv").write_text(rows)
        (folder / f"{name}.svg").write_text(f"<svg>{name}</svg>")
    assert figures(tmp_path, "yeast", CAPTIONS, "drawn", "empty", "absent") == (
        Figure("<svg>drawn</svg>", "drawn for the ear", "drawn, explained"),
    )


def test_metrics_that_are_absent_say_how_to_get_them(tmp_path):
    (tmp_path / "metrics/gfp").mkdir(parents=True)
    (tmp_path / "metrics/gfp/split.json").write_text('{"x": 1}')
    assert read_metrics(tmp_path, "gfp/split.json") == {"x": 1}
    with pytest.raises(KnockonError, match="dvc repro, or dvc pull"):
        read_metrics(tmp_path, "gfp/evaluate.json")


def test_a_score_stands_with_its_interval_and_must_be_there():
    found = {"mse": 0.25, "mse_low": 0.2, "mse_high": 0.31, "ci": 0.5} | dict.fromkeys(
        ("gain", "gain_low", "gain_high")
    )
    assert interval_of(found, "mse") == interval_if_known(found, "mse") == "0.250 [0.200, 0.310]"
    assert [interval_if_known(found, name) for name in ("ci", "gain", "absent")] == ["0.500", "–", "–"]
    with pytest.raises(KeyError):
        interval_of(found, "absent")
    assert words("ligand_only") == "ligand only"
