"""The cellstate study by the real DVC, on a small simulated compendium."""

import json
import re

import pytest

from tests.pipeline.conftest import make_clone
from tests.pipeline.declared import run_alone, run_by_dvc

pytestmark = pytest.mark.timeout(1200)


SMALL = {
    "cellstate": {
        "source": "simulated",
        "simulate": {"genes": 120, "regulators": 12, "pairs": 2, "studies": 6, "conditions": 2},
        "split": {"folds": {"study": 3, "sample": 3, "knockout": 3}},
        "train": {"models": ["pca_50", "skip"]},
        "models": {
            "pca_50": {"settings": {"width": 5}},
            "skip": {"settings": {"widths": [8, 5]}, "training": {"max_steps": 10, "validation_steps": 5}},
        },
        "knockouts": {"rounds": 10},
        "evaluate": {"resamples": 20},
        "regulators": {
            "least": 3,
            "permutations": 20,
            "planted": {
                "world": {"genes": 120, "regulators": 10, "pairs": 2, "samples": 60, "studies": 4, "diseased": 10},
                "seeds": [1],
                "curves": {"noise": [0.8], "samples": [], "wrong": []},
                "curve_seeds": [1],
                "permutations": 2,
            },
            "resamples": 20,
        },
        "responses": {"sets": []},
    }
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A clone in which the stages have run and are committed."""
    clone = make_clone(tmp_path_factory.mktemp("cellstate") / "clone", warm=True)
    clone.set_params(SMALL)
    clone.run("dvc", "repro", "cellstate_evaluate", "cellstate_regulators", "cellstate_responses")
    clone.commit()
    return clone


def test_nothing_is_left_to_do_and_a_second_run_gives_the_same_bytes(study):
    assert "up to date" in study.run("dvc", "status", "cellstate_evaluate").stdout
    before = (study.root / "dvc.lock").read_text()
    again = [f"cellstate_{name}" for name in ("dataset", "split", "train@skip", "knockouts", "regulators")]
    said = study.run("dvc", "repro", "--force", "--single-item", *again).stdout
    assert re.findall(r"Running stage '(.+)'", said) == again
    assert (study.root / "dvc.lock").read_text() == before


STAGES = ("sources", "dataset", "split", "train", "knockouts", "evaluate", "cohorts", "regulators", "responses")


@pytest.mark.parametrize("stage", [f"cellstate_{name}" for name in STAGES])
def test_a_stage_reads_nothing_but_what_it_declares(study, stage, tmp_path):
    assert run_alone(study, stage, tmp_path / "alone") == run_by_dvc(study, stage)


def test_one_models_section_trains_one_model_again(study):
    study.set_params({"cellstate": {"models": {"skip": {"settings": {"masked": 0.3}}}}})
    study.run("dvc", "repro", "--quiet", "params")
    changed = json.loads(study.run("dvc", "status", "--json", "cellstate_train").stdout)
    study.run("git", "checkout", "--quiet", ".")
    study.run("dvc", "checkout", "--quiet", "params")
    assert set(changed) == {"cellstate_train@skip"}
