"""What each strain of a pool is worth to build next: greedy, optimistic, by one joint draw, by expected improvement.

Joint draws (`PhenotypeModel.draw`) hold what strains have in common, so that a batch's expected best counts a second
strain of the same genes for what it adds, not for what it is alone.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from knockon.arrays import Mask, Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError, nearest

Kind = Literal["greedy", "ucb", "thompson", "expected_improvement"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Acquisition:
    """How a batch is picked; the largest values are wanted (turn the sign to minimise).

    kind: greedy takes the best means; ucb mean + explore · deviation; thompson the best of one joint draw after the
    other; expected_improvement, strain by strain, what raises the expected best of the batch most. feasible: the least
    probability that a strain grows as it must. diversity: what a strain loses, in standard deviations of the pool's
    scores, where all its genes (or their complexes) are in one strain of the batch already. share: the largest share
    of the batch that one gene, or one complex, may be in.
    """

    kind: Kind = "expected_improvement"
    explore: float = 1.0
    feasible: float = 0.8
    diversity: float = 0.5
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise KnockonError(f"acquisition: there is no {self.kind!r}{nearest(self.kind, KINDS)}")
        if not (self.explore >= 0 and self.diversity >= 0 and 0 <= self.feasible <= 1 and 0 < self.share <= 1):
            raise KnockonError(
                "acquisition: explore and diversity are 0 or more, feasible lies in [0, 1] and share in (0, 1]"
            )


@dataclass(frozen=True)
class Pool:
    """Strains to pick from.

    mean, deviation: of the true values, float64 (strains,). draws: joint draws of them, float64 (draws, strains).
    growth: probability that a strain grows as it must, (strains,); ones where nothing is asked. groups: complex (any
    integer; below 0: none) of each gene of `strains.genes`.
    """

    strains: Genotypes
    mean: Values
    deviation: Values
    draws: Values
    growth: Values
    groups: Rows

    def __post_init__(self) -> None:
        columns = (self.mean, self.deviation, self.growth, self.draws.T)
        if any(len(column) != len(self.strains) for column in columns) or len(self.groups) != len(self.strains.genes):
            raise KnockonError("a pool needs mean, deviation, draws and growth of each strain, a group of each gene")


def scores(pool: Pool, acquisition: Acquisition, turn: int, reached: Values) -> Values:
    """What each strain is worth as the next one of the batch, float64 (strains,).

    turn: how many are picked already. reached: in each draw, the best value of those and of what was measured before,
    (draws,); -inf where there is none.
    """
    if acquisition.kind == "greedy":
        return pool.mean
    if acquisition.kind == "ucb":
        return np.asarray(pool.mean + acquisition.explore * pool.deviation)
    if acquisition.kind == "thompson":
        return np.asarray(pool.draws[turn % len(pool.draws)])
    if not np.isfinite(reached).all():
        return pool.mean
    return np.asarray(np.maximum(pool.draws - reached[:, None], 0).mean(axis=0))


def growth_probability(mean: Values, deviation: Values, least: float) -> Values:
    """P(fitness ≥ least) of strains whose fitness is told as a normal distribution, float64 (strains,)."""
    # Here, since scipy.special takes a tenth of a second to import.
    from scipy.special import ndtr

    return np.asarray(ndtr((mean - least) / np.maximum(deviation, 1e-12)), dtype=np.float64)


def feasible(pool: Pool, acquisition: Acquisition) -> Mask:
    """Which strains are likely enough to grow as they must."""
    return np.asarray(pool.growth >= acquisition.feasible)
