"""MIMO: M subnetworks in one network, each with an input layer and an output layer of its own and a shared trunk.

Havasi et al. 2021, ICLR, "Training independent subnetworks for robust prediction". In training each subnetwork sees
another variant and answers for it; at test all see the same one, and their answers are averaged.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.arrays import Rows
from knockon.errors import KnockonError
from knockon.models.supervised import NetworkOutput, ScoredNetwork
from knockon.models.variants.improved import Convolutions, InputLayer, Trunk
from knockon.training.task import Batch


class MimoNetwork(nn.Module):
    """The improved network with M input layers, one trunk and M heads.

    mixed: the outcomes of the input layers are summed into one pass through the trunk, which is the published first
    layer, one convolution over the concatenated channels of M inputs. Otherwise each passes the trunk by itself.
    """

    def __init__(
        self, subnetworks: int, reference: Tensor, outputs: int, sizes: Convolutions, mixed: bool = True
    ) -> None:
        super().__init__()
        self.subnetworks, self.mixed = subnetworks, mixed
        self.inputs = nn.ModuleList(InputLayer(reference, sizes) for _ in range(subnetworks))
        self.trunk = Trunk(len(reference), sizes)
        self.heads = nn.ModuleList(nn.Linear(sizes.hidden, outputs) for _ in range(subnetworks))

    def forward(self, batch: Batch) -> NetworkOutput:
        """From `inputs`, tokens (rows, M, length): outputs (rows, M, outputs) and features (rows, hidden)."""
        layers = [layer(batch["inputs"][:, number]) for number, layer in enumerate(self.inputs)]
        if self.mixed:
            features = self.trunk(torch.stack(layers).sum(0))
            return NetworkOutput(torch.stack([head(features) for head in self.heads], dim=1), features)
        apart = self.trunk(torch.cat(layers)).chunk(self.subnetworks)
        outputs = torch.stack([head(features) for head, features in zip(self.heads, apart, strict=True)], dim=1)
        return NetworkOutput(outputs, torch.stack(apart).mean(0))


class ScoredMimo(ScoredNetwork):
    """A MIMO network and the loss of its one label, which all its M heads answer for: to the loss they are rows."""

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean loss over all answers, and their summed weight; `target` and `mask` are (rows, M)."""
        found: NetworkOutput = self.network(batch)
        target, mask = batch["target"].reshape(-1, 1), batch["mask"].reshape(-1, 1)
        answers = found.outputs.shape[1]
        # A row's features are many numbers, which most losses don't read.
        features = found.features.repeat_interleave(answers, dim=0) if self.loss.needs_features else found.features
        return self.loss(found.outputs.flatten(0, 1).unsqueeze(1), target, mask, features), mask.sum()

    def predict(self, batch: Batch) -> Tensor:
        """The label by each head, float32 (rows, M)."""
        outputs = self.network(batch).outputs.float()
        decoded: Tensor = self.loss.decode(outputs.flatten(0, 1).unsqueeze(1))
        return decoded.reshape(outputs.shape[:2])


def by_number(train: Rows, mutations: NDArray[np.int64], subnetworks: int, epochs: int, seed: int) -> Rows:
    """Training rows where subnetwork k gets variants of k mutations, int64, shape (epochs · rows, M).

    An epoch holds ten times the variants of one mutation, and as many of 2 … M, freshly drawn without replacement (as
    often as they go in where they are fewer). With 877 single mutants that is 8,770 rows. mutations: by variant, over
    all variants. Raises KnockonError where a number of mutations has no training variant.
    """
    groups = [train[mutations[train] == number] for number in range(1, subnetworks + 1)]
    if empty := [number for number, group in enumerate(groups, 1) if not len(group)]:
        raise KnockonError(f"no training variant has {empty[0]} mutations; MIMO by number needs 1 … {subnetworks}")
    random = np.random.default_rng([seed, 1])
    rows = 10 * len(groups[0])
    return np.concatenate([np.column_stack([_filled(random, group, rows) for group in groups]) for _ in range(epochs)])


def shuffled(train: Rows, subnetworks: int, epochs: int, repetition: float, seed: int) -> Rows:
    """Training rows as published: each subnetwork gets a shuffle of its own; int64, shape (epochs · rows, M).

    repetition: probability that a row holds the same variant for all subnetworks, which then share what they learn.
    """
    if not 0 <= repetition <= 1:
        raise KnockonError(f"MIMO: the probability of input repetition is {repetition}; it must lie between 0 and 1")
    random = np.random.default_rng([seed, 2])
    epochs_drawn = []
    for _ in range(epochs):
        drawn = np.column_stack([random.permutation(train) for _ in range(subnetworks)])
        same = random.random(len(train)) < repetition
        drawn[same] = drawn[same, :1]
        epochs_drawn.append(drawn)
    return np.concatenate(epochs_drawn)


def _filled(random: np.random.Generator, group: Rows, rows: int) -> Rows:
    """`rows` draws from a group: whole shuffles of it, then a part of one."""
    shuffles = [random.permutation(group) for _ in range(-(-rows // len(group)))]
    return np.concatenate(shuffles)[random.permutation(rows)] if len(shuffles) > 1 else shuffles[0][:rows]
