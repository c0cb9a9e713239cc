"""Rows of tokens: nothing is cut off, and who only judges is chosen by the text itself."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.errors import KnockonError
from knockon.models.language.corpus import corpus_of, held_out
from knockon.models.tokens import Vocabulary

LETTERS = Vocabulary(tuple("ABC"))


def rows(corpus):
    return [
        "".join(LETTERS.tokens[number - 2] for number in row if number) for row in corpus.padded(np.arange(len(corpus)))
    ]


def test_long_texts_become_several_rows_of_about_equal_length():
    corpus, text = corpus_of(["AB", "ABCABCABCA", "C"], list, LETTERS, 4)
    assert rows(corpus) == ["AB", "ABC", "ABC", "ABCA", "C"]
    assert text.tolist() == [0, 1, 1, 1, 2]
    assert corpus.lengths.tolist() == [2, 3, 3, 4, 1]


def test_rows_are_taken_in_the_order_given():
    corpus, _ = corpus_of(["AB", "C", "CAB"], list, LETTERS, 4)
    taken = corpus.take(np.array([2, 0]))
    assert rows(taken) == ["CAB", "AB"]
    assert len(corpus.take(np.zeros(0, dtype=np.int64))) == 0
    assert taken.digest() != corpus.digest()


def test_padding_is_zero():
    corpus, _ = corpus_of(["AB", "C"], list, LETTERS, 4)
    assert corpus.padded(np.array([1, 0])).tolist() == [[4, 0], [2, 3]]


@pytest.mark.parametrize("texts", [[], ["A", ""]])
def test_no_text_is_refused(texts):
    with pytest.raises(KnockonError, match="no text to learn from"):
        corpus_of(texts, list, LETTERS, 4)


def test_who_judges_does_not_hang_on_its_neighbours():
    texts = [f"text {number}" for number in range(2000)]
    whole = held_out(pa.chunked_array([texts]), 10)
    assert 0.07 < whole.mean() < 0.13
    assert (held_out(pa.chunked_array([texts[::-1]]), 10)[::-1] == whole).all()
