"""The order of samples, a pure function of (seed, epoch): no state to save but the step, no dependence on processes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Sampler

from knockon.arrays import Rows
from knockon.errors import KnockonError


@dataclass(frozen=True)
class SampleOrder:
    """Which rows make up the global batch of every step.

    An epoch is a permutation of the rows, cut into global batches; the rows left over at its end are dropped (they
    differ from epoch to epoch). With fewer rows than batch_size, a batch is all rows.
    """

    rows: int
    batch_size: int
    seed: int

    def __post_init__(self) -> None:
        if self.rows < 1:
            raise KnockonError("there are no training rows: look at the split and the subset")

    @property
    def steps_per_epoch(self) -> int:
        """Number of global batches in an epoch."""
        return max(1, self.rows // self.batch_size)

    def epoch(self, epoch: int) -> Rows:
        """The permutation of all rows in this epoch."""
        return np.random.default_rng([self.seed, epoch]).permutation(self.rows)

    def global_batch(self, step: int) -> Rows:
        """Rows of the global batch of a step, counted from 0 over the whole run."""
        epoch, within = divmod(step, self.steps_per_epoch)
        return self.epoch(epoch)[within * self.batch_size : (within + 1) * self.batch_size]


class ShardedSampler(Sampler[Rows]):
    """Rows that one process loads: of every global batch its contiguous share, in `accumulation` parts.

    It goes from `first_step` to the end of that step's epoch, so that a DataLoader lives for one epoch.
    """

    def __init__(self, order: SampleOrder, first_step: int, rank: int, processes: int, accumulation: int) -> None:
        smallest = min(order.rows, order.batch_size)
        if smallest < processes * accumulation:
            raise KnockonError(
                f"a batch of {smallest} rows can't be shared by {processes} processes in {accumulation} parts each: "
                "raise batch_size, or lower processes or accumulation"
            )
        self.order = order
        self.first_step = first_step
        self.rank = rank
        self.processes = processes
        self.accumulation = accumulation

    def __len__(self) -> int:
        """Number of parts that are left in the epoch."""
        per_epoch = self.order.steps_per_epoch
        return (per_epoch - self.first_step % per_epoch) * self.accumulation

    def __iter__(self) -> Iterator[Rows]:
        """Yield the rows of one part after the other."""
        epoch, within = divmod(self.first_step, self.order.steps_per_epoch)
        permutation, size = self.order.epoch(epoch), self.order.batch_size
        for start in range(within * size, self.order.steps_per_epoch * size, size):
            yield from self._parts(permutation[start : start + size])

    def _parts(self, batch: Rows) -> list[Rows]:
        parts = np.array_split(batch, self.processes * self.accumulation)
        return parts[self.rank * self.accumulation : (self.rank + 1) * self.accumulation]
