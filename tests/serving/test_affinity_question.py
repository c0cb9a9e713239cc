"""Answers are the model's own, in any number; neighbours and distances are those that a plain count finds."""

import numpy as np
import pytest

from knockon.models.binding.protocol import Pairs
from knockon.serving import affinity_question
from knockon.serving.affinity import AffinityDescription, ServedAffinity
from knockon.serving.affinity_question import asked_pairs, predict_pairs, surroundings, word_shares
from tests.models.binding.planted import LIGANDS, pairs, proteins
from tests.models.binding.test_scoring import SMALL, drawn

TOLD = AffinityDescription("dual", "dual", SMALL, {}, "pK", "planted", "all", {"0.9": 1.0})


@pytest.fixture(scope="module")
def served():
    return ServedAffinity(TOLD, drawn(SMALL), pairs())


@pytest.mark.parametrize("at_a_time", [1, 3, 1024])
def test_every_pair_gets_its_own_answer(served, monkeypatch, at_a_time):
    monkeypatch.setattr(affinity_question, "_LIGANDS", at_a_time)
    every = pairs()
    rows = np.random.default_rng(0).permutation(len(every))[:60]
    asked = asked_pairs(
        [every.ligands[row] for row in every.ligand[rows]], [every.proteins[row] for row in every.protein[rows]]
    )
    expected = served.model.predict(every)[rows]
    assert len(np.unique(expected.round(4))) > 20
    np.testing.assert_allclose(predict_pairs(served, asked), expected, atol=2e-5)


def test_nothing_asked_is_nothing_answered(served):
    assert predict_pairs(served, asked_pairs([], [])).shape == (0,)


def test_shares_of_words_are_those_of_a_plain_count():
    sequences = [*proteins(4), proteins(1)[0][:40], "MKTAYIAKQR", "MKTA"]
    asked = proteins(1)[0]
    words = [{text[at : at + 6] for at in range(len(text) - 5)} for text in [asked, *sequences]]
    expected = [len(words[0] & each) / max(1, min(len(words[0]), len(each))) for each in words[1:]]
    np.testing.assert_allclose(word_shares(asked, sequences), expected)
    assert expected[0] == expected[4] == 1.0


def test_the_nearest_training_pairs_are_alike_on_both_sides(served):
    near = surroundings(served, LIGANDS[3], proteins()[2])
    assert (near.ligand, near.protein) == (1.0, 1.0)
    first = near.pairs[0]
    assert (first.smiles, first.sequence, first.ligand, first.protein) == (LIGANDS[3], proteins()[2], 1.0, 1.0)
    row = np.flatnonzero((served.pairs.ligand == 3) & (served.pairs.protein == 2))[0]
    value, floor = served.pairs.values[row], served.pairs.relation[row] < 0
    assert first.value == (f"< {value:.2f}" if floor else f"{value:.2f}")
    scores = [pair.ligand * pair.protein for pair in near.pairs]
    assert scores == sorted(scores, reverse=True)


def test_far_from_training_is_told(served):
    near = surroundings(served, "FC(F)(F)c1ccncc1Br", "WYWYHHCCPPWYWYHHCCPPRRWW")
    assert near.ligand < 0.3
    assert near.protein == 0.0
    assert near.pairs == ()


def test_a_bound_is_told_as_one():
    one = np.zeros(1, dtype=np.int64)
    train = Pairs(("CCO",), (proteins(1)[0],), one, one, np.array([5.0]), np.array([-1], dtype=np.int8))
    assert surroundings(ServedAffinity(TOLD, drawn(SMALL), train), "CCO", proteins(1)[0]).pairs[0].value == "< 5.00"
