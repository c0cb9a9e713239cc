"""Masks: how many, how they are shown, the same ones for a validation row; a guess can't see what it is asked for."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.models.language.corpus import corpus_of
from knockon.models.language.masked import LanguageSizes, MaskedLanguageModel, MaskedTask, asked_of, drawn, masks
from knockon.models.tokens import Vocabulary

LETTERS = Vocabulary(tuple("ABCDEFGH"))
SMALL = LanguageSizes(width=32, layers=1, dropout=0.0, longest=32)
TEXTS = ["".join("ABCDEFGH"[(start + place) % 8] for place in range(20)) for start in range(40)]


@pytest.fixture
def corpus():
    return corpus_of(TEXTS, list, LETTERS, 32)[0]


def test_shares_of_masks_are_those_of_the_paper():
    tokens = torch.randint(2, 10, (400, 100))
    tokens[:, 90:] = 0
    found = masks(tokens, torch.rand(400, 100, 3), 10)
    asked = found.asked[:, :90].float().mean()
    assert asked == pytest.approx(0.15, abs=0.01)
    assert not found.asked[:, 90:].any()
    assert (found.shown[~found.asked] == tokens[~found.asked]).all()
    shown, true = found.shown[found.asked], tokens[found.asked]
    assert (shown == 10).float().mean() == pytest.approx(0.8, abs=0.02)
    assert (shown == true).float().mean() == pytest.approx(0.1 + 0.1 / 8, abs=0.02)
    others = shown[shown != 10]
    assert others.min() >= 2
    assert others.max() <= 9


def test_a_validation_row_has_the_same_masks_in_any_company(corpus):
    alone, together = drawn(corpus, np.array([3]), 1), drawn(corpus, np.array([7, 3, 1]), 1)
    assert (alone[0] == together[1]).all()
    assert (drawn(corpus, np.array([3]), 2) != alone).any()
    assert 0.45 < drawn(corpus, np.arange(40), 1).mean() < 0.55
    assert drawn(corpus, np.arange(40), 1).max() < 1


def test_the_places_asked_for_are_those_of_the_model(corpus):
    task = MaskedTask(MaskedLanguageModel(len(LETTERS), SMALL), corpus, corpus, 1)
    batch = task.batch("validation", np.arange(40))
    counts = task.predict(batch)[:, 1]
    places = asked_of(corpus, 1)
    of_rows = np.searchsorted(corpus.starts, places, side="right") - 1
    assert counts.tolist() == np.bincount(of_rows, minlength=40).tolist()


def test_a_guess_cannot_see_the_token_that_is_masked(corpus):
    """The states of two rows that differ at a masked place only are equal."""
    model = MaskedLanguageModel(len(LETTERS), SMALL).eval()
    tokens = torch.from_numpy(corpus.padded(np.array([0, 0])))
    tokens[1, 5] = 9
    numbers = torch.ones(2, 20, 3)
    numbers[:, 5] = 0
    found = masks(tokens, numbers, model.mask)
    assert found.asked.sum() == 2
    states = model.encoder.states(found.shown)
    assert torch.equal(states[0], states[1])


def test_at_first_guesses_are_near_uniform(corpus):
    model = MaskedLanguageModel(len(LETTERS), SMALL)
    loss, asked = model({"tokens": torch.from_numpy(corpus.padded(np.arange(40)))})
    assert asked > 60
    assert float(loss.detach()) == pytest.approx(np.log(len(LETTERS)), abs=0.7)


def test_a_width_without_whole_heads_is_refused():
    with pytest.raises(KnockonError, match="multiple of 32"):
        LanguageSizes(width=48)
