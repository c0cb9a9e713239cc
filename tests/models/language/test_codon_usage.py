"""Codons whose choice among synonyms hangs on a far codon: usage can't tell it, a model that reads the row can."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from knockon.models.language.codon_usage import given_residue, synonyms
from knockon.models.language.corpus import Corpus
from knockon.models.language.learning import divided, learn, vocabulary_of
from knockon.models.language.masked import LanguageSizes, asked_of
from knockon.represent.genetic_code import residue_of

SIZES = LanguageSizes(width=32, layers=2, dropout=0.0, longest=16)
TRAINING = {"epochs": 12, "batch_size": 64, "learning_rate": 0.005, "device": "cpu", "log_steps": 10}
VOCABULARY = vocabulary_of("codon", ())


def rows(count=1500):
    """Leucines, arginines and serines by either of two codons; a row uses one of the two throughout."""
    random = np.random.default_rng(0)
    pairs = (("CTG", "TTA"), ("CGT", "AGA"), ("TCC", "AGT"))
    texts = {"".join(pairs[residue][row % 2] for residue in random.integers(0, 3, 12)) + "TAA" for row in range(count)}
    return pa.chunked_array([sorted(texts)])


@pytest.fixture(scope="module")
def learnt():
    torch.set_num_threads(1)
    return learn("codon", rows(), SIZES, TRAINING, every=10, seed=1)


def test_a_model_tells_synonyms_that_usage_cannot(learnt):
    train, validation = divided("codon", rows(), VOCABULARY, SIZES.longest, 10)
    found = given_residue(learnt.language, train, validation, 1)
    usage, model = found["codon_usage"], found["masked_given_residue"]
    share = 12 / 13
    assert usage["nats"] == pytest.approx(share * np.log(2), abs=0.05), "one of two, and the stop alone"
    assert model["nats"] < 0.3 * usage["nats"]
    assert model["accuracy"] > 0.9 > usage["accuracy"]
    assert model["nats"] < learnt.scores["masked"]["nats"], "to be told the residue helps"


def test_scores_do_not_depend_on_the_parts_in_which_they_are_computed(learnt):
    train, validation = divided("codon", rows(), VOCABULARY, SIZES.longest, 10)
    first, second = (given_residue(learnt.language, train, validation, 1, at_once) for at_once in (7, 1000))
    assert first["masked_given_residue"] == pytest.approx(second["masked_given_residue"], rel=1e-5)


def test_usage_by_hand(learnt):
    """CTG was seen twice, no other leucine codon was: (2 + 1) of (2 + 1 + 5 · 1), each counting once more."""
    validation = Corpus(VOCABULARY.numbers(["CTG"] * 200), np.array([0, 200]))
    train = Corpus(VOCABULARY.numbers(["CTG", "CTG"]), np.array([0, 2]))
    assert len(asked_of(validation, 1)) > 10
    found = given_residue(learnt.language, train, validation, 1)
    assert found["codon_usage"] == pytest.approx({"nats": -np.log(3 / 8), "accuracy": 1.0})


def test_synonyms_are_those_of_the_genetic_code():
    same = synonyms(VOCABULARY)
    assert same.shape == (66, 66)
    assert same[2:, 2:].sum(axis=1).max() == 6
    assert not same[0, 1:].any()
    for token in ("ATG", "TGG", "CTG", "TAA"):
        (number,) = VOCABULARY.numbers([token])
        assert same[number].sum() == sum(residue_of(codon) == residue_of(token) for codon in VOCABULARY.tokens)
