"""The avGFP study by the real command line and the real DVC, at a small size."""

import json
import re

import pytest
import yaml

from tests.pipeline.conftest import make_clone
from tests.pipeline.declared import run_alone, run_by_dvc
from tests.stages.toy import change

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


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A clone in which the study has run and is committed. Tests that change it must put it back."""
    clone = make_clone(tmp_path_factory.mktemp("gfp") / "clone", warm=True)
    clone.set_params(SMALL)
    clone.run("dvc", "repro", "gfp_evaluate")
    clone.commit()
    return clone


def test_the_study_runs_is_repeatable_and_answers(study):
    metrics = json.loads((study.root / "metrics/gfp/evaluate.json").read_text())
    assert {"additive", "global_epistasis_ensemble"} <= set(metrics)
    assert "up to date" in study.run("dvc", "status", "gfp_evaluate").stdout
    before = yaml.safe_load((study.root / "dvc.lock").read_text())
    study.run("dvc", "repro", "--force", "--single-item", "gfp_train@global_epistasis")
    after = yaml.safe_load((study.root / "dvc.lock").read_text())
    assert after == before
    assert "wild type" in study.run("knockon", "predict", "gfp", "--mutations", "").stdout
    refused = study.run("knockon", "predict", "gfp", "--mutations", "A9999G", check=False)
    assert refused.returncode == 1
    assert "out of range" in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("stage", ["gfp_sources", "gfp_dataset", "gfp_split", "gfp_embed", "gfp_train", "gfp_evaluate"])
def test_a_stage_reads_nothing_but_what_it_declares(stage, study, tmp_path):
    assert run_alone(study, stage, tmp_path / "alone") == run_by_dvc(study, stage)


def test_a_value_in_one_models_grid_concerns_that_model_alone(study):
    study.set_params({"gfp": {"models": {"additive": {"grid": {"shrinkage": [0.1, 1.0]}}}}})
    study.run("dvc", "repro", "--quiet", "params")
    changed = json.loads(study.run("dvc", "status", "--json", "gfp_train").stdout)
    study.run("git", "checkout", "--quiet", ".")
    study.run("dvc", "checkout", "--quiet", "params")
    assert set(changed) == {"gfp_train@additive"}


def test_a_comment_in_params_runs_the_stage_params_alone_and_a_single_stage_waits_for_it(study):
    """What `dvc repro --single-item` runs has the params of data/params, and is recorded with them."""
    params = study.root / "params.yaml"
    params.write_text("# A comment.\n" + params.read_text())
    said = study.run("dvc", "repro", "gfp_evaluate").stdout
    assert re.findall(r"Running stage '(.+)'", said) == ["params"]
    study.set_params({"gfp": {"models": {"additive": {"grid": {"shrinkage": [0.1, 1.0]}}}}})
    assert "didn't change" in study.run("dvc", "repro", "--single-item", "gfp_train@additive").stdout
    study.run("git", "checkout", "--quiet", ".")
    study.run("dvc", "checkout", "--quiet", "params")


def test_a_comment_runs_the_stage_code_alone_and_a_constant_what_reaches_it(study):
    source = study.root / "src"
    variants = source / "knockon/dataset/variants.py"
    variants.write_text(variants.read_text().replace('"""\n', '"""\n# A comment.\n', 1))
    change(source, "knockon/stages/gfp/landscape.py", 'astype("<U10")', 'astype("<U11")')
    said = study.run("dvc", "repro", "--dry", "gfp_train").stdout
    assert "Running stage 'code'" in said
    study.run("dvc", "repro", "--quiet", "code")
    changed = json.loads(study.run("dvc", "status", "--json", "gfp_evaluate", "--with-deps").stdout)
    study.run("git", "checkout", "--quiet", ".")
    study.run("dvc", "checkout", "--quiet", "code")
    # read_parts is read by the trainings alone; what they predict is not known to change before they have run.
    assert set(changed) == {"gfp_train@additive", "gfp_train@global_epistasis"}
