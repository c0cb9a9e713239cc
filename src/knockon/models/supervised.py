"""The one task of networks that predict labels: any inputs, any network, any loss, any number of heads.

Rows are strains, protein variants, pairs of a protein and a ligand or cells: this module knows of none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.correlation import pearson
from knockon.losses.loss import Loss, in_full, masked_mean
from knockon.training.task import Batch

AUXILIARY_WEIGHT = 0.3
"""Of the guesses that a network makes on the way (DCell's terms), beside its main output; Ma et al. 2018."""

Fingerprint = dict[str, str | int | float | bool | None]

RowNames = Callable[[NDArray[np.int64]], list[str]]
"""Names by which a person finds rows, one each."""

Metrics = Callable[[NDArray[np.float64], NDArray[np.float64]], dict[str, float]]
"""From the validation rows' labels and what is predicted of them, both (rows, heads) in the labels' units."""


@dataclass(frozen=True)
class NetworkOutput:
    """What a network gives for a batch.

    outputs: (rows, heads, numbers per head), for the loss. features: (rows, width), the last hidden layer, for losses
    that shape it. auxiliary: (rows, terms, heads, numbers per head), more guesses at the same labels, or None.
    """

    outputs: Tensor
    features: Tensor
    auxiliary: Tensor | None = None


class NetworkInputs(Protocol):
    """The network's view of a split's rows."""

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """The tensors of the chosen rows, under any names but `target` and `mask`."""


@dataclass(frozen=True)
class Labelled:
    """A split. values: float64 (rows, heads), NaN where missing.

    weights: float64 (rows,), or (rows, heads) where each label has its own. names: of the rows, for error reports.
    """

    inputs: NetworkInputs
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    names: RowNames


class Scorer(nn.Module):
    """What a task trains: all parameters, those of the loss too. A likelihood with parameters of its own derives it."""

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean loss over the labels present, and their summed weight; scalars."""
        raise TypeError(f"{type(self).__name__} does not say what a batch costs")

    def predict(self, batch: Batch) -> Tensor:
        """Labels in their units, float32 (rows, heads)."""
        raise TypeError(f"{type(self).__name__} does not say what it predicts")


class ScoredNetwork(Scorer):
    """A network and its loss. Auxiliary guesses each add `auxiliary_weight` times their own loss."""

    def __init__(self, network: nn.Module, loss: Loss, auxiliary_weight: float = 0.0) -> None:
        super().__init__()
        self.network, self.loss = network, loss
        self.auxiliary_weight = auxiliary_weight

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean loss over the labels present, and their summed weight; scalars."""
        found: NetworkOutput = self.network(batch)
        target, mask = batch["target"], batch["mask"]
        # The network may run in bfloat16; labels, and distances between them, must not.
        with torch.autocast(target.device.type, enabled=False):
            loss = self.loss(found.outputs, target, mask, found.features)
            if found.auxiliary is not None and self.auxiliary_weight:
                loss = loss + self.auxiliary_weight * self._auxiliary(in_full(found.auxiliary), target, mask)
        return loss, mask.sum()

    def predict(self, batch: Batch) -> Tensor:
        """Labels in their units, float32 (rows, heads)."""
        outputs = self.network(batch).outputs.float()
        with torch.autocast(outputs.device.type, enabled=False):
            return self.loss.decode(outputs)

    def _auxiliary(self, guesses: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        """Σ over terms of the mean loss of the term's guesses (rows, terms, heads, numbers)."""
        rows, terms = guesses.shape[:2]
        weight = mask.repeat_interleave(terms, 0)
        present = torch.where(mask > 0, target, self.loss.mean).repeat_interleave(terms, 0)
        return terms * masked_mean(
            self.loss.elementwise(guesses.reshape(rows * terms, *guesses.shape[2:]), present), weight
        )


def relative_metrics(loss: Loss) -> Metrics:
    """loss (mean squared error in units of the training labels' spread) and pearson, both averaged over heads.

    An error that does not depend on the loss function lets runs of several be compared. pearson is NaN where
    predictions are constant.
    """

    def metrics(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> dict[str, float]:
        scale = loss.scale.double().cpu().numpy()
        errors, correlations = [], []
        for head in range(values.shape[1]):
            known = ~np.isnan(values[:, head])
            if known.sum() > 1:
                measured, guess = values[known, head], predicted[known, head]
                errors.append(float(np.mean(((measured - guess) / scale[head]) ** 2)))
                correlations.append(pearson(measured, guess, constant=float("nan")))
        return {"loss": float(np.mean(errors)), "pearson": float(np.mean(correlations))}

    return metrics


class SupervisedTask:
    """`TrainingTask` over two splits. metrics: judges predictions of the validation rows; see `relative_metrics`.

    A `ScoredNetwork` is judged by `relative_metrics` unless others are given.
    """

    def __init__(
        self,
        module: Scorer,
        train: Labelled,
        validation: Labelled,
        fingerprint: Fingerprint,
        metrics: Metrics | None = None,
    ) -> None:
        self.module = module
        self.splits = {"train": train, "validation": validation}
        self._fingerprint = fingerprint
        if metrics is None:
            assert isinstance(module, ScoredNetwork), "a likelihood of its own comes with its own metrics"
            metrics = relative_metrics(module.loss)
        self._metrics = metrics

    def rows(self, split: str) -> int:
        """Number of rows of a split."""
        return len(self.splits[split].values)

    def batch(self, split: str, rows: NDArray[np.int64]) -> Batch:
        """The network's inputs, `target` float32 (rows, heads) and `mask`, the labels' weights (0 where missing)."""
        chosen, rows = self.splits[split], np.asarray(rows)
        values = chosen.values[rows]
        weights = chosen.weights[rows].reshape(len(rows), -1) * ~np.isnan(values)
        labels = {"target": torch.from_numpy(np.nan_to_num(values)).float(), "mask": torch.from_numpy(weights).float()}
        return chosen.inputs.batch(rows) | labels

    def predict(self, batch: Batch) -> Tensor:
        """Labels in their units, float32 (rows, heads)."""
        return self.module.predict(batch)

    def keys(self, split: str, rows: NDArray[np.int64]) -> list[str]:
        """Names of the rows."""
        return self.splits[split].names(rows)

    def metrics(self, outputs: Tensor) -> dict[str, float]:
        """Scores of the validation rows."""
        return self._metrics(self.splits["validation"].values, outputs.double().numpy())

    def fingerprint(self) -> Fingerprint:
        """As given."""
        return self._fingerprint
