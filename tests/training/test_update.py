"""One update: the gradient of the mean over all labels of a batch, in whatever parts it comes."""

import numpy as np
import pytest
import torch

from knockon.errors import KnockonError
from knockon.training.processes import Processes
from knockon.training.settings import TrainingSettings
from knockon.training.update import Updater
from tests.training.tiny import TinyTask


def updater(task: TinyTask, **changes) -> Updater:
    settings = TrainingSettings(**({"max_steps": 1, "batch_size": 20, "device": "cpu", "clip": None} | changes))
    return Updater(task, settings, Processes(settings))


def parts(task: TinyTask, *sizes: int):
    """Consecutive rows from row 0, as the loader gives them."""
    start = 0
    for size in sizes:
        rows = np.arange(start, start + size)
        start += size
        yield torch.from_numpy(rows), task.batch("train", rows)


def gradient(task: TinyTask) -> torch.Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in task.module.parameters()])


def test_gradients_are_those_of_the_mean_loss():
    task = TinyTask(dropout=0.0)
    found = updater(task).gradients(parts(task, 20), stop=False)
    taken = gradient(task).clone()
    task.module.zero_grad()
    loss, labels = task.module(task.batch("train", np.arange(20)))
    loss.backward()
    torch.testing.assert_close(taken, gradient(task))
    assert found.loss == pytest.approx(loss.item(), rel=1e-6)
    assert found.labels == float(labels)
    assert found.norm == pytest.approx(float(taken.norm()), rel=1e-6)


def test_parts_with_other_numbers_of_labels_weigh_as_one_batch():
    whole, cut = TinyTask(dropout=0.0), TinyTask(dropout=0.0)
    one = updater(whole).gradients(parts(whole, 20), stop=False)
    three = updater(cut, accumulation=3).gradients(parts(cut, 3, 12, 5), stop=False)
    torch.testing.assert_close(gradient(cut), gradient(whole))
    assert (three.loss, three.labels) == (pytest.approx(one.loss, rel=1e-6), one.labels)


def test_a_long_gradient_is_clipped_and_its_length_told():
    task = TinyTask(dropout=0.0)
    found = updater(task, clip=1e-3).gradients(parts(task, 20), stop=False)
    assert found.norm > 1e-2
    assert float(gradient(task).norm()) == pytest.approx(1e-3, rel=1e-3)


def test_a_request_to_stop_and_a_batch_without_labels_are_told():
    task = TinyTask(dropout=0.0)
    task.mask[:] = 0
    found = updater(task).gradients(parts(task, 20), stop=True)
    assert (found.stops, found.labels, found.loss) == (1, 0, 0)


def test_apply_takes_a_step_at_the_given_rate():
    task = TinyTask(dropout=0.0)
    before = [parameter.detach().clone() for parameter in task.module.parameters()]
    update = updater(task, weight_decay=0.0)
    update.gradients(parts(task, 20), stop=False)
    update.apply(0.25)
    moves = [(one - other).abs().max() for one, other in zip(before, task.module.parameters(), strict=True)]
    # The first step of AdamW is as long as the learning rate, whatever the gradient.
    torch.testing.assert_close(torch.stack(moves).detach(), torch.full((4,), 0.25), rtol=1e-3, atol=0)


def test_another_error_than_memory_is_passed_on():
    task = TinyTask()
    task.module.network.forward = lambda x: (_ for _ in ()).throw(RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes do not match") as error:
        updater(task).gradients(parts(task, 20), stop=False)
    assert not isinstance(error.value, KnockonError)
