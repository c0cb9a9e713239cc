"""What a study gives the training loop: rows of data, a module that scores a batch, a verdict on predictions."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

Batch = dict[str, Tensor]


class TrainingTask(Protocol):
    """A thing to train. Rows are numbered 0 … rows − 1 within a split, "train" or "validation"."""

    @property
    def module(self) -> nn.Module:
        """All that is trained, the loss's own parameters too.

        `module(batch)` returns (loss, count): the mean loss over the labels present, a scalar with gradients, and their
        number, a scalar.
        """

    def predict(self, batch: Batch) -> Tensor:
        """What `metrics` judges, shape (rows of the batch, anything); called without gradients, in eval mode."""

    def rows(self, split: str) -> int:
        """Number of rows of a split; 0 validation rows are allowed."""

    def batch(self, split: str, rows: NDArray[np.int64]) -> Batch:
        """The tensors of the chosen rows, on the CPU; called in loader workers, so it draws no random numbers."""

    def keys(self, split: str, rows: NDArray[np.int64]) -> list[str]:
        """Names by which a person finds these rows in the data set; for error reports."""

    def metrics(self, outputs: Tensor) -> dict[str, float]:
        """Judge what `predict` gave for all validation rows, in their order; one of the metrics is monitored."""

    def fingerprint(self) -> dict[str, str | int | float | bool | None]:
        """What identifies the model's settings and the data (hashes); a checkpoint of another is refused."""
