"""The response model: planted regulons are learnt, its own study and its own changes are never looked at."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.evaluation.ranking import auroc
from knockon.models.cells.knockout_features import Describer, usual_response
from knockon.models.cells.response import ResponseModel, ResponseSettings, blended
from tests.models.cells.planted_knockouts import FOUND, KNOWN, RANDOM

SETTINGS = ResponseSettings(rounds=60)


@pytest.fixture(scope="module")
def fitted():
    model, describer = ResponseModel(SETTINGS), Describer(KNOWN)
    model.fit(FOUND.others("study0"), describer)
    return model, describer


def test_a_planted_regulon_is_told_better_than_what_usually_changes(fitted):
    model, describer = fitted
    train = FOUND.others("study0")
    for row in range(3):
        told = model.predict(FOUND, row, train, describer)
        mask = FOUND.scored(row)
        changed = np.abs(FOUND.changes[row]) >= 1
        assert auroc(changed[mask], told.score[mask]) > auroc(changed[mask], usual_response(train)[0][mask]) + 0.1
        assert np.corrcoef(told.change[mask], FOUND.changes[row][mask])[0, 1] > 0.7
        within = (FOUND.changes[row] >= told.low) & (FOUND.changes[row] <= told.high)
        assert 0.75 < within[mask].mean() <= 1
        assert told.change[row] == -FOUND.controls[row, row]


def test_neither_its_changes_nor_its_study_are_looked_at(fitted):
    model, describer = fitted
    changes = FOUND.changes.copy()
    changes[:3] = 99
    hidden = replace(FOUND, changes=changes)
    train = FOUND.others("study0")
    wanted = model.predict(FOUND, 1, train, describer)
    # Handed a table that holds the study, the model still leaves it out.
    again = model.predict(hidden, 1, hidden, describer)
    np.testing.assert_array_equal(again.score, wanted.score)
    np.testing.assert_array_equal(again.change, wanted.change)


def test_equal_seeds_give_equal_answers(fitted):
    model, describer = fitted
    again = ResponseModel(SETTINGS)
    again.fit(FOUND.others("study0"), describer)
    train = FOUND.others("study0")
    np.testing.assert_array_equal(
        again.predict(FOUND, 0, train, describer).score, model.predict(FOUND, 0, train, describer).score
    )


def test_a_blend_of_none_is_the_order_of_what_usually_changes():
    usual, rank = RANDOM.random(20), RANDOM.random(20)
    np.testing.assert_array_equal(np.argsort(blended(usual, rank, 0.0)), np.argsort(usual))
    np.testing.assert_array_equal(np.argsort(blended(usual, rank, 1.0)), np.argsort(rank))


def test_too_few_studies_and_impossible_settings_are_refused():
    with pytest.raises(KnockonError, match="knock-outs of 2 studies; at least 3"):
        ResponseModel(SETTINGS).fit(FOUND.take(np.arange(6)), Describer(KNOWN))
    with pytest.raises(KnockonError, match="response model"):
        ResponseSettings(changed=0)
