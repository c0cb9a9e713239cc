"""Networks behind the Model protocol: they learn a planted truth, survive a restart, and explain misuse."""

import json
import os
import re
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from safetensors.numpy import load_file

from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.networks.bilinear import BilinearDesign, bilinear
from knockon.models.networks.delta import network
from knockon.models.networks.set import SetDesign, mlp
from knockon.models.protocol import Examples
from knockon.models.supervised import SupervisedTask
from knockon.represent.representation import Representation
from knockon.training.signals import TrainingStopped
from tests.models.made_up import GENES, all_pairs, correlation, dense_inputs, planted, split

QUICK = {"epochs": 40, "batch_size": 64, "learning_rate": 0.02, "device": "cpu", "weight_decay": 0.05}


def one_hot():
    return Inputs(Representation("one_hot", GENES, np.eye(len(GENES), dtype=np.float32)), "pert_sum")


@pytest.fixture(scope="module")
def data():
    examples, _ = planted()
    return split(examples)


@pytest.mark.parametrize("loss", ["mse", "ordinal"])
def test_bilinear_learns_additive_and_low_rank_structure(data, loss):
    train, validation, test = data
    model = bilinear(one_hot(), Context("interaction", loss=loss, training=QUICK), width=8)
    model.fit(train, validation, seed=1)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.85


def test_mlp_learns_from_sums_of_vectors(data):
    train, validation, test = data
    model = mlp(one_hot(), Context("interaction", training=QUICK), width=64, layers=2, dropout=0.1)
    model.fit(train, validation, seed=1)
    assert correlation(test.values, model.predict(test.genotypes)) > 0.8


@pytest.mark.parametrize("builder", [mlp, bilinear])
def test_saved_and_loaded_models_predict_alike(data, builder, tmp_path):
    train, validation, test = data
    training = QUICK | {"epochs": 2}
    model = builder(dense_inputs(), Context("interaction", training=training), width=16)
    model.fit(train, validation, seed=1)
    model.save(tmp_path)
    other = builder(dense_inputs(), Context("interaction", training=training), width=16)
    other.load(tmp_path)
    assert np.array_equal(model.predict(test.genotypes), other.predict(test.genotypes))
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}


@pytest.mark.parametrize("builder", [mlp, bilinear])
def test_the_same_seed_gives_the_same_model(data, builder):
    train, validation, test = data
    predicted = []
    for seed in (1, 1, 2):
        model = builder(dense_inputs(), Context("interaction", training=QUICK | {"epochs": 2}), width=8)
        model.fit(train, validation, seed)
        predicted.append(model.predict(test.genotypes))
    assert np.array_equal(predicted[0], predicted[1])
    assert not np.array_equal(predicted[0], predicted[2])


def test_validation_and_test_labels_do_not_move_the_scale(data):
    """Label statistics come from training rows only."""
    train, validation, _ = data
    models = []
    for shift in (0.0, 100.0):
        model = mlp(dense_inputs(), Context("interaction", training=QUICK | {"max_steps": 1}), width=8)
        moved = validation.take(np.arange(len(validation)))
        moved.values[:] += shift
        model.fit(train, moved, seed=1)
        models.append(model.predict(train.genotypes))
    assert np.array_equal(*models)


def test_a_stopped_fit_goes_on_in_its_folder(data, monkeypatch, tmp_path):
    train, validation, test = data
    training = QUICK | {"epochs": 3}
    whole = bilinear(dense_inputs(), Context("interaction", training=training))
    whole.fit(train, validation, seed=1)
    original, calls = SupervisedTask.batch, []

    def interrupting(self, split, rows):
        calls.append(split)
        if len(calls) == 10:
            os.kill(os.getpid(), signal.SIGTERM)
        return original(self, split, rows)

    model = bilinear(dense_inputs(), Context("interaction", training=training, folder=tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(SupervisedTask, "batch", interrupting)
        with pytest.raises(TrainingStopped):
            model.fit(train, validation, seed=1)
    model.fit(train, validation, seed=1)
    assert np.array_equal(model.predict(test.genotypes), whole.predict(test.genotypes))


@pytest.mark.parametrize("kept", [True, False])
def test_a_loss_that_is_not_finite_names_the_strains(data, kept, tmp_path):
    """The report stays, and tells genes by name, also where the model keeps no checkpoints."""
    train, validation, _ = data
    vectors = np.ones((len(GENES), 3), dtype=np.float32)
    vectors[train.genotypes.indices[0]] = np.nan
    inputs = Inputs(Representation("broken", GENES, vectors), "pert_sum")
    training = QUICK | {"batch_size": len(train)}
    model = mlp(inputs, Context("interaction", training=training, folder=tmp_path / "run" if kept else None), width=4)
    with pytest.raises(KnockonError, match=r"loss nan.*the batch's keys are in .*stopped_at\.json") as stopped:
        model.fit(train, validation, seed=1)
    (path,) = re.findall(r"in (\S+stopped_at\.json)", str(stopped.value))
    strains = json.loads(Path(path).read_text())["keys"]
    first, second = (GENES[gene] for gene in train.genotypes.pairs()[0])
    assert f"{first};{second}" in strains
    assert len(strains) == len(train)
    if not kept:
        shutil.rmtree(Path(path).parent)


def test_other_vectors_do_not_go_on_from_a_checkpoint(data, tmp_path):
    train, validation, _ = data
    training = QUICK | {"epochs": 1}
    mlp(dense_inputs(), Context("interaction", training=training, folder=tmp_path), width=8).fit(
        train, validation, seed=1
    )
    with pytest.raises(KnockonError, match=r"model\.vectors"):
        mlp(dense_inputs(seed=9), Context("interaction", training=training, folder=tmp_path), width=8).fit(
            train, validation, seed=1
        )


def test_a_wrong_file_or_an_early_question_is_explained(data, tmp_path):
    train, validation, test = data
    model = mlp(dense_inputs(), Context("interaction", training=QUICK | {"max_steps": 1}), width=8)
    with pytest.raises(KnockonError, match="not fitted"):
        model.predict(test.genotypes)
    with pytest.raises(KnockonError, match="no readable mlp"):
        model.load(tmp_path)
    model.fit(train, validation, seed=1)
    model.save(tmp_path)
    with pytest.raises(KnockonError, match="not bilinear"):
        bilinear(dense_inputs(), Context("interaction")).load(tmp_path)
    with pytest.raises(KnockonError, match="another size"):
        mlp(dense_inputs(), Context("interaction"), width=16).load(tmp_path)


def test_a_gene_that_was_never_perturbed_adds_nothing(data, tmp_path):
    """Without a representation, all that is known of it is that nothing is known."""
    train, validation, _ = data
    without = train.take((train.genotypes.pairs() != 5).all(axis=1))
    model = bilinear(dense_inputs(), Context("interaction", training=QUICK | {"epochs": 2}), width=4)
    model.fit(without, validation.take((validation.genotypes.pairs() != 5).all(axis=1)), seed=1)
    model.save(tmp_path)
    weights = load_file(tmp_path / "weights.safetensors")["network.interaction.weight"]
    assert (weights[5] == 0).all()
    assert (weights[4] != 0).any()


def test_designs_describe_what_they_depend_on():
    assert SetDesign(dense_inputs()).describe() != SetDesign(dense_inputs(seed=1)).describe()
    assert BilinearDesign(dense_inputs()).describe() == BilinearDesign(dense_inputs(seed=1)).describe()


def test_a_network_tells_genes_that_no_training_strain_has(tmp_path):
    """ε depends on the modules of the two genes; a quarter of the genes is held out, known by their module alone."""
    generator = np.random.default_rng(2)
    module = np.arange(len(GENES)) % 5
    table = generator.normal(size=(5, 5))
    genotypes = all_pairs()
    first, second = genotypes.pairs().T
    values = (table + table.T)[module[first], module[second]] + 0.1 * generator.normal(size=len(genotypes))
    data = Examples(genotypes, values, np.ones(len(values)), np.full(len(GENES), np.nan))
    held_out = generator.permutation(len(GENES))[:15]
    new = np.isin(genotypes.pairs(), held_out).any(axis=1)
    known, order = data.take(~new), generator.permutation(int((~new).sum()))
    side = {"modules": sp.csr_matrix((np.ones(60, np.float32), (np.arange(60), module)), shape=(60, 5))}
    training = QUICK | {"epochs": 30, "learning_rate": 0.01, "batch_size": 128}
    model = network(
        one_hot(), Context("interaction", side=lambda: side, training=training), width=16, forgetting=0.5, dropout=0.0
    )
    model.fit(known.take(order[100:]), known.take(order[:100]), seed=1)
    assert correlation(data.take(new).values, model.predict(data.take(new).genotypes)) > 0.7
    model.save(tmp_path)
    other = network(
        one_hot(), Context("interaction", side=lambda: side, training=training), width=16, forgetting=0.5, dropout=0.0
    )
    other.load(tmp_path)
    assert np.array_equal(model.predict(genotypes), other.predict(genotypes))
