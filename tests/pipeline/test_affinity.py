"""The affinity study's data stages by the real DVC, on a small simulated set."""

import json

import pytest
import yaml

from tests.pipeline.conftest import make_clone
from tests.pipeline.declared import run_alone, run_by_dvc

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A clone in which the stages have run and are committed."""
    clone = make_clone(tmp_path_factory.mktemp("affinity") / "clone")
    clone.set_params({"affinity": {"source": "simulated", "simulate": {"complexes": 900}}})
    clone.run("dvc", "repro", "affinity_split")
    clone.commit()
    return clone


def test_the_stages_run_and_are_repeatable(study):
    metrics = json.loads((study.root / "metrics/affinity/split.json").read_text())
    assert set(metrics) == {"davis", "pdbbind2016"}
    assert "up to date" in study.run("dvc", "status", "affinity_split").stdout
    before = yaml.safe_load((study.root / "dvc.lock").read_text())
    study.run("dvc", "repro", "--force", "--single-item", "affinity_dataset")
    study.run("dvc", "repro", "--force", "--single-item", "affinity_split")
    assert yaml.safe_load((study.root / "dvc.lock").read_text()) == before


@pytest.mark.parametrize("stage", ["affinity_sources", "affinity_dataset", "affinity_split"])
def test_a_stage_reads_nothing_but_what_it_declares(stage, study, tmp_path):
    assert run_alone(study, stage, tmp_path / "alone") == run_by_dvc(study, stage)
