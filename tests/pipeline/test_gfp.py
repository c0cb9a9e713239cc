"""The avGFP study by the real command line and the real DVC, at a small size."""

import json

import pytest
import yaml

from tests.pipeline.conftest import make_clone

pytestmark = pytest.mark.timeout(1200)

SMALL = {
    "gfp": {
        "simulate": {"variants": 800, "residues": 20},
        "embed": {"representations": ["mutations"]},
        "train": {"models": ["additive", "global_epistasis"], "seeds": {"imbalanced": [1], "balanced": [1]}},
        "models": {"global_epistasis": {"epochs": 3}},
        "evaluate": {"resamples": 20},
    }
}


def test_the_study_runs_is_repeatable_and_answers(tmp_path):
    clone = make_clone(tmp_path / "clone")
    clone.set_params(SMALL)
    clone.run("dvc", "repro", "gfp_evaluate")
    metrics = json.loads((clone.root / "metrics/gfp/evaluate.json").read_text())
    assert {"additive", "global_epistasis_ensemble"} <= set(metrics)
    assert "up to date" in clone.run("dvc", "status", "gfp_evaluate").stdout
    before = yaml.safe_load((clone.root / "dvc.lock").read_text())
    clone.run("dvc", "repro", "--force", "--single-item", "gfp_train@global_epistasis")
    after = yaml.safe_load((clone.root / "dvc.lock").read_text())
    assert after == before
    assert "wild type" in clone.run("knockon", "predict", "gfp", "--mutations", "").stdout
    refused = clone.run("knockon", "predict", "gfp", "--mutations", "A9999G", check=False)
    assert refused.returncode == 1
    assert "out of range" in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr
