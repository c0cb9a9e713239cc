"""Two towers: shared encodings give the gradient of pair-by-pair ones, parts that of the whole; what losses train."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.evaluation.ranking import auroc
from knockon.models.binding.inputs import PairInputs, labelled, tiles
from knockon.models.binding.network_model import NetworkModel
from knockon.models.binding.sizes import DualSizes
from knockon.models.supervised import SupervisedTask
from knockon.models.tokens import Vocabulary
from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings
from knockon.training.update import Updater
from tests.models.binding.planted import pairs, split

TRAINING = {"epochs": 15, "batch_size": 8, "learning_rate": 5e-3, "device": "cpu", "precision": "float32"}
SMALL = {"width": 16, "projection": 16, "tile": 4, "dropout": 0.0}


def gradient(loss="joint", distinct=True, accumulation=1, rows=60, **sizes):
    """Loss and gradient of one batch."""
    train = pairs()
    model = NetworkModel(DualSizes(**SMALL | sizes, loss=loss), {})
    model.vocabularies = Vocabulary.of_smiles(train.ligands), Vocabulary.of_proteins()
    module = model._module(train, seed=0)
    inputs = PairInputs(train, model._readers(), distinct)
    task = SupervisedTask(module, labelled(inputs), labelled(inputs), {}, lambda values, predicted: {})
    settings = TrainingSettings(max_steps=1, batch_size=rows, accumulation=accumulation, device="cpu", clip=None)
    chosen = np.random.default_rng(3).permutation(len(train))[:rows]
    parts = ((torch.from_numpy(part), task.batch("train", part)) for part in np.array_split(chosen, accumulation))
    found = Updater(task, settings, Processes(settings)).gradients(parts, stop=False)
    taken = [parameter.grad for parameter in module.parameters() if parameter.grad is not None]
    return found.loss, torch.cat([each.flatten() for each in taken]).double()


@pytest.mark.parametrize("loss", ["regression", "contrastive", "joint"])
@pytest.mark.parametrize("other", [{"distinct": False}, {"accumulation": 4}])
def test_sharing_and_parts_leave_the_gradient_as_it_is(loss, other):
    plain, changed = gradient(loss), gradient(loss, **other)
    assert changed[0] == pytest.approx(plain[0], rel=1e-5)
    assert (changed[1] - plain[1]).norm() < 1e-4 * plain[1].norm()
    assert plain[1].norm() > 1e-3


def test_the_joint_loss_is_the_sum_of_both():
    regression, contrastive = gradient("regression")[0], gradient("contrastive")[0]
    assert gradient("joint", weight=0.5)[0] == pytest.approx(regression + 0.5 * contrastive, rel=1e-5)


def fitted(**sizes):
    train, validation, test = split()
    model = NetworkModel(DualSizes(**SMALL | sizes), TRAINING)
    model.fit(train, validation, seed=0)
    return model, test


@pytest.mark.parametrize(
    "sizes",
    [
        {"loss": "contrastive", "head": "cosine"},
        {"loss": "joint"},
        {"loss": "regression", "head": "cosine"},
        {"loss": "regression", "likelihood": "censored"},
        {"loss": "regression", "ligand_encoder": "transformer", "layers": 1},
        {"loss": "joint", "ligand_encoder": "features", "protein_encoder": "features"},
        {"loss": "contrastive", "ligand_encoder": "features", "protein_encoder": "features", "head": "cosine"},
    ],
    ids=str,
)
def test_each_loss_and_head_tells_binders_from_others(sizes):
    model, test = fitted(**sizes)
    predicted = model.predict(test)
    strong = test.values > 7
    assert predicted[strong].mean() > predicted[~strong].mean() + 1.0
    assert auroc(strong, predicted) > 0.85


@pytest.mark.parametrize("sizes", [{"loss": "contrastive"}, {"ligand_encoder": "features"}], ids=str)
def test_vectors_that_are_kept_meet_as_pairs_do(sizes):
    model, test = fitted(**sizes)
    ligands, proteins = model.vectors("ligand", test.ligands), model.vectors("protein", test.proteins)
    assert ligands.shape == (len(test.ligands), SMALL["projection"])
    predicted = model.predict(test)
    for protein in np.unique(test.protein)[:3]:
        rows = np.flatnonzero(test.protein == protein)
        assert model.meet(ligands[test.ligand[rows]], proteins[protein]) == pytest.approx(predicted[rows], abs=1e-4)


def test_a_floor_is_no_value_to_the_likelihood():
    """Where the truth is only known to lie below 5, the likelihood goes below 5; the squared error stays at it."""
    found = {}
    for likelihood in ("mse", "censored"):
        model, test = fitted(likelihood=likelihood)
        found[likelihood] = float(np.median(model.predict(test)[test.relation < 0]))
    assert found["censored"] < found["mse"] - 0.2
    assert found["mse"] == pytest.approx(5.0, abs=0.4)


def test_tiles_hold_every_pair_once_and_one_protein_each():
    train = pairs()
    found = tiles(train, 8, seed=0)
    assert sorted(np.concatenate(found)) == list(range(len(train)))
    assert all(len(set(train.protein[rows])) == 1 and len(rows) <= 8 for rows in found)
    assert len(tiles(train, 1, seed=0)) == len(train)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [({"loss": "triplet"}, "no loss"), ({"head": "none"}, "no head"), ({"likelihood": "l1"}, "likelihood")],
)
def test_unknown_choices_are_refused(sizes, message):
    train, validation, _ = split()
    with pytest.raises(KnockonError, match=message):
        NetworkModel(DualSizes(**SMALL | sizes), TRAINING).fit(train, validation, seed=0)
