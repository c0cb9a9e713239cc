"""Folds keep groups whole, test every row once, and a planted leak is found."""

import numpy as np
import pytest

from knockon.dataset.cellstate.splits import folds_by_group, knockout_groups, leaks, refuse_leaks, sides
from knockon.errors import KnockonError

GROUPS = [f"study{number}" for number in range(12) for _ in range(1 + 3 * (number % 4))]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_row_is_tested_once_and_no_study_is_on_two_sides(seed):
    fold = folds_by_group(GROUPS, 5, seed)
    refuse_leaks(GROUPS, fold, "study")
    tested = [sides(fold, number).test for number in range(5)]
    assert sorted(np.concatenate(tested).tolist()) == list(range(len(GROUPS)))
    for number in range(5):
        parts = sides(fold, number)
        assert sorted(np.concatenate([parts.train, parts.validation, parts.test])) == list(range(len(GROUPS)))
        assert leaks(GROUPS, parts) == {"seen_in_train": 0, "seen_in_validation": 0}
    sizes = [len(rows) for rows in tested]
    assert max(sizes) - min(sizes) <= 10


def test_a_planted_leak_is_found():
    fold = folds_by_group(GROUPS, 5, 1)
    row = int(np.flatnonzero(np.array(GROUPS) == "study3")[0])
    fold[row] = (fold[row] + 2) % 5
    with pytest.raises(KnockonError, match=r"split by study: fold . tests . rows of a study that it has seen"):
        refuse_leaks(GROUPS, fold, "study")


def test_a_split_by_sample_leaks_studies():
    fold = folds_by_group([str(row) for row in range(len(GROUPS))], 5, 1)
    assert leaks(GROUPS, sides(fold, 0))["seen_in_train"] > 0


def test_the_seed_draws_the_order_and_the_rows_do_not():
    fold = folds_by_group(GROUPS, 5, 1)
    assert (folds_by_group(GROUPS, 5, 2) != fold).any()
    order = np.random.default_rng(1).permutation(len(GROUPS))
    np.testing.assert_array_equal(folds_by_group([GROUPS[row] for row in order], 5, 1), fold[order])


def test_too_few_groups_or_folds_are_refused():
    with pytest.raises(KnockonError, match="3 groups for 5 folds"):
        folds_by_group(["a", "b", "c"], 5, 1)
    with pytest.raises(KnockonError, match="2 folds: at least 3"):
        folds_by_group(GROUPS, 2, 1)


def test_samples_that_lack_a_common_gene_stay_together():
    deleted = [["a"], [], ["b"], ["b", "a"], ["c"], [], ["d", "e"], ["e"]]
    groups = knockout_groups([f"s{row}" for row in range(8)], deleted)
    assert groups[0] == groups[2] == groups[3]
    assert groups[6] == groups[7]
    assert len(set(groups)) == 5
    fold = folds_by_group(groups, 3, 1)
    refuse_leaks(groups, fold, "knocked-out gene")
