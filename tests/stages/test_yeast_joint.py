"""Joint phenotypes and growth from expression, from a simulated yeast to metrics, plots and the report."""

import json
import os
import shutil
import signal
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from knockon.commands.demo import merged
from knockon.dataset.store import RecordStore
from knockon.errors import KnockonError
from knockon.evaluation.joint import joint_schema
from knockon.models.supervised import SupervisedTask
from knockon.stages.stage import Params
from knockon.stages.yeast import expression_fitness, joint, joint_evaluate, paths
from knockon.stages.yeast.joint_fits import FITS, folder_of_fits
from knockon.stages.yeast.joint_heads import read_heads
from knockon.stages.yeast.joint_sections import joint_sections, result_rows
from knockon.stages.yeast.paths import JOINT, PROFILES
from knockon.training.signals import TrainingStopped

pytestmark = pytest.mark.timeout(600)

SMALL = {
    "yeast": {
        "joint": {
            "size": 600,
            "components": 3,
            "dimensions": 12,
            "model": {"hidden": 16, "width": 8},
            "training": {"max_steps": 20, "validation_steps": 10, "batch_size": 64},
        },
        "expression_fitness": {"mlp": {"width": 4, "training": {"max_steps": 10, "validation_steps": 5}}},
        "evaluate": {"resamples": 30},
    }
}


@pytest.fixture(scope="module")
def tree(yeast_params):
    return merged(yeast_params, SMALL)


@pytest.fixture(scope="module")
def run(yeast_folder, tree):
    """The folder in which all stages have run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(yeast_folder)
        for stage in (joint, joint_evaluate, expression_fitness):
            stage.main(Params(tree, stage.PARAMS))
    return yeast_folder


def read(name):
    return json.loads((paths.METRICS / name).read_text())


def test_every_head_is_compared_alone_and_joint(inside):
    metrics = read("joint.json")
    assert set(metrics["heads"]) == {"fitness", "interaction", "metabolome", "morphology", "expression"}
    assert not metrics["absent"]
    components = {name: head["components"] for name, head in metrics["heads"].items()}
    assert (components["metabolome"], components["morphology"], components["expression"]) == (19, 281, 3)
    for head in metrics["heads"].values():
        for group in head["seen"].values():
            assert group["alone"]["pearson_low"] <= group["alone"]["pearson_high"]
            assert group["gain"]["pearson"] == pytest.approx(
                group["joint"]["pearson"] - group["alone"]["pearson"], abs=1e-5
            )
    assert {"all", "0", "1", "2"} == set(metrics["heads"]["interaction"]["seen"])
    gains = [head["seen"]["all"]["gain"]["pearson"] for head in metrics["heads"].values()]
    assert read("gain.json") == {"joint_gain": pytest.approx(sum(gains) / len(gains), abs=1e-4)}
    assert "leading components" in metrics["heads"]["expression"]["note"]


def test_no_test_row_of_either_split_was_trained_on(inside, tree):
    """Held to the committed split tables themselves, and across phenotypes for strains of more than one gene."""
    keys = RecordStore(paths.STORE).keys
    sides = [pq.read_table(paths.SPLITS / f"{name}.parquet")["split"].to_numpy() for name in ("pair", "gene")]
    tested = set(keys[(sides[0] == "test") | (sides[1] == "test")].tolist())
    heads = read_heads(Params(tree, joint.PARAMS), joint.gene_vectors(Params(tree, joint.PARAMS)).names).found
    fitted = {"train": set(), "validation": set(), "test": set()}
    for head in heads:
        for side, genotypes in fitted.items():
            rows = head.rows(side)
            if head.name in ("fitness", "interaction"):
                assert set(head.keys[rows].tolist()) <= tested if side == "test" else True
                assert not (side != "test" and set(head.keys[rows].tolist()) & tested)
            chosen = head.genotypes.take(rows)
            doubles = chosen.take(chosen.counts == 2)
            genotypes.update(map(tuple, doubles.pairs().tolist()))
    assert not fitted["test"] & (fitted["train"] | fitted["validation"])


def test_a_new_gene_is_in_no_training_strain_of_any_head(inside):
    table = pq.read_table(JOINT)
    described = json.loads(table.schema.metadata[b"joint"])
    assert table.schema.equals(joint_schema([1, 2]))
    assert set(described["strains"]) == set(table["head"].cast("string").unique().to_pylist())
    single = table.filter((pc.field("perturbed") == 1) & (pc.field("head") == "metabolome"))
    assert set(single["seen"].to_pylist()) <= {0, 1}
    assert not table["value"].null_count


def test_metrics_and_plots_come_from_the_predictions_again(inside, tree):
    names = [
        paths.METRICS / "joint.json",
        paths.METRICS / "gain.json",
        paths.PLOTS / "joint.csv",
        paths.PLOTS / "joint.svg",
    ]
    before = [path.read_bytes() for path in names]
    joint_evaluate.main(Params(tree, joint_evaluate.PARAMS))
    assert [path.read_bytes() for path in names] == before


def interrupted(monkeypatch, number, after):
    """This process gets a signal at a batch of the training so many batches from now."""
    original, calls = SupervisedTask.batch, []

    def batch(self, split, rows):
        calls.append(split)
        if len(calls) == after:
            os.kill(os.getpid(), number)
        return original(self, split, rows)

    monkeypatch.setattr(SupervisedTask, "batch", batch)
    return calls


@pytest.mark.parametrize(("number", "after"), [(signal.SIGTERM, 5), (signal.SIGUSR1, 200)])
def test_a_stopped_run_keeps_its_fits_and_goes_on_to_the_same_bytes(inside, tree, monkeypatch, number, after):
    """In the first fit, and after several: the old predictions stay, no batch is learnt twice."""
    whole = JOINT.read_bytes()
    with monkeypatch.context() as patch:
        undisturbed = interrupted(patch, number, None)
        joint.main(Params(tree, joint.PARAMS))
    assert JOINT.read_bytes() == whole
    JOINT.write_bytes(b"old")
    with monkeypatch.context() as patch:
        first = interrupted(patch, number, after)
        with pytest.raises(TrainingStopped, match="goes on"):
            joint.main(Params(tree, joint.PARAMS))
    assert JOINT.read_bytes() == b"old"
    with monkeypatch.context() as patch:
        second = interrupted(patch, number, None)
        joint.main(Params(tree, joint.PARAMS))
    assert JOINT.read_bytes() == whole
    assert not FITS.exists()
    assert not list(JOINT.parent.glob("*.tmp-*"))
    assert len(first) + len(second) <= len(undisturbed) + 2


def test_a_signal_between_two_fits_stops_the_run(inside, tree, monkeypatch):
    """While strains are read or predicted no training is there to take it."""
    original = joint.read_heads

    def reading(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        return original(*arguments)

    monkeypatch.setattr(joint, "read_heads", reading)
    with pytest.raises(TrainingStopped, match="between two fits"):
        joint.main(Params(tree, joint.PARAMS))


def test_fits_of_other_settings_or_data_lie_apart(inside, tree):
    params = Params(tree, joint.PARAMS)
    vectors = joint.gene_vectors(params)
    heads = read_heads(params, vectors.names).found
    settings = params["yeast.joint"]
    other = replace(heads[0], values=heads[0].values + 1)
    folders = {
        folder_of_fits(settings, heads, vectors),
        folder_of_fits({**settings, "balance": 0.25}, heads, vectors),
        folder_of_fits(settings, (other, *heads[1:]), vectors),
    }
    assert len(folders) == 3
    assert folder_of_fits(settings, heads, vectors) in folders


def test_a_head_without_mutants_is_absent_and_says_so(inside, tree, monkeypatch, tmp_path):
    """As on the public files, where the table of mutant shapes is not at hand."""
    strains = pq.read_table(PROFILES / "strains.parquet")
    keep = strains.filter((pc.field("phenotype") != "morphology") | pc.field("gene").is_null())
    shutil.copytree(PROFILES, tmp_path / "profiles")
    pq.write_table(keep, tmp_path / "profiles" / "strains.parquet")
    monkeypatch.setattr("knockon.stages.yeast.joint_heads.PROFILES", tmp_path / "profiles")
    params = Params(tree, joint.PARAMS)
    heads = read_heads(params, joint.gene_vectors(params).names)
    assert heads.absent == {"morphology": "no strain with a perturbed gene has a morphology profile"}
    assert "morphology" not in [head.name for head in heads.found]


def test_growth_is_told_from_the_expression_of_strains_that_have_both(inside):
    metrics = read("expression_fitness.json")
    assert metrics["strains_with_both"] == {"simulated_expression": metrics["strains"]}
    assert {"mean", "changed_transcripts", "ridge", "elastic_net", "mlp", "ridge, permuted labels"} == set(
        metrics["models"]
    )
    assert all(np.isfinite(row["pearson"]) for row in metrics["models"].values())


def test_the_report_shows_both(inside):
    together, growth = joint_sections(inside)
    text = "\n".join(part.html() for part in (*together.parts, *growth.parts))
    assert "metabolome" in text
    assert "permuted" in text
    assert text.count("<svg") == 2
    assert len(result_rows(inside)) == sum(len(head["seen"]) for head in read("joint.json")["heads"].values())


def test_a_clone_that_has_not_run_the_stages_has_no_section(tmp_path):
    assert joint_sections(tmp_path) == ()
    assert result_rows(tmp_path) == ()


def test_profiles_of_an_unknown_dataset_are_refused(inside, tree):
    wrong = merged(tree, {"yeast": {"expression_fitness": {"datasets": ["nobody2020"]}}})
    with pytest.raises(KnockonError, match="no expression profiles of 'nobody2020'; there are simulated_expression"):
        expression_fitness.main(Params(wrong, expression_fitness.PARAMS))
