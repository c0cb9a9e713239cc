"""The model cards say what the metrics say, and what not to ask."""

import json
import shutil
from pathlib import Path

import pytest

from knockon.evaluation.table import number
from knockon.stages.model_card import CARD, write_cards


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    shutil.copytree(root / "metrics", tmp_path / "metrics")
    (tmp_path / "models").mkdir()
    return tmp_path


def changed(clone: Path, file: str, change) -> None:
    path = clone / "metrics" / file
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_scores_are_those_of_the_metrics(clone):
    changed(
        clone, "yeast/evaluate.json", lambda found: found.update(pearson=0.123456, coverage_90_strong=0.5, n_strong=146)
    )
    write_cards(clone, "The data of yeast are simulated: nothing here is a finding.")
    text = (clone / CARD).read_text()
    found = json.loads((clone / "metrics/gfp/evaluate.json").read_text())["global_epistasis_ensemble"]["imbalanced"]
    assert "| Pearson's r, test | 0.123 [" in text
    assert "50% of 146" in text
    assert f"| imbalanced split: mean squared error | {number(found['mse'])} [" in text
    assert "simulated: nothing here is a finding" in text
    assert text.count("Limits: ") == 5
    assert "| pdbbind2016, published: r, test | " in text


def test_a_study_that_serves_no_model_says_so(clone):
    changed(clone, "gfp/evaluate.json", lambda found: found.pop("global_epistasis_ensemble"))
    changed(clone, "yeast/evaluate.json", lambda found: found.update(coverage_90=None, coverage_90_strong=None))
    (clone / "metrics/affinity/evaluate.json").unlink()
    (clone / "metrics/cellstate/evaluate.json").unlink()
    (clone / "metrics/design/evaluate.json").unlink()
    write_cards(clone, "")
    text = (clone / CARD).read_text()
    assert "nothing is served" in text
    assert "No model of the affinity study has been evaluated." in text
    assert "No model of the cellstate study has been evaluated." in text
    assert "No model of the design study has been evaluated." in text
    assert "| intervals of 90 % hold | unknown |" in text
