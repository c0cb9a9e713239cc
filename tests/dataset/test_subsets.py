"""Subsets: nested, of equal composition, the same on every machine."""

import numpy as np
import pytest

from knockon.dataset.aggregate import aggregate, count_by
from knockon.dataset.subsets import nested_order, strata, subset
from knockon.errors import KnockonError
from tests.dataset.made_up import screen


@pytest.fixture(scope="module")
def records():
    return aggregate(screen(30_000, 400, seed=3))


@pytest.fixture(scope="module")
def order(records):
    return nested_order(records["key"].to_numpy(), strata(records), seed=0)


def test_subsets_are_nested(order):
    small, middle, whole = (set(subset(order, size).tolist()) for size in ("1e3", "1e4", "all"))
    assert (len(small), len(middle), len(whole)) == (1_000, 10_000, len(order))
    assert small < middle < whole


@pytest.mark.parametrize("size", ["1e3", "1e4"])
def test_composition_is_that_of_the_whole(records, order, size):
    """1e3 all singles and 1e5 mostly doubles would make a learning curve of two different tasks."""
    whole, part = count_by(records), count_by(records.take(subset(order, size)))
    rows = int(float(size))
    for stratum, count in whole.items():
        assert abs(part.get(stratum, 0) - rows * count / len(records)) <= 1.0, stratum


def test_order_of_rows_is_no_matter(records, order):
    keys, stratum = records["key"].to_numpy(), strata(records)
    shuffle = np.random.default_rng(5).permutation(len(keys))
    other = nested_order(keys[shuffle], stratum[shuffle], seed=0)
    np.testing.assert_array_equal(keys[shuffle][other], keys[order])


def test_seed_matters_and_repeats(records, order):
    keys, stratum = records["key"].to_numpy(), strata(records)
    np.testing.assert_array_equal(nested_order(keys, stratum, seed=0), order)
    other = nested_order(keys, stratum, seed=1)
    assert len(set(subset(other, "1e3")) & set(subset(order, "1e3"))) < 200


def test_fewer_rows_than_asked_for_are_all_rows(order):
    np.testing.assert_array_equal(subset(order, "1e5"), np.arange(len(order)))


def test_unknown_size_is_named():
    with pytest.raises(KnockonError, match="1e3, 1e4, 1e5, all"):
        subset(np.arange(3), "1e9")


def test_no_rows():
    empty = np.empty(0, dtype=np.uint64)
    assert len(nested_order(empty, empty, seed=0)) == 0
