"""The report of the committed metrics and plots: every section, offline, the same bytes each time."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from knockon.stages import report
from knockon.stages.gfp.headline import best_by_validation
from knockon.stages.report import REPORT
from knockon.stages.stage import Params
from knockon.stages.yeast.sections import sections


@pytest.fixture
def clone(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the stages of this clone have written."""
    for name in ("metrics", "plots"):
        shutil.copytree(root / name, tmp_path / name)
    shutil.copy(root / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(clone: Path) -> str:
    report.main(Params({}, report.PARAMS))
    return (clone / REPORT).read_text()


def test_the_report_holds_the_sections_of_both_studies_and_the_params(clone: Path):
    (clone / "params.yaml").write_text("yeast: {seed: 271828}\n")
    page = written(clone)
    for title in (section.title for section in sections(clone)):
        assert title in page
    assert "avGFP" in page or "fluorescent" in page
    assert "seed: 271828" in page
    assert page.count("<svg") > 5


def test_the_report_needs_no_network_and_no_clock(clone: Path):
    first = written(clone)
    assert not re.search(r"(src|href)=.?https?:[^>]*\.(js|css|png|svg)", first)
    assert written(clone) == first


def test_its_last_words_are_the_scores(clone: Path, capsys: pytest.CaptureFixture[str]):
    """`dvc exp run` ends with this stage, and a person looks for the number."""
    written(clone)
    last = capsys.readouterr().err.splitlines()[-2:]
    for line, name, study in zip(last, ("pearson", "mse"), ("yeast", "gfp"), strict=True):
        metrics = json.loads((clone / f"metrics/{study}/evaluate.json").read_text())
        value = metrics[name] if study == "yeast" else metrics[best_by_validation(metrics)]["imbalanced"][name]
        assert f" {value:.3f} [" in line


def test_simulated_data_are_named_on_top(clone: Path):
    (clone / "params.yaml").write_text("yeast: {source: simulated}\ngfp: {source: public}\n")
    top = written(clone).split("<section", 1)[0]
    assert "The data of yeast are simulated: nothing here is a finding. Not made in a git repository." in top
    three = [f"{study}: {{source: simulated}}" for study in ("yeast", "gfp", "design")]
    (clone / "params.yaml").write_text("\n".join(three))
    assert "The data of yeast, avGFP and strain design are simulated" in written(clone)
    (clone / "params.yaml").write_text("yeast: {source: public}\ngfp: {source: public}\n")
    assert "are simulated" not in written(clone).split("<section", 1)[0]


def test_the_revision_and_its_date_are_named(clone: Path):
    identity = ("-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "init", "-q"], cwd=clone, check=True)
    assert "a git repository that has no readable revision" in written(clone)
    commit = ["git", *identity, "commit", "-q", "--allow-empty", "-m", "first", "--date", "2001-02-03T04:05:06"]
    environment = {**os.environ, "GIT_COMMITTER_DATE": "2001-02-03T04:05:06"}
    subprocess.run(commit, cwd=clone, check=True, env=environment)
    shown = subprocess.run(["git", "log", "-1", "--format=%h"], cwd=clone, check=True, capture_output=True, text=True)
    assert f"Made at git revision {shown.stdout.strip()} of 2001-02-03." in written(clone)


def test_what_was_dropped_of_own_files_stands_in_the_report(clone: Path):
    (clone / "params.yaml").write_text("yeast: {dataset: {labels: {interaction: [public], fitness: []}}}\n")
    assert "Your own files" not in written(clone)
    dropped = [{"reason": "unknown gene name", "rows": 17, "examples": ["line 2: YXX999W", "line 3: a<b"]}]
    file = {"name": "my_screen", "dataset": "mine", "records": {"interaction": 4123}, "repeats": 0, "dropped": dropped}
    (clone / "metrics/yeast/own.json").write_text(json.dumps({"files": [file]}))
    page = written(clone)
    for text in ("Your own files", "4,123", "unknown gene name", "17", "line 2: YXX999W; line 3: a&lt;b"):
        assert text in page
    assert "No label uses my_screen: add mine to <code>yeast.dataset.labels.interaction</code>" in page
