"""From predictions to a batch: an acquisition picks the strains to build next, not ten of one kind.

Whatever picks, the batch says what it is worth: the expected best of its strains under joint draws of the model, where
strains that share genes rise and fall together.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from knockon.arrays import Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError

KINDS = ("greedy", "ucb", "thompson", "expected_improvement")


@dataclass(frozen=True)
class Acquisition:
    """How a batch is picked; the largest values are wanted (turn the sign to minimise).

    kind: greedy takes the best means; ucb mean + explore · deviation; thompson the best of one joint draw after the
    other; expected_improvement, strain by strain, what raises the expected best of the batch most. feasible: the least
    probability that a strain grows as it must. diversity: what a strain loses, in standard deviations of the pool's
    scores, where all its genes (or their complexes) are in the batch already. share: the largest share of the batch
    that one gene, or one complex, may be in.
    """

    kind: Literal["greedy", "ucb", "thompson", "expected_improvement"] = "expected_improvement"
    explore: float = 1.0
    feasible: float = 0.8
    diversity: float = 0.5
    share: float = 0.5


@dataclass(frozen=True)
class Pool:
    """Strains to pick from. draws: joint draws of their true values, float64 (draws, strains); mean, deviation: of the
    true values, float64 (strains,). growth: probability that a strain grows as it must, (strains,); ones where nothing
    is asked. groups: complex (any integer; below 0: none) of each gene of `strains.genes`.
    """

    strains: Genotypes
    mean: Values
    deviation: Values
    draws: Values
    growth: Values
    groups: Rows


@dataclass(frozen=True)
class Batch:
    """rows: of the pool, in the order of picking. scores: by the acquisition when picked. expected_best: of the first
    1, 2, … strains, float64 (batch,): what the batch is worth, in the phenotype's unit. gain: how far the whole batch
    is expected to exceed `best` (0 where it does not), NaN where no best was given.
    """

    rows: Rows
    scores: Values
    expected_best: Values
    gain: float


def choose_batch(pool: Pool, size: int, acquisition: Acquisition, best: float = np.nan) -> Batch:
    """Pick `size` strains. best: the largest value so far measured. Deterministic: the draws hold all chance.

    Raises KnockonError where a setting is none, or where fewer strains than `size` may be picked: it says why.
    """
    raise NotImplementedError
