"""DVC's metrics stay readable: every one is a column of `dvc exp show`, and all are of one `dvc metrics show`."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from knockon.stages.scores import write_scores

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
FILES = sorted(path for stage in STAGES.values() for entry in stage.get("metrics", []) for path in entry)
WIDTH = 250
"""Characters a line of all five studies; an experiment shows the columns that changed, in 150 (tests/pipeline)."""


def test_scores_are_rounded_and_what_is_unknown_stays_so(tmp_path):
    write_scores(tmp_path / "scores.json", {"r": 0.418192, "r_low": -0.00004, "r_ceiling": None})
    assert json.loads((tmp_path / "scores.json").read_text()) == {"r": 0.4182, "r_low": 0.0, "r_ceiling": None}


@pytest.mark.parametrize("path", FILES)
def test_a_metrics_file_is_flat_and_small(path):
    """Where this fails: what a table holds goes to a plain output of the stage, as metrics/yeast/evaluate.json does."""
    scores = json.loads((ROOT / path).read_text())
    assert 0 < len(scores) <= 8
    assert all(isinstance(value, int | float) or value is None for value in scores.values())
    assert max(map(len, scores)) <= 12


def test_no_two_metrics_files_share_a_name():
    names = Counter(name for path in FILES for name in json.loads((ROOT / path).read_text()))
    assert names.most_common(1)[0][1] == 1


def test_dvc_metrics_show_fits_a_line():
    shown = subprocess.run(
        [Path(sys.executable).with_name("dvc"), "metrics", "show"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert len(shown) == 1 + len(FILES)
    assert max(len(line.rstrip()) for line in shown) <= WIDTH
