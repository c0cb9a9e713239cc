"""DCell on a trio of files, as its users have them."""

import itertools
import json
import os
import signal

import numpy as np
import pyarrow.parquet as pq
import pytest

from knockon.errors import KnockonError
from knockon.models.dcell.trio import DEFAULT_RIVALS, RIVALS, train_dcell_trio
from knockon.models.supervised import SupervisedTask
from knockon.training.settings import TrainingSettings

GENES = [f"YAL{number:03d}C" for number in range(24)]
SETTINGS = TrainingSettings(
    epochs=30, batch_size=32, learning_rate=0.01, device="cpu", monitor="validation_pearson", monitor_mode="max"
)


@pytest.fixture
def trio(tmp_path):
    """Two complexes of 12 genes under a root; a pair interacts, by −0.5, where both genes are in the first."""
    paths = [tmp_path / name for name in ("topology", "training", "testing")]
    lists = [" ".join(GENES[:12]), " ".join(GENES[12:])]
    paths[0].write_text(
        f"ROOT: GO:0000001 24\nGENES: \nTERMS: GO:0000002 GO:0000003 \n"
        f"ROOT: GO:0000002 12\nGENES: {lists[0]} \nTERMS: \nROOT: GO:0000003 12\nGENES: {lists[1]} \nTERMS: \n"
    )
    generator = np.random.default_rng(0)
    pairs = list(itertools.combinations(range(24), 2))
    lines = [f"2 {GENES[a]} {GENES[b]} {(-0.5 if b < 12 else 0.0) + generator.normal(0, 0.05):.4f}\n" for a, b in pairs]
    chosen = generator.permutation(len(lines))
    paths[1].write_text("".join(lines[row] for row in chosen[:200]))
    paths[2].write_text("".join(lines[row] for row in chosen[200:]))
    return paths


def test_it_trains_scores_and_writes_what_users_expect(trio, tmp_path):
    result = train_dcell_trio(*trio, tmp_path / "out", SETTINGS)
    assert result.finished
    assert result.scores["dcell"]["test"] > 0.8
    assert result.scores["dcell"]["test"] > result.scores["additive"]["test"]
    assert set(result.scores) == {"dcell", "additive", "factorisation"}, "too few pairs for the other rivals"
    out = tmp_path / "out"
    assert json.loads((out / "scores.json").read_text()) == result.scores
    predictions = pq.read_table(out / "predictions.parquet")
    assert predictions.num_rows == 276
    states = pq.read_table(out / "states.parquet")
    assert states.num_rows == 76 * 3
    assert {len(state) for state in states["state"].to_pylist()} == {20}
    assert pq.read_table(out / "subsystems.parquet")["term"].to_pylist() == ["GO:0000001"]


def _stop_at_its_20th_batch(trio, folder, monkeypatch):
    original, calls = SupervisedTask.batch, []

    def interrupting(self, split, rows):
        calls.append(split)
        if len(calls) == 20:
            os.kill(os.getpid(), signal.SIGTERM)
        return original(self, split, rows)

    with monkeypatch.context() as patched:
        patched.setattr(SupervisedTask, "batch", interrupting)
        assert not train_dcell_trio(*trio, folder, SETTINGS).finished


def test_it_goes_on_after_a_signal(trio, tmp_path, monkeypatch):
    """The same call twice: the first is stopped, the second ends like one that was not."""
    whole = train_dcell_trio(*trio, tmp_path / "whole", SETTINGS)
    _stop_at_its_20th_batch(trio, tmp_path / "out", monkeypatch)
    assert train_dcell_trio(*trio, tmp_path / "out", SETTINGS).scores == whole.scores


def test_it_does_not_go_on_with_other_labels_of_doubled_lines(trio, tmp_path, monkeypatch):
    lines = trio[1].read_text().splitlines(keepends=True)
    trio[1].write_text("".join(lines * 2))
    _stop_at_its_20th_batch(trio, tmp_path / "out", monkeypatch)
    trio[1].write_text("".join([*lines[:-1], lines[-1].rsplit(" ", 1)[0] + " 0.7\n"] * 2))
    with pytest.raises(KnockonError, match="other settings or data"):
        train_dcell_trio(*trio, tmp_path / "out", SETTINGS)


def test_genes_that_the_topology_lacks_are_named(trio, tmp_path):
    trio[2].write_text("2 YAL001C YAL002C 0.1\n2 YAL001C YBR001W 0.2\n")
    with pytest.raises(KnockonError, match="testing: line 2: gene YBR001W is not in the topology"):
        train_dcell_trio(*trio, tmp_path / "out", SETTINGS)


def test_only_the_chosen_rivals_are_fitted(trio, tmp_path):
    result = train_dcell_trio(*trio, tmp_path / "out", SETTINGS, rivals=["additive"])
    assert set(result.scores) == {"dcell", "additive"}


def test_the_command_names_the_rivals_that_there_are():
    from knockon.commands.dcell import _RIVALS

    assert _RIVALS == RIVALS
    assert set(DEFAULT_RIVALS) < set(RIVALS)
