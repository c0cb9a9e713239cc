"""`knockon results`: the best rows, and all of them where they are asked for."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from knockon.commands.main import app
from knockon.commands.results import first_of_each
from knockon.stages.affinity import sections as affinity
from knockon.stages.cellstate import sections as cellstate
from knockon.stages.design import sections as design
from knockon.stages.gfp import sections as gfp
from knockon.stages.yeast import joint_sections as joint
from knockon.stages.yeast import sections as yeast


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five models on two splits, and a phenotype by genes seen."""
    models = tuple(
        (f"model {n}", split, "0.1", "0.0", "0.9", "0.1", "10") for split in ("hard", "easy") for n in range(5)
    )
    seen = tuple(("growth", seen, "0.5", "0.6", "0.1", "10") for seen in ("all", "0 seen", "1 seen"))
    monkeypatch.setattr(yeast, "results", lambda root: [])
    monkeypatch.setattr(gfp, "result_rows", lambda root: models)
    monkeypatch.setattr(joint, "result_rows", lambda root: seen)
    best = (("davis", "cold protein", "towers", "0.4", "0.8", "0.6", "0.1"),)
    monkeypatch.setattr(affinity, "headline_rows", lambda root: best)
    monkeypatch.setattr(cellstate, "model_rows", lambda root: (("skip", "study", *["0.7"] * 6),))
    monkeypatch.setattr(cellstate, "knockout_rows", lambda root: (("response", *["0.8"] * 7),))
    monkeypatch.setattr(design, "model_rows", lambda root: (("blend", "betaxanthin", *["0.4"] * 7),))


def shown(*options: str) -> str:
    done = CliRunner().invoke(app, ["results", *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_first_rows_of_each_value_are_kept_in_order() -> None:
    rows = (("a", "x"), ("b", "y"), ("c", "x"), ("d", "x"))
    assert first_of_each(rows, 1, 2) == (("a", "x"), ("b", "y"), ("c", "x"))
    assert first_of_each((), 1, 2) == ()


@pytest.mark.usefixtures("rows")
def test_the_best_rows_are_shown_and_how_to_see_the_rest(tmp_path: Path) -> None:
    text = shown("--directory", str(tmp_path))
    assert [text.count(f"model {n} ") for n in range(5)] == [2, 2, 2, 0, 0]
    assert "growth" in text
    assert "towers" in text
    assert "response" in text
    assert "betaxanthin" in text
    assert " seen" not in text


@pytest.mark.usefixtures("rows")
def test_all_rows_are_shown_on_request(tmp_path: Path) -> None:
    text = shown("--directory", str(tmp_path), "--all")
    assert [text.count(f"model {n} ") for n in range(5)] == [2] * 5
    assert text.count(" seen") == 2
