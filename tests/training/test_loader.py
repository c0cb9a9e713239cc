"""The rows that the loop is handed: each process its share, from any step, without a draw from the global generator."""

from itertools import islice

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.training.loader import killed_workers_explained, load_parts
from knockon.training.sampler import SampleOrder
from tests.training.tiny import TinyTask

ORDER = SampleOrder(100, 16, seed=3)


def rows(count: int, first_step: int = 0, **changes) -> list[list[int]]:
    options = {"rank": 0, "processes": 1, "accumulation": 1, "workers": 0, "pinned": False}
    parts = load_parts(TinyTask(), ORDER, first_step, **(options | changes))
    found = [part.tolist() for part, _ in islice(parts, count)]
    parts.close()
    return found


def test_the_parts_are_the_batches_of_the_order_across_epochs():
    steps = 2 * ORDER.steps_per_epoch
    assert rows(steps) == [ORDER.global_batch(step).tolist() for step in range(steps)]


def test_a_run_goes_on_at_any_step():
    assert rows(9, first_step=4) == rows(13)[4:]


def test_a_part_holds_the_tensors_of_its_rows():
    task = TinyTask()
    options = {"rank": 0, "processes": 1, "accumulation": 1, "workers": 0, "pinned": False}
    part, batch = next(load_parts(task, ORDER, 2, **options))
    torch.testing.assert_close(batch["x"], task.batch("train", part.numpy())["x"])


def test_processes_and_parts_share_a_batch():
    shares = [rows(2, rank=rank, processes=2, accumulation=2) for rank in range(2)]
    together = np.concatenate([part for share in shares for part in share])
    assert sorted(together) == sorted(ORDER.global_batch(0))


def test_nothing_is_drawn_from_the_global_generator():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    rows(2 * ORDER.steps_per_epoch)
    assert torch.equal(torch.get_rng_state(), before)


def test_only_a_killed_worker_is_explained():
    with pytest.raises(KnockonError, match=r"lower training\.workers"), killed_workers_explained():
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed.")
    with pytest.raises(RuntimeError, match="shapes"), killed_workers_explained():
        raise RuntimeError("shapes do not match")
