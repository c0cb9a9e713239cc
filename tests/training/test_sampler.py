"""The order of samples: f(seed, epoch), with an offset, whatever the number of processes."""

import itertools

import numpy as np
import pytest

from knockon.errors import KnockonError
from knockon.training.sampler import SampleOrder, ShardedSampler


def parts(order, step=0, rank=0, processes=1, accumulation=1):
    return [rows.tolist() for rows in ShardedSampler(order, step, rank, processes, accumulation)]


def test_an_epoch_visits_each_row_once_and_epochs_differ():
    order = SampleOrder(rows=32, batch_size=8, seed=1)
    first, second = parts(order, 0), parts(order, 4)
    assert sorted(itertools.chain(*first)) == list(range(32))
    assert sorted(itertools.chain(*second)) == list(range(32))
    assert first != second
    assert parts(SampleOrder(rows=32, batch_size=8, seed=2)) != first


def test_an_offset_gives_the_rest_of_the_epoch():
    """A resume in the middle of an epoch goes on with exactly the batches that were left."""
    order = SampleOrder(rows=40, batch_size=8, seed=1)
    assert parts(order, 13) == parts(order, 10)[3:]
    assert len(ShardedSampler(order, 13, 0, 1, 2)) == 4


@pytest.mark.parametrize(("processes", "accumulation"), [(2, 1), (3, 1), (2, 2), (1, 4)])
def test_processes_and_parts_share_the_same_global_batches(processes, accumulation):
    order = SampleOrder(rows=50, batch_size=13, seed=1)
    shares = [parts(order, 0, rank, processes, accumulation) for rank in range(processes)]
    for step, batch in enumerate(parts(order)):
        mine = slice(step * accumulation, (step + 1) * accumulation)
        assert list(itertools.chain(*[row for share in shares for row in share[mine]])) == batch
        assert order.global_batch(step).tolist() == batch


def test_rows_left_over_are_dropped_but_not_the_same_ones_each_epoch():
    order = SampleOrder(rows=10, batch_size=4, seed=0)
    dropped = [set(range(10)) - set(itertools.chain(*parts(order, epoch * 2))) for epoch in range(8)]
    assert all(len(rows) == 2 for rows in dropped)
    assert len(set.union(*dropped)) > 4


def test_fewer_rows_than_a_batch_make_one_batch_of_all():
    assert sorted(parts(SampleOrder(rows=3, batch_size=100, seed=0))[0]) == [0, 1, 2]


def test_a_batch_that_cannot_be_shared_is_refused():
    with pytest.raises(KnockonError, match="3 rows can't be shared by 2 processes in 2 parts"):
        ShardedSampler(SampleOrder(rows=3, batch_size=100, seed=0), 0, 0, 2, 2)
    with pytest.raises(KnockonError, match="no training rows"):
        SampleOrder(rows=0, batch_size=4, seed=0)


def test_the_order_is_the_same_on_every_machine():
    """Pinned: a change of it would change every trained model and break every checkpoint."""
    expected = np.random.default_rng([5, 2]).permutation(6)
    assert SampleOrder(rows=6, batch_size=6, seed=5).epoch(2).tolist() == expected.tolist()
