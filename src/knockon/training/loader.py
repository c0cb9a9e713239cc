"""Loading of a process's share of the batches, epoch after epoch, without a draw from the global random generator."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from knockon.errors import KnockonError
from knockon.training.sampler import SampleOrder, ShardedSampler
from knockon.training.task import Batch, TrainingTask


class _TrainingRows(Dataset[tuple[NDArray[np.int64], Batch]]):
    """The task's training rows, addressed by arrays of rows."""

    def __init__(self, task: TrainingTask) -> None:
        self.task = task

    def __getitem__(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Batch]:
        return rows, self.task.batch("train", rows)


def load_parts(
    task: TrainingTask,
    order: SampleOrder,
    first_step: int,
    *,
    rank: int,
    processes: int,
    accumulation: int,
    workers: int,
    pinned: bool,
) -> Generator[tuple[Tensor, Batch], None, None]:
    """Yield (rows, tensors) of one part after the other, from `first_step` on, without end."""
    step = first_step
    while True:
        loader = DataLoader(
            _TrainingRows(task),
            sampler=ShardedSampler(order, step, rank, processes, accumulation),
            batch_size=None,
            num_workers=workers,
            pin_memory=pinned,
            # Without a generator of its own, each new iterator draws from the global one, and dropout after a resume
            # would differ from a run that did not stop.
            generator=torch.Generator().manual_seed(order.seed),
        )
        iterator = iter(loader)
        try:
            yield from iterator
        except (ConnectionError, EOFError) as error:
            # A worker that dies while it hands over a batch is noticed here before torch's own report of it.
            raise RuntimeError(f"DataLoader worker ended while it handed over a batch: {error}") from error
        finally:
            # Torch goes on reporting a killed worker, by signal, for as long as its iterator waits to be collected.
            if workers:
                iterator._shutdown_workers()  # type: ignore[attr-defined]
        step = (step // order.steps_per_epoch + 1) * order.steps_per_epoch


@contextmanager
def killed_workers_explained() -> Iterator[None]:
    """Turn torch's report of a killed loader worker into a KnockonError.

    It comes out of a signal handler, so anywhere in the loop, not only where a batch is fetched.
    """
    try:
        yield
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise KnockonError(
            f"a loader worker was killed ({error}): often for its memory; lower training.workers. "
            "The last checkpoint stands: start the same command again"
        ) from error
