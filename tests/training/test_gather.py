"""Two real processes against one at the same global batch: the loss and the gradient are equal."""

import os

import numpy as np
import pytest
import torch

from knockon.training.gather import gather_rows, own_rows
from tests.training.contrast import one_update
from tests.training.launched import launched


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The updates of two processes. 22 rows in parts of 4 and 3: the processes' shares of them differ."""
    folder = tmp_path_factory.mktemp("pair")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = launched("tests.training.contrast", folder, "--processes", "2", environment=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("accumulation", [1, 3])
def test_two_processes_are_one(pair, accumulation):
    one = one_update(0.0)
    for rank in (0, 1):
        two = np.load(pair / f"{accumulation}-{rank}.npy")
        assert two[:2] == pytest.approx(one[:2], rel=1e-6)
        assert np.linalg.norm(two[2:] - one[2:]) < 2e-6 * np.linalg.norm(one[2:])
    assert np.linalg.norm(one[2:]) > 0.01


@pytest.mark.parametrize("gather", [gather_rows, own_rows])
def test_a_process_alone_has_its_own_rows(gather):
    rows = torch.ones(3, 2, requires_grad=True)
    gathered, first = gather(rows)
    gathered.sum().backward()
    assert (len(gathered), first) == (3, 0)
    assert torch.equal(rows.grad, torch.ones(3, 2))
