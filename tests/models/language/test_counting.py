"""Unigram and bigram against counts by hand."""

import numpy as np
import pytest

from knockon.models.language.corpus import corpus_of
from knockon.models.language.counting import count, previous
from knockon.models.tokens import Vocabulary

LETTERS = Vocabulary(("A", "B"))


def corpus(texts):
    return corpus_of(texts, list, LETTERS, 100)[0]


def test_counts_by_hand():
    """ABAB and B: A twice and B three times; with one more each (and for padding and the unknown) of 9."""
    found = count(corpus(["ABAB", "B"]), len(LETTERS))
    assert found.unigram == pytest.approx([1 / 9, 1 / 9, 3 / 9, 4 / 9])
    assert found.bigram.sum(axis=1) == pytest.approx(np.ones(5))
    # B follows A twice, in two of two cases.
    assert found.bigram[2, 3] == pytest.approx((2 + 4 / 9) / 3)
    # A row begins with A once and with B once.
    assert found.bigram[4, 2] == pytest.approx((1 + 3 / 9) / 3)


def test_the_token_before_the_first_is_the_start():
    assert previous(corpus(["AB", "B"]), 9).tolist() == [9, 2, 9]


def test_a_bigram_knows_a_text_that_alternates():
    learnt = count(corpus(["AB" * 50] * 20), len(LETTERS))
    judged = corpus(["AB" * 20])
    scores = learnt.scores(judged, np.arange(1, 40))
    assert scores["unigram"]["nats"] == pytest.approx(np.log(2), abs=0.02)
    assert scores["bigram"]["nats"] < 0.01
    assert scores["bigram"]["accuracy"] == 1.0
