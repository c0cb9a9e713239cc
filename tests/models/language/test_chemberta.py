"""ChemBERTa from a local folder, tiny and random, in its published form."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.language.chemberta import CHEMBERTA
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.pretrained import PretrainedEncoder
from tests.represent import tiny_models

FAMILY = ("chemberta", CHEMBERTA)
SMILES = ["CCO", "Clc1ccccc1Br", "C[C@H](N)C(=O)[O-]", "c1ccc2[nH]ccc2c1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_models.save_tiny(tmp_path_factory.mktemp("chemberta"), "chemberta")


@pytest.fixture(scope="module")
def encoder(folder):
    return PretrainedEncoder(FAMILY, folder)


def test_a_vector_is_the_mean_of_the_librarys_own_states(folder, encoder):
    from transformers import RobertaModel

    model = RobertaModel.from_pretrained(folder, add_pooling_layer=False).eval()
    pieces = ["Cl", "c", "1", "c", "c", "c", "c", "c", "1", "Br"]
    numbers = [tiny_models.CHEMBERTA.index(piece) for piece in ("[CLS]", *pieces, "[SEP]")]
    with torch.no_grad():
        states = model(input_ids=torch.tensor([numbers])).last_hidden_state[0]
    np.testing.assert_allclose(encoder.encode(SMILES[1:2])[0], states[1:-1].mean(dim=0).numpy(), rtol=1e-4, atol=1e-5)


def test_the_published_tokenizer_would_cut_chlorine(folder):
    """Why atoms are cut here: it has the token, and no merge that makes it."""
    from transformers import AutoTokenizer

    given = AutoTokenizer.from_pretrained(folder).tokenize("CCl")
    assert given != ["C", "Cl"]


def test_small_letters_are_aromatic_atoms(encoder):
    aromatic, other = encoder.encode(["c1ccccc1", "C1CCCCC1"])
    assert np.abs(aromatic - other).max() > 1e-3


def test_neither_the_batch_nor_its_padding_changes_a_vector(encoder):
    alone = np.concatenate([encoder.encode([each]) for each in SMILES])
    np.testing.assert_allclose(encoder.encode(SMILES), alone, rtol=1e-4, atol=1e-5)


def test_a_molecule_longer_than_its_positions_is_read_to_its_end(encoder):
    """510 atoms are all that 515 positions hold beside two ends; more are read in windows."""
    found = encoder.encode(["C" * 510, "C" * 900, "C" * 899 + "N"])
    assert np.isfinite(found).all()
    assert np.abs(found[1] - found[2]).max() > 1e-5


def test_an_atom_that_it_does_not_know_is_unknown_and_no_error(encoder):
    unknown, other = encoder.encode(["C[Se]C", "C[As]C"])
    assert np.array_equal(unknown, other)


def test_the_first_version_is_of_another_kind(folder, tmp_path):
    """Pairs of bytes: no [CLS], no [PAD]."""
    tiny_models.save_tiny(tmp_path / "esm", "esm2")
    with pytest.raises(KnockonError):
        PretrainedEncoder(FAMILY, str(tmp_path / "esm"))


def test_absent_weights_are_said(tmp_path):
    with pytest.raises(AbsentWeightsError, match="no weights of chemberta"):
        PretrainedEncoder(FAMILY, str(tmp_path / "nowhere"))
