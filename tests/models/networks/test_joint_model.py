"""Phenotypes learnt together: what is shared helps the head of few labels, what is permuted does not."""

import os
import signal

import numpy as np
import pytest
import torch

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.networks.joint import JointDesign
from knockon.models.networks.joint_labels import Head, joined
from knockon.models.networks.joint_model import JointModel
from knockon.models.protocol import Examples
from knockon.models.supervised import Labelled, SupervisedTask
from knockon.represent.representation import Representation
from knockon.training.settings import settings_from
from knockon.training.signals import TrainingStopped
from tests.models.made_up import correlation

GENES = tuple(f"Y{number:03d}" for number in range(150))
SINGLES = Genotypes(GENES, np.arange(151), np.arange(150, dtype=np.int32))
QUICK = {
    "max_steps": 150, "batch_size": 150, "learning_rate": 0.05, "weight_decay": 0.1, "warmup_steps": 10,
    "validation_steps": 20, "monitor": "validation_pearson", "monitor_mode": "max", "device": "cpu",
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def design():
    """Vectors that say nothing: what a head knows of a gene, it learnt from strains."""
    vectors = np.random.default_rng(5).normal(size=(150, 4)).astype(np.float32)
    return JointDesign(Representation("side", GENES, vectors), hidden=8, width=8, dropout=0.1, forgetting=0.1)


def planted(permuted=False, seed=0):
    """Growth is measured in all single deletions, 8 shapes in few; both follow the same 2 hidden states of a gene."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(150, 2))
    shared = hidden @ rng.normal(size=(2, 6)) + 0.2 * rng.normal(size=(150, 6))
    rare = hidden @ rng.normal(size=(2, 2)) + 0.2 * rng.normal(size=(150, 2))
    if permuted:
        shared = shared[rng.permutation(150)]
    side = np.full(150, 2, dtype=np.int8)
    side[:30], side[30:50] = 0, 1
    ones, keys = np.ones(150), np.arange(150, dtype=np.uint64)
    everywhere = Head("shape", tuple("abcdef"), SINGLES, shared, ones, np.zeros_like(side), keys)
    return everywhere, Head("growth", ("g", "h"), SINGLES, rare, ones, side, keys)


def model(heads, folder=None, weighting="learned", **training):
    columns = {head.name: head.columns for head in heads}
    return JointModel(design(), columns, settings_from(QUICK | training), weighting, folder=folder)


def fitted(heads, seed=1, **options):
    found = model(heads, **options)
    found.fit(joined(heads, "train", balance=0.0), joined(heads, "validation", balance=0.0), seed)
    return found


def score(found, rare):
    test = rare.rows("test")
    predicted = found.predict_heads(rare.genotypes.take(test))["growth"]
    return np.mean([correlation(rare.values[test, c], predicted[:, c]) for c in range(2)])


@pytest.mark.parametrize("weighting", ["fixed", "learned"])
def test_a_head_of_few_labels_gains_from_one_that_shares_its_structure(weighting):
    """The genes of the test strains were never seen by the rare head, but by the other."""
    shape, growth = planted()
    alone = score(fitted([growth], weighting=weighting, max_steps=60), growth)
    joint = score(fitted([shape, growth], weighting=weighting, max_steps=150), growth)
    assert joint > 0.6
    assert joint > alone + 0.3


def test_permuted_labels_of_the_other_head_help_nothing():
    shape, growth = planted(permuted=True)
    assert score(fitted([shape, growth], max_steps=150), growth) < 0.3


def test_the_same_seed_gives_the_same_model():
    heads = planted()
    predicted = [fitted(heads, seed, max_steps=20).predict_heads(SINGLES) for seed in (1, 1, 2)]
    assert all(np.array_equal(predicted[0][name], predicted[1][name]) for name in predicted[0])
    assert not np.array_equal(predicted[0]["growth"], predicted[2]["growth"])


def test_labels_that_are_masked_change_nothing():
    """What stands in a cell without weight is never read: neither its scale nor its gradient."""
    shape, growth = planted()
    found = []
    for filler in (np.nan, 1e6):
        growth.values[growth.side == 2] = filler
        found.append(fitted([shape, growth], max_steps=20).predict_heads(SINGLES)["growth"])
    assert np.array_equal(*found)


def test_validation_labels_do_not_move_the_scale():
    heads = planted()
    found = []
    for shift in (0.0, 100.0):
        heads[1].values[heads[1].side == 1] += shift
        found.append(fitted(heads, max_steps=1).predict_heads(SINGLES)["growth"])
    assert np.array_equal(*found)


def test_a_head_without_training_labels_is_named():
    shape, growth = planted()
    train, validation = joined([shape, growth], "train"), joined([shape, growth], "validation")
    train.values[:, 6:] = np.nan
    with pytest.raises(KnockonError, match="head 'growth' has no label among 150 training rows"):
        model([shape, growth]).fit(train, validation, seed=1)


def task_of(heads):
    found = model(heads)
    found._genes = GENES
    module = found._build(1)
    examples = joined(heads, "train")
    module.loss.fit(examples.values)
    return found._task(module, found._labelled(examples), found._labelled(joined(heads, "validation")), {})


def test_a_batch_of_missing_labels_costs_nothing():
    task = task_of(planted())
    train = task.splits["train"]
    task.splits["train"] = Labelled(train.inputs, np.full_like(train.values, np.nan), train.weights, train.names)
    loss, count = task.module(task.batch("train", np.arange(16)))
    loss.backward()
    assert (loss.item(), count.item()) == (0.0, 0.0)
    assert all((p.grad is None) or (p.grad == 0).all() for p in task.module.parameters())


def test_the_loss_of_two_halves_is_the_loss_of_the_whole():
    """Loss × labels adds up over parts of a batch: accumulation and processes change nothing."""
    task = task_of(planted())
    task.module.eval()
    parts = [task.module(task.batch("train", rows)) for rows in (np.arange(64), np.arange(20), np.arange(20, 64))]
    (whole, labels), *halves = [(loss.item(), count.item()) for loss, count in parts]
    assert whole * labels == pytest.approx(sum(loss * count for loss, count in halves), rel=1e-5)


def test_metrics_weigh_heads_and_not_their_columns():
    heads = planted()
    task = task_of(heads)
    assert "pearson_shape" not in task.metrics(torch.zeros(20, 8)), "it has no validation labels"
    task.splits["validation"] = task.splits["train"]
    truth = task.splits["validation"].values
    guess = np.where(np.isnan(truth), 0.0, truth)
    guess[:, :6] *= -1
    found = task.metrics(torch.from_numpy(guess))
    assert found["pearson_shape"] == pytest.approx(-1)
    assert found["pearson_growth"] == pytest.approx(1)
    assert found["pearson"] == pytest.approx(0)


def test_a_stopped_fit_goes_on_in_its_folder(monkeypatch, tmp_path):
    heads = planted()
    whole = fitted(heads, max_steps=40).predict_heads(SINGLES)
    original, calls = SupervisedTask.batch, []

    def interrupting(self, split, rows):
        calls.append(split)
        if len(calls) == 15:
            os.kill(os.getpid(), signal.SIGTERM)
        return original(self, split, rows)

    with monkeypatch.context() as patched:
        patched.setattr(SupervisedTask, "batch", interrupting)
        with pytest.raises(TrainingStopped):
            fitted(heads, folder=tmp_path, max_steps=40)
    again = fitted(heads, folder=tmp_path, max_steps=40).predict_heads(SINGLES)
    assert all(np.array_equal(again[name], whole[name]) for name in whole)


def test_a_checkpoint_of_other_labels_is_refused(tmp_path):
    fitted(planted(), folder=tmp_path, max_steps=20)
    with pytest.raises(KnockonError, match=r"data\.train"):
        fitted(planted(seed=1), folder=tmp_path, max_steps=20)


def test_a_saved_model_predicts_alike_and_is_no_other(tmp_path):
    heads = planted()
    found = fitted(heads, max_steps=20)
    found.save(tmp_path)
    other = model(heads, max_steps=20)
    other.load(tmp_path)
    predicted = [each.predict_heads(SINGLES)["growth"] for each in (found, other)]
    assert np.array_equal(*predicted)
    assert found.uncertainties.keys() == {"shape", "growth"}
    with pytest.raises(KnockonError, match="not joint"):
        model(heads[:1]).load(tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"weighting": "best"}, "fixed, learned"), ({"heads": {}}, "no head"), ({"loss": "ordinal_entropy"}, "fixed")],
)
def test_misuse_is_explained(options, message):
    arguments = {"heads": {"growth": ("g",)}, "settings": settings_from(QUICK), **options}
    with pytest.raises(KnockonError, match=message):
        JointModel(design(), **arguments)


def test_a_new_gene_is_predicted_from_what_is_known_of_it():
    """ε-like: the label is a function of the vector, and a third of the genes is in no training strain."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(150, 4)).astype(np.float32)
    values = vectors.astype(np.float64) @ rng.normal(size=(4, 2))
    known = JointDesign(Representation("side", GENES, vectors), hidden=16, width=8, dropout=0.0, forgetting=0.5)
    found = JointModel(known, {"growth": ("g", "h")}, settings_from(QUICK | {"max_steps": 200}))
    train, validation = np.arange(80), np.arange(80, 100)
    examples = [
        Examples(SINGLES.take(rows), values[rows], np.ones((len(rows), 2)), np.full(150, np.nan))
        for rows in (train, validation)
    ]
    found.fit(*examples, seed=1)
    predicted = found.predict_heads(SINGLES.take(np.arange(100, 150)))["growth"]
    assert correlation(values[100:, 0], predicted[:, 0]) > 0.8
