"""UniRep of proteins of any lengths: the vectors of the plain network, whatever shares a batch."""

import numpy as np
import pytest

from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.unirep import UniRepEncoder
from knockon.represent.unirep_by_length import UniRepByLength
from tests.represent.tiny_models import save_unirep

# Shorter and longer than a stretch of steps, at its end, and of one residue.
PROTEINS = ["MKT" * 11, "M", "MKTAYIAKQRUOXZBJ", "GG" * 70, "A" * 31, "A" * 32, "W" * 64]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_unirep(tmp_path_factory.mktemp("unirep") / "model_weights.pkl")


def test_vectors_are_those_of_the_plain_network(weights):
    plain = np.concatenate([UniRepEncoder(weights).encode([protein]) for protein in PROTEINS])
    np.testing.assert_allclose(UniRepByLength(weights).encode(PROTEINS), plain, rtol=1e-5, atol=1e-6)
    assert np.abs(plain - plain[0]).max() > 1e-3, "the vectors differ, or equality would say nothing"


@pytest.mark.parametrize("tokens_at_once", [1, 40, 200, 10_000])
def test_a_vector_does_not_depend_on_the_batch(weights, tokens_at_once):
    alone = np.concatenate([UniRepByLength(weights).encode([protein]) for protein in PROTEINS])
    found = UniRepByLength(weights, tokens_at_once).encode(PROTEINS)
    np.testing.assert_allclose(found, alone, rtol=1e-5, atol=1e-6)


def test_letters_that_are_no_residues_of_the_code(weights):
    encoder = UniRepByLength(weights)
    ambiguous = encoder.encode(["MKZ", "MKB", "MKJ", "MKX", "mkx", "MK*"])
    assert (ambiguous == ambiguous[0]).all()
    rare = encoder.encode(["MKU", "MKO", "MKX"])
    assert len(np.unique(rare, axis=0)) == 3, "U and O have tokens of their own"


def test_no_proteins_have_no_vectors(weights):
    assert UniRepByLength(weights).encode([]).shape == (0, 64)


def test_absent_weights_are_said(tmp_path):
    with pytest.raises(AbsentWeightsError, match="no weights of UniRep"):
        UniRepByLength(tmp_path / "absent.pkl")


def test_its_vectors_are_not_taken_for_those_of_the_plain_encoder(weights):
    """They differ in the last digits: a cache that holds both keeps them apart."""
    assert UniRepByLength(weights).revision != UniRepEncoder(weights).revision
