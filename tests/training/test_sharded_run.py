"""Training with weights spread over processes: the same steps as one process takes, through stops and kills."""

import json
import os

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from knockon.errors import KnockonError
from knockon.training.loop import train
from knockon.training.metric_log import LOG_FILE, read_log
from knockon.training.signals import TrainingStopped
from tests.training.launched import launched
from tests.training.tiny import TinyTask, products, send
from tests.training.tiny_sharded import ShardedTinyTask, fit, settings_of


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process gives that takes each batch in two parts."""
    folder = tmp_path_factory.mktemp("alone")
    torch.set_num_threads(1)
    fit(ShardedTinyTask(), settings_of(1, 2), folder)
    return folder


def launch(folder, *options):
    return launched("tests.training.tiny_sharded", folder, *options, environment=os.environ | {"OMP_NUM_THREADS": "1"})


def test_the_losses_are_those_of_the_engine_without_blocks(tmp_path):
    settings = settings_of(1, 1)
    fit(ShardedTinyTask(dropout=0.0), settings, tmp_path / "blocks")
    plain = TinyTask(0.0)
    torch.manual_seed(settings.seed)
    layers = [nn.Linear(6, 33), nn.Tanh(), nn.Dropout(0.0), nn.Linear(33, 17), nn.Tanh(), nn.Linear(17, 1)]
    plain.module.network = nn.Sequential(*layers)
    train(plain, settings, tmp_path / "plain")
    losses = [
        [line["loss"] for line in read_log(tmp_path / name / LOG_FILE) if "loss" in line]
        for name in ("blocks", "plain")
    ]
    assert len(losses[0]) == 18
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    found, wanted = (load_file(tmp_path / name / "weights.safetensors") for name in ("blocks", "plain"))
    assert found.keys() == wanted.keys()
    for name, weights in wanted.items():
        torch.testing.assert_close(found[name], weights, rtol=1e-4, atol=1e-6)


def test_a_stop_and_a_resume_change_no_byte(tmp_path, alone):
    with pytest.raises(TrainingStopped, match="the same command goes on"):
        fit(ShardedTinyTask(at={9: send(15)}), settings_of(1, 2), tmp_path)
    fit(ShardedTinyTask(), settings_of(1, 2), tmp_path)
    assert products(tmp_path) == products(alone)


def test_one_process_goes_on_where_two_were_killed(tmp_path, alone):
    """Two processes with a part each, killed without a word: what they saved is one process's state, bit by bit."""
    ended = launch(tmp_path, "--processes", "2", "--kill", "11")
    assert ended.returncode != 0
    assert list((tmp_path / "checkpoints").glob("step-*"))
    assert not (tmp_path / "weights.safetensors").exists()
    fit(ShardedTinyTask(), settings_of(1, 2), tmp_path)
    assert weights_of(tmp_path) == weights_of(alone)


def test_two_processes_go_on_where_one_was_stopped_and_hold_half_each(tmp_path, alone):
    with pytest.raises(TrainingStopped):
        fit(ShardedTinyTask(at={9: send(15)}), settings_of(1, 2), tmp_path)
    ended = launch(tmp_path, "--processes", "2")
    assert ended.returncode == 0, ended.stderr
    assert weights_of(tmp_path) == weights_of(alone)
    reports = [json.loads((tmp_path / f"held-{rank}.json").read_text()) for rank in (0, 1)]
    total = reports[0]["all"]
    assert total == 6 * 33 + 33 + 33 * 17 + 17 + 17 + 1
    for part, share in (("weights", 1), ("moments", 2)):
        # What is padded for equal shares counts as held.
        assert all(0.4 * share * total < each[part] < 0.65 * share * total for each in reports), (part, reports)
    assert sum(each["moments"] for each in reports) == 2 * total
    # There is no gradient at any time: only what it is a product of.
    assert [each["gradients"] for each in reports] == [0, 0]


def test_without_a_folder_there_is_nowhere_to_put_the_weights():
    with pytest.raises(KnockonError, match="needs a folder"):
        fit(ShardedTinyTask(), settings_of(1, 1), None)


def weights_of(folder):
    return (folder / "weights.safetensors").read_bytes()
