"""Tokens that are taken away altogether: trust in what is shown gains nothing; and what a row's own counts tell."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from knockon.models.language.counting import count
from knockon.models.language.judging import masked_log_probabilities, nats_and_accuracy, row_log_probabilities
from knockon.models.language.learning import divided, learn, vocabulary_of
from knockon.models.language.masked import LanguageSizes, asked_of

RESIDUES = vocabulary_of("protein", ())
SIZES = LanguageSizes(width=32, layers=1, dropout=0.0, longest=32)
TRAINING = {"epochs": 6, "batch_size": 32, "learning_rate": 0.01, "device": "cpu", "log_steps": 10}


def noise():
    """Independent residues, of which nothing can be learnt but how frequent each is."""
    random = np.random.default_rng(0)
    return pa.chunked_array([["".join(random.choice(list("ACDEFGHIKL"), 32)) for _ in range(1500)]])


def test_a_model_of_noise_gains_nothing_where_every_token_asked_for_is_masked():
    """The scores of training, where one in ten is shown as itself, are better than any knowledge of noise can be."""
    torch.set_num_threads(1)
    learnt = learn("protein", noise(), SIZES, TRAINING, every=5, seed=1)
    while_it_learns = [record["validation_nats"] for record in learnt.history if record.get("validation_nats")]
    found = learnt.scores["masked"]
    assert min(while_it_learns) < np.log(10) - 0.05
    assert found["nats"] > np.log(10) - 0.02
    assert found["accuracy"] == pytest.approx(0.1, abs=0.03)


def test_probabilities_are_whole_and_independent_of_the_parts():
    learnt = learn("protein", noise(), SIZES, {"max_steps": 2, "device": "cpu"}, every=5, seed=1)
    _, validation = divided("protein", noise(), RESIDUES, SIZES.longest, 5)
    first, second = (masked_log_probabilities(learnt.language.module, validation, 1, rows) for rows in (5, 1000))
    assert first.shape == (len(asked_of(validation, 1)), len(RESIDUES))
    np.testing.assert_allclose(np.exp(first).sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_rows_of_their_own_usage_are_told_by_it():
    """Every row holds two residues of ten: the rest of the row names them."""
    random = np.random.default_rng(0)
    letters = list("ACDEFGHIKL")
    texts = ["".join(random.choice(random.choice(letters, 2, replace=False), 32)) for _ in range(400)]
    train, validation = divided("protein", pa.chunked_array([sorted(set(texts))]), RESIDUES, 32, 5)
    wanted = validation.numbers[asked_of(validation, 1)]
    found = nats_and_accuracy(row_log_probabilities(train, validation, len(RESIDUES), 1), wanted)
    alone = count(train, len(RESIDUES)).scores(validation, asked_of(validation, 1))["unigram"]
    assert alone["nats"] == pytest.approx(np.log(10), abs=0.1)
    assert found["nats"] < np.log(2) + 0.35


def test_where_rows_are_alike_their_own_usage_adds_nothing():
    train, validation = divided("protein", noise(), RESIDUES, 32, 5)
    wanted = validation.numbers[asked_of(validation, 1)]
    found = row_log_probabilities(train, validation, len(RESIDUES), 1)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-9)
    assert nats_and_accuracy(found, wanted)["nats"] == pytest.approx(np.log(10), abs=0.02)
