"""The training task of networks that predict labels of strains: any network, any loss, any number of heads."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.correlation import pearson
from knockon.dataset.genotypes import Genotypes
from knockon.losses.loss import Loss, masked_mean
from knockon.training.task import Batch

AUXILIARY_WEIGHT = 0.3
"""Of the guesses that a network makes on the way (DCell's terms), beside its main output; Ma et al. 2018."""


@dataclass(frozen=True)
class NetworkOutput:
    """What a network gives for a batch.

    outputs: (rows, heads, numbers per head), for the loss. features: (rows, width), the last hidden layer, for losses
    that shape it. auxiliary: (rows, terms, heads, numbers per head), more guesses at the same labels, or None.
    """

    outputs: Tensor
    features: Tensor
    auxiliary: Tensor | None = None


class StrainInputs(Protocol):
    """The network's view of a split's rows."""

    def batch(self, rows: NDArray[np.int64]) -> Batch:
        """The tensors of the chosen rows."""


@dataclass(frozen=True)
class Labelled:
    """A split. values: float64 (rows, heads), NaN where missing.

    weights: float64 (rows,), as `Examples.weights`, or (rows, heads) where each label has its own.
    keys: by which a person finds the rows. strains: the rows' genotypes, whose genes say more than keys do.
    """

    inputs: StrainInputs
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    keys: NDArray[np.uint64]
    strains: Genotypes | None = None


class ScoredNetwork(nn.Module):
    """A network and its loss. Auxiliary guesses each add `auxiliary_weight` times their own loss."""

    def __init__(self, network: nn.Module, loss: Loss, auxiliary_weight: float = 0.0) -> None:
        super().__init__()
        self.network, self.loss = network, loss
        self.auxiliary_weight = auxiliary_weight

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean loss over the labels present, and their summed weight; scalars."""
        found: NetworkOutput = self.network(batch)
        target, mask = batch["target"], batch["mask"]
        loss = self.loss(found.outputs, target, mask, found.features)
        if found.auxiliary is not None and self.auxiliary_weight:
            loss = loss + self.auxiliary_weight * self._auxiliary(found.auxiliary, target, mask)
        return loss, mask.sum()

    def predict(self, batch: Batch) -> Tensor:
        """Labels in their units, float32 (rows, heads)."""
        return self.loss.decode(self.network(batch).outputs.float())

    def _auxiliary(self, guesses: Tensor, target: Tensor, mask: Tensor) -> Tensor:
        """Σ over terms of the mean loss of the term's guesses (rows, terms, heads, numbers)."""
        rows, terms = guesses.shape[:2]
        weight = mask.repeat_interleave(terms, 0)
        present = torch.where(mask > 0, target, self.loss.mean).repeat_interleave(terms, 0)
        return terms * masked_mean(
            self.loss.elementwise(guesses.reshape(rows * terms, *guesses.shape[2:]), present), weight
        )


class SupervisedTask:
    """`TrainingTask` over two splits. Its metrics: loss (mean squared error, in units of the label's spread), pearson.

    Both average over heads; a loss that is comparable across loss functions lets runs of several be compared.
    """

    def __init__(
        self,
        module: ScoredNetwork,
        train: Labelled,
        validation: Labelled,
        fingerprint: dict[str, str | int | float | bool | None],
    ) -> None:
        self.module = module
        self.splits = {"train": train, "validation": validation}
        self._fingerprint = fingerprint

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
        """The rows' perturbed genes, as in "YAL001C;YBR020W"; their keys in hexadecimal where there are no strains."""
        chosen = self.splits[split]
        if chosen.strains is None:
            return [f"{key:016x}" for key in chosen.keys[rows].tolist()]
        found = chosen.strains.take(rows)
        ends = found.indptr.tolist()
        names = [found.genes[gene] for gene in found.indices.tolist()]
        return [";".join(names[start:end]) for start, end in pairwise(ends)]

    def metrics(self, outputs: Tensor) -> dict[str, float]:
        """Scores of the validation rows; pearson is NaN where predictions are constant."""
        truth, guess = self.splits["validation"].values, outputs.double().numpy()
        scale = self.module.loss.scale.double().cpu().numpy()
        errors, correlations = [], []
        for head in range(truth.shape[1]):
            known = ~np.isnan(truth[:, head])
            if known.sum() > 1:
                wanted, got = truth[known, head], guess[known, head]
                errors.append(float(np.mean(((wanted - got) / scale[head]) ** 2)))
                correlations.append(pearson(wanted, got, constant=float("nan")))
        return {"loss": float(np.mean(errors)), "pearson": float(np.mean(correlations))}

    def fingerprint(self) -> dict[str, str | int | float | bool | None]:
        """As given."""
        return self._fingerprint
