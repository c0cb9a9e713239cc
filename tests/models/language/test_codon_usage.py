"""The choice among the codons of one residue, by hand; and told by a model where usage can't tell it."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from knockon.models.language.codon_usage import given_residue, synonyms
from knockon.models.language.counting import count
from knockon.models.language.judging import masked_log_probabilities, nats_and_accuracy
from knockon.models.language.learning import divided, learn, vocabulary_of
from knockon.models.language.masked import LanguageSizes, asked_of
from knockon.represent.genetic_code import residue_of

SIZES = LanguageSizes(width=32, layers=2, dropout=0.0, longest=16)
TRAINING = {"epochs": 12, "batch_size": 64, "learning_rate": 0.005, "device": "cpu", "log_steps": 10}
VOCABULARY = vocabulary_of("codon", ())
SAME = synonyms(VOCABULARY)


def rows(count=1500):
    """Leucines, arginines and serines by either of two codons; a row uses one of the two throughout."""
    random = np.random.default_rng(0)
    pairs = (("CTG", "TTA"), ("CGT", "AGA"), ("TCC", "AGT"))
    texts = {"".join(pairs[residue][row % 2] for residue in random.integers(0, 3, 12)) + "TAA" for row in range(count)}
    return pa.chunked_array([sorted(texts)])


def test_a_model_tells_synonyms_that_usage_cannot():
    torch.set_num_threads(1)
    learnt = learn("codon", rows(), SIZES, TRAINING, every=10, seed=1)
    train, validation = divided("codon", rows(), VOCABULARY, SIZES.longest, 10)
    wanted = validation.numbers[asked_of(validation, 1)]
    model = masked_log_probabilities(learnt.language.module, validation, 1)
    counted = np.broadcast_to(np.log(count(train, len(VOCABULARY)).unigram), model.shape)
    usage, found = (nats_and_accuracy(given_residue(each, wanted, SAME), wanted) for each in (counted, model))
    assert usage["nats"] == pytest.approx(12 / 13 * np.log(2), abs=0.05), "one of two, and the stop alone"
    assert found["nats"] < 0.3 * usage["nats"]
    assert found["accuracy"] > 0.9 > usage["accuracy"]
    assert found["nats"] < nats_and_accuracy(model, wanted)["nats"], "to be told the residue helps"


def test_by_hand():
    """Of leucine's six codons CTG has .3 of all, the others .1 each: .3 of .8 where leucine is told."""
    chances = np.full(len(VOCABULARY), 1e-9)
    leucine = VOCABULARY.numbers(["CTG", "CTA", "CTC", "CTT", "TTA", "TTG"])
    chances[leucine] = [0.3, 0.1, 0.1, 0.1, 0.1, 0.1]
    wanted = leucine[:2]
    found = given_residue(np.log([chances, chances]), wanted, SAME)
    np.testing.assert_allclose(np.exp(found[0, leucine]), np.array([3, 1, 1, 1, 1, 1]) / 8)
    assert np.isneginf(found[0, np.setdiff1d(np.arange(len(VOCABULARY)), leucine)]).all()
    assert nats_and_accuracy(found, wanted) == pytest.approx({"nats": (np.log(8 / 3) + np.log(8)) / 2, "accuracy": 0.5})


def test_synonyms_are_those_of_the_genetic_code():
    assert SAME.shape == (66, 66)
    assert SAME[2:, 2:].sum(axis=1).max() == 6
    assert not SAME[0, 1:].any()
    for token in ("ATG", "TGG", "CTG", "TAA"):
        (number,) = VOCABULARY.numbers([token])
        assert SAME[number].sum() == sum(residue_of(codon) == residue_of(token) for codon in VOCABULARY.tokens)
