"""Pictures of the yeast study: drawn where there is something to draw, and never missing."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from knockon.evaluation.report import Figure, Text
from knockon.models.strains.baselines import Mean
from knockon.stages.yeast import paths
from knockon.stages.yeast.evaluate import write_loss_curves
from knockon.stages.yeast.paths import TRAINING_LOG
from knockon.stages.yeast.sections import training_section
from knockon.stages.yeast.train import training_log

ROOT = Path(__file__).resolve().parents[2]


class Model:
    """A model with a history of ten steps and two validations."""

    def __init__(self, history):
        self.history = history


HISTORY = [{"step": step, "loss": 1 / step, "learning_rate": 0.01 / step} for step in range(1, 11)]
HISTORY += [{"step": step, "validation_loss": 1.1 / step, "validation_pearson": 0.3} for step in (5, 10)]


@pytest.fixture
def study(tmp_path, monkeypatch):
    """An empty repository root with the plot templates, in which the functions of stages run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/plots").symlink_to(ROOT / ".dvc/plots")
    paths.METRICS.mkdir(parents=True)
    (paths.METRICS / "evaluate.json").write_text(json.dumps({"model": "elastic_net"}))
    TRAINING_LOG.parent.mkdir(parents=True)
    return tmp_path


def test_the_curves_of_the_training_log_are_drawn_and_shown(study):
    pq.write_table(training_log(Model(HISTORY)), TRAINING_LOG)
    write_loss_curves("network", "pair split")
    table = pa.csv.read_csv(paths.PLOTS / "loss_curves.csv").to_pylist()
    loss, rate = "loss, label in units of its spread: pair split", "learning rate: pair split"
    counted = Counter((row["panel"], row["part"]) for row in table)
    assert counted == {(loss, "train"): 10, (loss, "validation"): 2, (rate, "train"): 10}
    assert [row["value"] for row in table if row["panel"] == rate][:2] == [0.01, 0.005]
    picture = (paths.PLOTS / "loss_curves.svg").read_text()
    for words in ("network", "validation", loss, rate):
        assert words in picture
    (part,) = training_section(study).parts
    assert isinstance(part, Figure)
    assert part.svg == picture


def test_a_model_without_a_learning_rate_has_one_panel(study):
    """Trees of a boosted model have none."""
    pq.write_table(training_log(Model([{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.4}])), TRAINING_LOG)
    write_loss_curves("boosted", "pair split")
    assert "learning rate: " not in (paths.PLOTS / "loss_curves.svg").read_text()


def test_nothing_of_the_machine_is_drawn(study):
    """Samples/s and memory differ from machine to machine; the log of a network has neither."""
    assert training_log(Model(HISTORY)).column_names == ["part", "training_step", "loss", "learning_rate"]


def test_a_model_without_steps_gets_a_sentence_and_no_missing_file(study):
    """DVC would end the stage where the declared picture is absent."""
    pq.write_table(training_log(Mean()), TRAINING_LOG)
    write_loss_curves("elastic_net", "pair split")
    assert "<svg" in (paths.PLOTS / "loss_curves.svg").read_text()
    (part,) = training_section(study).parts
    assert isinstance(part, Text)
    assert "elastic net" in part.html()
