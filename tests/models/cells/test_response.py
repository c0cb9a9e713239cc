"""The response model: planted regulons are learnt, its own study and its own changes are never looked at."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from knockon.errors import KnockonError
from knockon.evaluation.ranking import auroc
from knockon.models.cells.response import (
    FEATURES,
    Describer,
    Knowledge,
    ResponseModel,
    Responses,
    ResponseSettings,
    blended,
    usual_response,
)

GENES, KNOCKED = 300, 18
RANDOM = np.random.default_rng(3)
SIGNS = np.where(RANDOM.random((GENES, GENES)) < 0.05, np.where(RANDOM.random((GENES, GENES)) < 0.7, 1, -1), 0)
SIGNS[KNOCKED:] = 0
STRESS = np.where(RANDOM.random(GENES) < 0.1, 1.5, 0.0)
SETTINGS = ResponseSettings(rounds=60)


def planted():
    """Every knock-out wakes the stress genes, and moves its regulon against its signs."""
    controls = RANDOM.normal(6, 1, (KNOCKED, GENES)).astype(np.float32)
    changes = STRESS - 1.5 * SIGNS[:KNOCKED] + RANDOM.normal(0, 0.2, (KNOCKED, GENES))
    changes[np.arange(KNOCKED), np.arange(KNOCKED)] = -6
    studies = tuple(f"study{row // 3}" for row in range(KNOCKED))
    return Responses(changes.astype(np.float32), controls, tuple((row,) for row in range(KNOCKED)), studies)


FOUND = planted()
KNOWN = Knowledge(
    sp.csr_matrix(SIGNS.astype(np.float32)), sp.csr_matrix((SIGNS != 0).astype(np.float32)),
    np.arange(GENES) // 3, RANDOM.normal(6, 1, (60, GENES)).astype(np.float32), np.arange(60) // 10,
    np.arange(60) // 2,
)  # fmt: skip


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


def test_training_knock_outs_are_described_by_other_studies():
    describer = Describer(KNOWN)
    features = describer.features(FOUND, 4, FOUND.others(FOUND.studies[4]))
    assert features.shape == (GENES, len(FEATURES))
    changes = FOUND.changes.copy()
    changes[3:6] = 99
    hidden = replace(FOUND, changes=changes)
    np.testing.assert_array_equal(describer.features(hidden, 4, hidden.others(FOUND.studies[4])), features)


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
