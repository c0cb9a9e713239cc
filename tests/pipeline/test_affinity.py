"""The affinity study by the real DVC, on a small simulated set."""

import json
import re

import pytest
import yaml

from tests.pipeline.conftest import make_clone
from tests.pipeline.declared import run_alone, run_by_dvc

pytestmark = pytest.mark.timeout(1200)


LANGUAGE = {
    "sizes": {"width": 32, "layers": 1},
    "judging": 4,
    "training": {"max_steps": 3, "validation_steps": 3, "warmup_steps": 1},
}
SMALL = {
    "affinity": {
        "pretrain": {"smiles": LANGUAGE, "protein": LANGUAGE},
        "vectors": {
            "representations": ["protein_lm"],
            "runs": ["davis/published"],
            "seeds": [],
            "settings": {"width": 8, "projection": 8},
            "training": {"epochs": 1},
        },
        "source": "simulated",
        "simulate": {"ligands": 40, "proteins": 40, "complexes": 300},
        "train": {
            "models": ["dual_joint", "boosted", "ligand_only"],
            "runs": ["davis/published"],
            "served": "davis/published",
        },
        "models": {
            "dual_joint": {"settings": {"width": 8, "projection": 8}, "training": {"epochs": 1}},
            "boosted": {"settings": {"rounds": 10, "folds": 2}},
        },
        "evaluate": {"baselines": ["ligand_only"], "blend": {"others": ["dual_joint"]}, "resamples": 20},
    }
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A clone in which the stages have run and are committed."""
    clone = make_clone(tmp_path_factory.mktemp("affinity") / "clone", warm=True)
    clone.set_params(SMALL)
    clone.run("dvc", "repro", "affinity_evaluate")
    clone.commit()
    return clone


def test_the_stages_run_and_are_repeatable(study):
    metrics = json.loads((study.root / "metrics/affinity/split.json").read_text())
    assert set(metrics) == {"davis", "pdbbind2016"}
    assert "up to date" in study.run("dvc", "status", "affinity_evaluate").stdout
    before = yaml.safe_load((study.root / "dvc.lock").read_text())
    again = [f"affinity_{name}" for name in ("dataset", "split", "train@dual_joint", "train_vectors@protein_lm")]
    said = study.run("dvc", "repro", "--force", "--single-item", *again).stdout
    assert re.findall(r"Running stage '(.+)'", said) == again
    assert yaml.safe_load((study.root / "dvc.lock").read_text()) == before


@pytest.mark.parametrize(
    "stage",
    [f"affinity_{name}" for name in ("sources", "dataset", "split", "train", "embed", "train_vectors", "evaluate")],
)
def test_a_stage_reads_nothing_but_what_it_declares(stage, study, tmp_path):
    assert run_alone(study, stage, tmp_path / "alone") == run_by_dvc(study, stage)


def test_a_value_in_one_models_grid_concerns_that_model_alone(study):
    study.set_params({"affinity": {"models": {"boosted": {"grid": {"leaves": [7, 15]}}}}})
    study.run("dvc", "repro", "--quiet", "params")
    changed = json.loads(study.run("dvc", "status", "--json", "affinity_train").stdout)
    study.run("git", "checkout", "--quiet", ".")
    study.run("dvc", "checkout", "--quiet", "params")
    assert set(changed) == {"affinity_train@boosted"}


def test_only_towers_on_vectors_depend_on_them(study):
    vectors = study.root / "data/embeddings/affinity/protein_lm.parquet"
    kept = vectors.read_bytes()
    vectors.unlink()
    vectors.write_bytes(kept + b"changed")
    changed = json.loads(study.run("dvc", "status", "--json", "affinity_train", "affinity_train_vectors").stdout)
    vectors.write_bytes(kept)
    assert "affinity_train_vectors@protein_lm" in changed
    assert not [name for name in changed if name.startswith("affinity_train@")]
