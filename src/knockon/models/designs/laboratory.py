"""Cycles of design and test in a laboratory with a planted truth: how fast each way of choosing finds the best strain.

All start from the same measured single knock-outs. A cycle builds a batch; what does not grow takes its place in the
batch and shows nothing. The truth is asked for measurements alone, and at the end for how good the choice was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from knockon.arrays import Integers, Mask, Rows, Values
from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.designs.acquisition import KINDS, Acquisition, Pool, growth_probability
from knockon.models.designs.batch import choose_batch
from knockon.models.designs.candidates import SetEffects
from knockon.models.designs.protocol import Measured
from knockon.models.designs.sets.baselines import Ridge
from knockon.models.designs.sets.process import SetModel, SetSettings

STRATEGIES = ("random", "singles", "ridge", *KINDS, "informed")
"""random: any set. singles: the sum of the measured single knock-outs. ridge: additive Bayesian ridge, greedily.
informed: the model of sets with what is told of pairs beforehand, by expected improvement. The others: the model of
sets, by this acquisition.
"""

Measure = Callable[[Rows], tuple[Values, Values]]
"""Numbers of candidates → their measured values (NaN: did not grow) and growth, float64 (candidates,)."""


@dataclass(frozen=True)
class LoopSettings:
    """batch: strains a cycle. cycles: of building. pool: the candidates of best mean that an acquisition looks at.
    draws: joint draws. viable: growth that a strain must have. feasible, diversity, explore: see `Acquisition`. pairs:
    see `SetSettings`; a laboratory that has measured nothing but single knock-outs must look for pairs.
    """

    batch: int = 10
    cycles: int = 6
    pool: int = 300
    draws: int = 256
    viable: float = 0.5
    feasible: float = 0.8
    diversity: float = 0.3
    explore: float = 1.0
    pairs: float = 0.3

    def __post_init__(self) -> None:
        if min(self.batch, self.cycles, self.draws) < 1 or self.pool < self.batch:
            raise KnockonError("laboratory: batch, cycles and draws are 1 or more, and a pool holds a batch at least")


@dataclass(frozen=True)
class Loop:
    """What was built: numbers of candidates, in order, int64 (strains,), with their measured values and growth. cycles:
    that each was built in, the first ones 0. told: the last model's mean of every candidate, float64 (candidates,), and
    grows: its probability that it grows as it must; 0 or 1 for what was built.
    """

    built: Rows
    values: Values
    growth: Values
    cycles: Integers
    told: Values
    grows: Values


def run_loop(
    candidates: Mask, start: Rows, measure: Measure, strategy: str, settings: LoopSettings, seed: int,
    told_pairs: Values | None = None,
) -> Loop:  # fmt: skip
    """Build `start`, then cycle by cycle what the strategy chooses. candidates: bool (candidates, genes).

    told_pairs: what other models tell of the effects of pairs, float64 (genes, genes), for `informed`.
    """
    if strategy not in STRATEGIES:
        raise KnockonError(f"laboratory: there is no strategy {strategy!r}; there are {', '.join(STRATEGIES)}")
    strains = genotypes_of_mask(candidates)
    none = np.zeros(len(strains.genes))
    prior = None if told_pairs is None or strategy != "informed" else SetEffects(strains.genes, 0.0, none, told_pairs)
    built, cycles = start, np.zeros(len(start), dtype=np.int64)
    values, growth = measure(start)
    for cycle in range(1, settings.cycles + 1):
        told, deviation, grows, model = _told(strains, built, values, growth, strategy, settings, prior)
        chosen = _choose(strains, built, values, (told, deviation, grows, model), strategy, settings, [seed, cycle])
        more, grown = measure(chosen)
        built, cycles = np.concatenate([built, chosen]), np.concatenate([cycles, np.full(len(chosen), cycle)])
        values, growth = np.concatenate([values, more]), np.concatenate([growth, grown])
    told, _, grows, _ = _told(strains, built, values, growth, strategy, settings, prior)
    # What was measured needs no prediction: a strain with a value grew, whatever the noise made of its growth.
    grows[built] = np.isfinite(values)
    return Loop(built, values, growth, cycles, told, grows)


def genotypes_of_mask(sets: Mask) -> Genotypes:
    """Sets of numbered genes, bool (sets, genes), as strains."""
    genes = np.nonzero(sets)[1]
    indptr = np.concatenate([[0], np.cumsum(sets.sum(axis=1))]).astype(np.int64)
    width = len(str(sets.shape[1]))
    return Genotypes(tuple(f"G{gene:0{width}d}" for gene in range(sets.shape[1])), indptr, genes.astype(np.int32))


def _told(
    strains: Genotypes, built: Rows, values: Values, growth: Values, strategy: str, settings: LoopSettings,
    prior: SetEffects | None,
) -> tuple[Values, Values, Values, Any]:  # fmt: skip
    """Mean, deviation and probability of growth of every candidate, and the model where it can draw."""
    grew = np.isfinite(values)
    nothing = np.full(int(grew.sum()), np.nan)
    measured = Measured(strains.take(built[grew]), values[grew], nothing)
    ones = np.ones(len(strains))
    if strategy == "random":
        return 0 * ones, ones, ones, None
    if strategy == "singles":
        sums = np.zeros(len(strains.genes))
        alone = measured.strains.counts == 1
        sums[measured.strains.indices[measured.strains.indptr[:-1][alone]]] = measured.values[alone]
        return strains.matrix() @ sums, ones, ones, None
    fitness = SetModel(SetSettings(tail=float("inf")))
    fitness.learn(Measured(strains.take(built), growth, np.full(len(built), np.nan)), None, None)
    mean, deviation, _ = fitness.told(strains)
    grows = growth_probability(mean, deviation, settings.viable)
    if strategy == "ridge":
        ridge = Ridge()
        ridge.fit(measured, None, 0)
        told = ridge.predict(strains)
        return told.mean, told.deviation, grows, None
    model = SetModel(SetSettings(tail=float("inf"), pairs=settings.pairs), prior)
    # One laboratory, one way to measure: its cycles do not differ.
    model.learn(measured, None, None)
    mean, true, _ = model.told(strains)
    return mean, true, grows, model


def _choose(
    strains: Genotypes, built: Rows, values: Values, told: tuple[Values, Values, Values, Any], strategy: str,
    settings: LoopSettings, seed: list[int],
) -> Rows:  # fmt: skip
    mean, deviation, grows, model = told
    new = np.ones(len(strains), dtype=np.bool_)
    new[built] = False
    if strategy == "random":
        return np.sort(np.random.default_rng([*seed, 5]).choice(np.flatnonzero(new), settings.batch, replace=False))
    likely = new & (grows >= settings.feasible)
    open_rows = likely if likely.sum() >= settings.batch else new
    optimistic = mean + settings.explore * deviation * (model is not None)
    ordered = np.argsort(np.where(open_rows, -optimistic, np.inf), kind="stable")
    pool = ordered[: min(settings.pool, int(open_rows.sum()))]
    if model is None:
        return ordered[: settings.batch]
    draws = model.draw(strains.take(pool), settings.draws, seed[0] * 1000 + seed[1])
    groups = np.full(len(strains.genes), -1)
    offered = Pool(strains.take(pool), mean[pool], deviation[pool], draws, np.ones(len(pool)), groups)
    kind = "expected_improvement" if strategy == "informed" else strategy
    acquisition = Acquisition(kind, settings.explore, 0.0, settings.diversity)  # type: ignore[arg-type]
    return pool[choose_batch(offered, settings.batch, acquisition, float(np.nanmax(values))).rows]
