"""The report of the committed metrics and plots: every section, offline, the same bytes each time."""

import re
import shutil
from pathlib import Path

import pytest

from knockon.stages import report
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
