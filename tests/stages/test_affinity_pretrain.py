"""Language models of the simulated corpora, and a dual network begun from one of them."""

import json
import shutil

import pytest

from knockon.commands.demo import merged
from knockon.errors import KnockonError
from knockon.models.language.learning import load_language
from knockon.models.language.masked import MaskedTask
from knockon.stages.affinity import paths, pretrain, transfer
from knockon.stages.stage import Params
from knockon.training.signals import TrainingStopped
from tests.stages.interrupting import interrupted

SMALL = {
    "affinity": {
        "transfer": {"pairs": [60, "all"], "training": {"max_steps": 15, "warmup_steps": 2}, "resamples": 40},
    }
}


@pytest.fixture(scope="module")
def tree(affinity_params):
    return merged(affinity_params, SMALL)


@pytest.fixture(scope="module")
def run(affinity_languages, tree, tmp_path_factory):
    """The folder in which the stages have run."""
    folder = shutil.copytree(affinity_languages, tmp_path_factory.mktemp("affinity_pretrain") / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        transfer.main(Params(tree, transfer.PARAMS))
    return folder


def learn(tree, kind):
    pretrain.main(Params(tree, pretrain.PARAMS, kind=kind), kind)


def metrics(name):
    return json.loads((paths.METRICS / name).read_text())


@pytest.mark.parametrize("kind", ["smiles", "protein"])
def test_a_language_stands_beside_counting(inside, kind):
    found = metrics(f"language_{kind}.json")
    assert set(found["scores"]) == {"masked", "unigram", "bigram"}
    assert all(score["nats"] > 0 for score in found["scores"].values())
    assert [step for step, _ in found["validation_nats_by_step"]] == [25, 50, 60]
    assert load_language(paths.LANGUAGE / kind, kind).sizes.width == 32


def test_smiles_are_learnt_better_than_counted(inside):
    scores = metrics("language_smiles.json")["scores"]
    assert scores["masked"]["nats"] < scores["unigram"]["nats"]


def test_every_start_is_fitted_on_every_number_of_pairs(inside):
    rows = metrics("transfer.json")["rows"]
    assert [row["start"] for row in rows] == [*transfer.STARTS] * 2
    assert {row["pairs"] for row in rows[:3]} == {60}
    assert rows[3]["pairs"] > 60
    drawn = rows[1]["over_drawn"]
    assert drawn == {"difference": 0.0, "difference_low": 0.0, "difference_high": 0.0}
    assert rows[2]["validation_mse"] != rows[1]["validation_mse"], "the start is used"


def test_one_start_and_loss_is_an_experiment_with_a_few_flat_scores(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    last = metrics("transfer.json")["rows"][-1]
    assert metrics("start.json") == pytest.approx({"lm_r": last["test_pearson"]}, abs=1e-4)
    found = {}
    for loss in ("regression", "joint"):
        one = {"starts": ["pretrained"], "pairs": [60], "settings": {"loss": loss}}
        transfer.main(Params(merged(tree, {"affinity": {"transfer": one}}), transfer.PARAMS))
        (row,) = metrics("transfer.json")["rows"]
        assert (row["start"], row["pairs"]) == ("pretrained", 60)
        assert "over_drawn" not in row
        found[loss] = row["validation_mse"]
    assert found["joint"] != found["regression"], "the loss is used"


def test_pretraining_again_gives_the_same_bytes(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    kept = {path: path.read_bytes() for path in (paths.LANGUAGE / "smiles").iterdir()}
    learn(tree, "smiles")
    assert {path: path.read_bytes() for path in (paths.LANGUAGE / "smiles").iterdir()} == kept


def test_a_stopped_pretraining_goes_on_to_the_same_bytes(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    kept = {path: path.read_bytes() for path in (paths.LANGUAGE / "protein").iterdir()}
    interrupted(monkeypatch, MaskedTask, after=30)
    with pytest.raises(TrainingStopped, match="the same command goes on"):
        learn(tree, "protein")
    assert {path: path.read_bytes() for path in (paths.LANGUAGE / "protein").iterdir()} == kept, "nothing half-written"
    learn(tree, "protein")
    assert {path: path.read_bytes() for path in (paths.LANGUAGE / "protein").iterdir()} == kept


def test_a_transfer_without_its_language_says_what_to_do(inside, tree, tmp_path, monkeypatch):
    shutil.copytree(inside, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    shutil.rmtree(paths.LANGUAGE)
    with pytest.raises(KnockonError, match="train it with `dvc repro`"):
        transfer.main(Params(tree, transfer.PARAMS))
