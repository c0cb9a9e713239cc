"""Scores from kept vectors are the model's own predictions, whatever its head and loss."""

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.models.binding.registry import build
from knockon.models.binding.scoring import read_scorer
from tests.models.binding.planted import pairs

SMALL = {"width": 16, "projection": 8}


def drawn(settings, seed=0):
    """A model with drawn weights, as if it had been fitted to the planted pairs."""
    from knockon.models.tokens import Vocabulary

    every = pairs()
    model = build("dual", settings)
    model.vocabularies = Vocabulary.of_smiles(every.ligands), Vocabulary.of_proteins()
    model.module = model._module(every, seed=seed)
    return model


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"head": "cosine"},
        {"loss": "contrastive"},
        {"loss": "contrastive", "head": "cosine"},
        {"loss": "joint", "likelihood": "censored"},
        {"ligand_encoder": "transformer", "protein_encoder": "features", "layers": 1, "width": 32},
        {"ligand_encoder": "features"},
    ],
    ids=str,
)
def test_a_score_is_the_prediction_of_the_model(tmp_path, settings):
    every, model = pairs(), drawn(SMALL | settings)
    model.save(tmp_path)
    scorer = read_scorer(tmp_path, SMALL | settings)
    ligands, proteins = model.vectors("ligand", every.ligands), model.vectors("protein", every.proteins)
    found = np.empty(len(every))
    for protein in range(len(proteins)):
        rows = np.flatnonzero(every.protein == protein)
        found[rows] = scorer.scores(ligands[every.ligand[rows]], proteins[protein])
    predicted = model.predict(every)
    assert predicted.std() > 1e-3
    np.testing.assert_allclose(found, predicted, atol=2e-5)
    assert scorer.scores(ligands[:0], proteins[0]).shape == (0,)


def test_the_towers_are_told_apart_by_their_weights_and_by_what_they_read(tmp_path):
    models = {"one": drawn(SMALL), "two": drawn(SMALL, seed=1), "three": drawn(SMALL | {"longest_ligand": 9})}
    towers = []
    for name, model in models.items():
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
        settings = SMALL | ({"longest_ligand": 9} if name == "three" else {})
        scorer = read_scorer(tmp_path / name, settings)
        towers.append((scorer.tower("ligand"), scorer.tower("protein")))
    assert len({ligand for ligand, _ in towers}) == 3
    assert towers[0][1] == towers[2][1] != towers[1][1]
    assert read_scorer(tmp_path / "one", SMALL).tower("ligand") == towers[0][0]


def test_a_model_of_another_size_is_refused(tmp_path):
    drawn(SMALL).save(tmp_path)
    with pytest.raises(KnockonError, match="holds a model of"):
        read_scorer(tmp_path, {})
    with pytest.raises(KnockonError, match="there is no such model"):
        read_scorer(tmp_path / "none", SMALL)
