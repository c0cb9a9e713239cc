"""docs/tutorial.ipynb runs from its first cell to its last, and is kept without what a run left in it."""

import json
import re
import subprocess
import sys

import pytest

from tests.pipeline.conftest import ROOT

pytestmark = pytest.mark.timeout(1200)

CELLS = json.loads((ROOT / "docs/tutorial.ipynb").read_text())["cells"]
CODE = ["".join(cell["source"]) for cell in CELLS if cell["cell_type"] == "code"]


def test_it_holds_no_outputs_and_a_text_stands_before_every_cell():
    assert [cell for cell in CELLS if cell.get("outputs") or cell.get("execution_count")] == []
    kinds = [cell["cell_type"] for cell in CELLS]
    assert kinds == ["markdown", "code"] * (len(kinds) // 2)


def test_it_goes_from_a_csv_to_a_compared_experiment(finished, tmp_path):
    """Its cells one after the other in a process of their own, in a folder that is no clone."""
    (tmp_path / "tutorial.py").write_text("\n\n".join(CODE))
    environment = {**finished.environment_of_stages, "KNOCKON_DEMO": str(finished.root)}
    ended = subprocess.run(
        [sys.executable, "tutorial.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1100,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "my_strains.csv").read_text().startswith("gene_a,gene_b,interaction")
    score = r"r = (-?\d\.\d{3}) \[-?\d\.\d{3}, -?\d\.\d{3}\]"
    before, after = (re.search(rf"^{name} +{score}", ended.stdout, re.M) for name in ("before", "random forest"))
    assert before is not None
    assert after is not None
    assert before.group(1) != after.group(1)
    assert "[forest]" in ended.stdout
    assert "yeast interaction, pair split: random forest" in ended.stdout
    assert finished.run("git", "status", "--porcelain").stdout == ""
