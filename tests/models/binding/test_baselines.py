"""Trivial models: what they recover, and what they say of the new."""

import numpy as np
import pytest

from knockon.models.binding.baselines import Biases, NearestAnalogue
from knockon.models.binding.protocol import Pairs
from tests.models.binding.planted import LIGANDS, proteins


def additive():
    """Value = ligand's bias + protein's bias; a third of the pairs are missing."""
    random = np.random.default_rng(0)
    ligand, protein = (each.ravel() for each in np.meshgrid(np.arange(len(LIGANDS)), np.arange(16), indexing="ij"))
    values = 6 + random.normal(0, 1, len(LIGANDS))[ligand] + random.normal(0, 1, 16)[protein]
    every = Pairs(LIGANDS, proteins(), ligand, protein, values, np.zeros(len(values), dtype=np.int8))
    order = random.permutation(len(values))
    cut = 2 * len(order) // 3
    return every.take(order[:cut]), every.take(order[cut:])


def error(model, train, test):
    model.fit(train, None, 0)
    return float(np.mean((model.predict(test) - test.values) ** 2))


def test_biases_recover_an_additive_truth():
    train, test = additive()
    assert error(Biases("biases", shrinkage=0.0), train, test) < 1e-6
    one_sided = [error(Biases(kind), train, test) for kind in ("ligand_only", "protein_only")]
    assert all(0.3 < each < error(Biases("mean"), train, test) for each in one_sided)


def test_a_new_ligand_gets_the_bias_of_those_like_it():
    train, _ = additive()
    model = Biases("ligand_only", neighbours=1)
    model.fit(train, None, 0)
    new = Pairs(
        ("OCCCCCC=O", "NCCCCCCC"), proteins(), np.arange(2), np.zeros(2, dtype=int), np.full(2, np.nan), np.zeros(2)
    )
    known = {round(model.mean + bias, 9) for bias in model.biases["ligand"]}
    assert {round(value, 9) for value in model.predict(new)} <= known


def test_the_nearest_pair_is_itself_where_it_is_known():
    train, _ = additive()
    model = NearestAnalogue()
    model.fit(train, None, 0)
    assert model.predict(train) == pytest.approx(train.values)
