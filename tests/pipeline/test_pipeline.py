"""The whole yeast pipeline, end to end, as a person runs it."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.dataset.splits import leaks
from knockon.dataset.store import RecordStore
from tests.faults.disks import mounted
from tests.pipeline.conftest import ROOT, make_clone
from tests.pipeline.declared import copied, run_alone, run_by_dvc
from tests.pipeline.disturbed import (
    MARK,
    NETWORK,
    disturb,
    first_loss,
    forget_the_run,
    mark_the_log,
    outcome,
    with_first_loss,
)

pytestmark = pytest.mark.timeout(1200)


def lock(clone):
    return yaml.safe_load((clone.root / "dvc.lock").read_text())


def test_the_metrics_hold_what_experiments_are_compared_by(finished):
    metrics = json.loads((finished.root / "metrics/yeast/evaluate.json").read_text())
    wanted = "label n_train n_test pearson pearson_low pearson_high spearman mse r2 ceiling_pearson additive_pearson"
    assert set(wanted.split()) | {"random_pearson", "seen"} <= set(metrics)
    assert metrics["pearson_low"] <= metrics["pearson"] <= metrics["pearson_high"]


def test_every_metric_can_be_computed_again_from_the_predictions(finished):
    metrics = json.loads((finished.root / "metrics/yeast/evaluate.json").read_text())
    table = pq.read_table(finished.root / "data/predictions/yeast/predictions.parquet")
    table = table.filter((pc.field("model") == metrics["model"]) & (pc.field("split") == "test"))
    error = pc.mean(pc.power(pc.subtract(table["value"], table["predicted"]), 2)).as_py()
    assert table.num_rows == metrics["n_test"]
    assert error == pytest.approx(metrics["mse"], rel=1e-5)


def test_nothing_is_to_be_done_after_a_run(finished):
    assert "up to date" in finished.run("dvc", "status", "yeast_compare", "yeast_evaluate").stdout
    said = finished.run("dvc", "repro", "yeast_evaluate").stdout
    assert "up to date" in said
    assert "Running stage" not in said


def test_no_group_of_the_splits_is_on_two_sides(finished):
    store = RecordStore(finished.root / "data/datasets/yeast/store")
    for name in ("pair", "gene"):
        table = pq.read_table(finished.root / f"data/datasets/yeast/splits/{name}.parquet")
        assert not len(leaks(table, store.groups))


def test_experiments_leave_the_data_alone_end_with_their_score_and_are_compared_in_150_columns(finished):
    """By the very command that README shows; the experiments are its, too. Nothing is printed as a warning."""
    before = lock(finished)
    readme = (ROOT / "README.md").read_text()
    show = re.search(r"^\$ (dvc exp show --only-changed .*?)(?:  |$)", readme, re.MULTILINE)
    varied = re.findall(r"^\$ (dvc exp run -S yeast.train.*?)(?:  |$)", readme, re.MULTILINE)
    assert show is not None
    assert len(varied) == 2
    for command in (*varied, "dvc exp run -S yeast.train.label=fitness -S yeast.split=pair yeast_evaluate"):
        ended = finished.run(*shlex.split(command))
        said = (ended.stdout + ended.stderr).splitlines()
        assert lock(finished)["stages"]["yeast_dataset"] == before["stages"]["yeast_dataset"]
        split = "gene" if "yeast.split=gene" in command else "pair"
        assert json.loads((finished.root / "metrics/yeast/evaluate.json").read_text())["split"] == split
        score = next(line for line in said if line.startswith("yeast "))
        assert re.search(r"reaches r = −?\d\.\d{3} \[.+\]", score)
        after = said[said.index(score) + 1 :]
        assert not [line for line in after if "Running stage" in line]
        assert not re.search("warning|deprecated", "\n".join(said), re.IGNORECASE)
    table = finished.run(*shlex.split(show.group(1))).stdout.splitlines()
    for wanted in ("r_low", "r_ceiling", "yeast.split", "yeast.train.label", "yeast.train.model", "bilinear"):
        assert any(wanted in line for line in table)
    assert max(len(line.rstrip()) for line in table) <= 150
    finished.run("git", "checkout", "--quiet", ".")
    finished.run("dvc", "checkout", "--quiet", "--with-deps", "yeast_evaluate")


DECLARED = [
    *("yeast_sources", "yeast_graph", "yeast_query", "yeast_networks", "yeast_dataset", "yeast_split", "yeast_embed"),
    *("yeast_benchmark", "yeast_baselines", "yeast_compare", "yeast_controls", "yeast_train", "yeast_evaluate"),
]


@pytest.mark.parametrize("stage", DECLARED)
def test_a_stage_reads_nothing_but_what_it_declares(stage, finished, tmp_path):
    assert run_alone(finished, stage, tmp_path / "alone") == run_by_dvc(finished, stage)


def test_the_joint_stages_and_the_report_read_nothing_but_what_they_declare(finished, tmp_path):
    """They have not run in the clone, and are made small: that they end well says that nothing is missing."""
    params = yaml.safe_load((finished.root / "params.yaml").read_text())
    params["yeast"]["joint"] |= {"seeds": [1], "size": 300, "heads": ["fitness", "interaction", "expression"]}
    params["yeast"]["joint"]["training"] |= {"max_steps": 20, "validation_steps": 10}
    params["yeast"]["expression_fitness"] |= {"repeats": 1, "folds": 2}
    clone = make_clone(tmp_path / "clone")
    for path in ("data", "metrics/yeast", "plots/yeast"):
        shutil.rmtree(clone.root / path, ignore_errors=True)
        copied(finished.root / path, clone.root / path)
    for stage in ("yeast_joint", "yeast_joint_evaluate", "yeast_expression_fitness"):
        run_alone(clone, stage, tmp_path / stage, params)
        for made in ("data", "metrics", "plots"):
            if (tmp_path / stage / made).is_dir():
                shutil.copytree(tmp_path / stage / made, clone.root / made, dirs_exist_ok=True)
    for study in ("gfp", "affinity", "cellstate", "design"):
        for made in ("metrics", "plots"):
            copied(ROOT / made / study, clone.root / made / study)
    assert b"Phenotypes together" in run_alone(clone, "report", tmp_path / "report")["reports/index.html"]


def test_plots_are_drawn_offline(finished):
    finished.run("dvc", "plots", "show")
    page = (finished.root / "dvc_plots/index.html").read_text()
    assert "vegaEmbed" in page
    assert not re.search(r"<script[^>]+src=.http", page)


def test_a_clone_elsewhere_gives_the_same_lock(finished, tmp_path):
    """Here every stage is a program that starts afresh; in `finished` they are spared their imports."""
    other = make_clone(tmp_path / "somewhere" / "else")
    other.run("dvc", "repro", "yeast_split", "yeast_embed@one_hot", "yeast_evaluate")
    ours, theirs = lock(finished)["stages"], lock(other)["stages"]
    for stage in theirs:
        assert theirs[stage]["outs"] == ours[stage]["outs"], stage


def test_a_stage_killed_half_way_leaves_nothing_that_the_next_run_would_take(finished, tmp_path):
    clone = make_clone(tmp_path / "killed", warm=True)
    clone.run("dvc", "repro", "--quiet", "params")
    stage = subprocess.Popen(
        [sys.executable, "-m", "knockon.stages.yeast.sources"], cwd=clone.root, stderr=subprocess.DEVNULL
    )
    raw = clone.root / "data" / "raw"
    while not list(raw.glob("yeast.tmp-*")) and stage.poll() is None:
        time.sleep(0.01)
    stage.send_signal(signal.SIGKILL)
    stage.wait()
    assert not (raw / "yeast").exists()
    clone.run("dvc", "repro", "yeast_sources")
    assert lock(clone)["stages"]["yeast_sources"]["outs"] == lock(finished)["stages"]["yeast_sources"]["outs"]


def test_a_mistake_in_params_is_one_clear_message(finished):
    text = (finished.root / "params.yaml").read_text()
    (finished.root / "params.yaml").write_text(text.replace("source: simulated", "source: simulatd"))
    ended = finished.run("dvc", "repro", "yeast_sources", check=False)
    (finished.root / "params.yaml").write_text(text)
    # DVC has taken its output away before it ran the stage `params`.
    finished.run("dvc", "checkout", "--quiet", "params")
    assert ended.returncode != 0
    assert "choose one of public, simulated" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture(scope="module")
def network(finished):
    """What the undisturbed training of a small network leaves, in the same clone; all is put back in the end."""
    finished.set_params({"yeast": {"train": NETWORK}, "trackers": {"dvclive": True}})
    finished.run("dvc", "repro", "--quiet", "yeast_train")
    yield outcome(finished)
    finished.run("git", "checkout", "--quiet", ".")
    finished.run("dvc", "checkout", "--quiet", "--with-deps", "yeast_evaluate")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_training_that_is_stopped_or_killed_goes_on_with_the_next_repro(finished, network, number):
    """SIGKILL hits DVC too. The mark in the log shows that the run went on; without it all is as undisturbed."""
    files, log = network
    said = disturb(finished, number)
    assert not (finished.root / "models/yeast").exists()
    if number == signal.SIGTERM:
        assert "exited with 85" in said
        assert "the same command goes on" in " ".join(said.split())
    mark_the_log(finished)
    finished.run("dvc", "repro", "--quiet", "yeast_train")
    same_files, marked_log = outcome(finished)
    assert same_files == files
    assert first_loss(marked_log) == MARK != first_loss(log)
    assert with_first_loss(marked_log, first_loss(log)).equals(log)
    assert not list((finished.root / "models/yeast_checkpoints").iterdir())


def test_the_trackers_of_a_training_outlive_it_and_change_no_output(finished, network):
    """As dvclive: true asks in params.yaml; the speed that they show is in nothing that DVC keeps."""
    shown = finished.root.glob("dvclive/*-fit/plots/metrics/*.tsv")
    assert {"loss", "learning_rate", "samples_per_second", "peak_memory_mb"} <= {path.stem for path in shown}
    finished.set_params({"trackers": {"dvclive": False}})
    assert "up to date" in finished.run("dvc", "status", "yeast_train").stdout
    finished.set_params({"trackers": {"dvclive": True}})


def test_a_training_whose_checkpoints_fill_the_disk_goes_on_when_there_is_room(finished, network, tmp_path):
    """A small tmpfs over the checkpoints. What was written before lies aside while the disk is exchanged."""
    files, log = network
    forget_the_run(finished)
    checkpoints = finished.root / "models/yeast_checkpoints"
    with mounted(checkpoints, "size=120k") as disk:
        ended = finished.run("python", "-m", "knockon.stages.yeast.train", check=False)
        shutil.copytree(disk, tmp_path / "aside")
    shutil.copytree(tmp_path / "aside", checkpoints, dirs_exist_ok=True)
    said = " ".join(ended.stderr.split())
    assert ended.returncode == 1
    assert "No space left on device" in said
    assert "the same command goes on from the last checkpoint in models/yeast_checkpoints/" in said
    assert "Traceback" not in said
    assert [path for path in checkpoints.rglob("manifest.json") if ".tmp-" not in str(path)]
    mark_the_log(finished)
    finished.run("dvc", "repro", "--quiet", "yeast_train")
    same_files, marked_log = outcome(finished)
    assert same_files == files
    assert with_first_loss(marked_log, first_loss(log)).equals(log)
    assert first_loss(marked_log) == MARK
