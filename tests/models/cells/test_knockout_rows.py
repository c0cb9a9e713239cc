"""The rows beside the response model: each says what its name says, from other studies alone."""

from dataclasses import replace

import numpy as np
import pytest

from knockon.models.cells.knockout_features import Describer, usual_response
from knockon.models.cells.knockout_rows import BASELINES, NaiveKnockout, baseline, edge_effects
from tests.models.cells.planted_knockouts import FOUND, KNOWN, SIGNS

TRAIN, DESCRIBER = FOUND.others("study0"), Describer(KNOWN)


@pytest.mark.parametrize("name", BASELINES[:-1])
def test_no_row_looks_at_the_changes_that_it_tells(name):
    score, change = baseline(name, FOUND, 1, TRAIN, DESCRIBER)
    hidden = replace(FOUND, changes=np.full_like(FOUND.changes, 99))
    again = baseline(name, hidden, 1, TRAIN, DESCRIBER)
    np.testing.assert_array_equal(score, again[0])
    np.testing.assert_array_equal(change, again[1])


def test_the_mean_response_knows_nothing_of_the_gene():
    first, second = (baseline("mean_response", FOUND, row, TRAIN, DESCRIBER) for row in (0, 2))
    np.testing.assert_array_equal(first[0], second[0])


def test_what_edges_add_is_learnt_from_other_knock_outs():
    more, signed = edge_effects(TRAIN, DESCRIBER)
    assert more > 0.5
    assert signed == pytest.approx(-1.5, abs=0.2)
    change = baseline("regulon_and_mean", FOUND, 0, TRAIN, DESCRIBER)[1] - usual_response(TRAIN)[1]
    np.testing.assert_allclose(change, signed * SIGNS[0], atol=1e-6)


def test_a_naive_knock_out_moves_what_shares_components_with_the_gene():
    random = np.random.default_rng(1)
    state = random.normal(0, 1, (80, 1))
    samples = (5 + state * np.array([1.0, 1.0, -1.0, 0.0]) + random.normal(0, 0.1, (80, 4))).astype(np.float32)
    score, change = NaiveKnockout(samples, 1, 1).answer(samples[0], [0])
    assert change[1] < -0.5 < 0.5 < change[2]
    assert score[3] == pytest.approx(0, abs=0.3)
