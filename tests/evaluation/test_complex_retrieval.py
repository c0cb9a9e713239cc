"""Own ligand and any ligand of the protein among all; intervals and controls by proteins."""

import numpy as np
import pytest

from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.complex_retrieval import Complexes, chance, complex_scores, more_found, of_other_proteins

DRAWS = Resampling(200)


@pytest.fixture
def complexes():
    """Twelve complexes of six sequences, which are three proteins; every complex has a ligand of its own."""
    return Complexes(np.repeat(np.arange(6), 2), np.arange(12), np.repeat(np.arange(3), 2))


def by_protein(complexes):
    """Scores that know the protein and nothing more."""
    scores = np.zeros((6, 12))
    scores[np.repeat(np.arange(6), 4), np.concatenate([np.arange(4) + 4 * (p // 2) for p in range(6)])] = 1.0
    return scores


def test_what_is_right(complexes):
    assert complexes.right("own").sum(axis=1).tolist() == [1] * 12
    assert np.flatnonzero(complexes.right("any")[5]).tolist() == [4, 5, 6, 7]
    assert chance(complexes) == {"own_top1": pytest.approx(1 / 12), "any_top1": pytest.approx(4 / 12)}


def test_scores_that_know_the_protein_find_any_of_its_ligands_but_not_the_own_one(complexes):
    found = complex_scores(by_protein(complexes), complexes, DRAWS)
    assert found["queries"] == 12
    assert (found["any_top1"], found["any_mrr"]) == (1.0, 1.0)
    assert found["own_top1"] == 0.0, "the own one ties with three others"
    assert found["own_top10"] == 1.0
    assert (found["any_top1_low"], found["any_top1_high"]) == (1.0, 1.0)


def test_with_other_proteins_in_place_nothing_is_left(complexes):
    others = of_other_proteins(complexes, 3)
    assert (complexes.same[others] != complexes.same).all()
    assert complex_scores(by_protein(complexes)[others], complexes, DRAWS)["any_top1"] == 0.0
    with pytest.raises(ValueError, match="one protein"):
        of_other_proteins(Complexes(np.array([0, 1]), np.array([0, 1]), np.array([4, 4])), 0)


def test_the_difference_is_paired_and_draws_proteins(complexes):
    good, bad = by_protein(complexes), np.random.default_rng(0).normal(size=(6, 12))
    same = more_found(good, good, complexes, DRAWS)
    assert same == {"difference": 0.0, "difference_low": 0.0, "difference_high": 0.0}
    half = good.copy()
    half[4:] = -half[4:]
    lost = more_found(half, good, complexes, DRAWS)
    assert lost["difference"] == pytest.approx(-4 / 12)
    # One of three proteins is lost: draws hold it from never to always.
    assert (lost["difference_low"], lost["difference_high"]) == (-1.0, 0.0)
    assert more_found(good, bad, complexes, DRAWS)["difference"] > 0
