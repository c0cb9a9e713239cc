"""Cells under a planted hierarchy of regulators, and a cohort in two states whose drivers are known.

A regulator's activity is its own input, plus what the regulators above it hand down. Genes follow the activities of
their regulators, and products of activities where two regulators cooperate. A diseased sample is a normal one in which
the inputs of its *drivers* are raised: regulators below them are active, too, and drive nothing. All diseased samples
share a program that no regulator drives. A regulator's transcript follows its activity loosely.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Matrix, Values
from knockon.errors import KnockonError

# Share of the genes in the program that all diseased samples have; log2 that a unit of activity adds to a transcript,
# and how much the transcript scatters besides.
_SICK, _OWN, _LOOSE = 0.05, 0.6, 0.6
_ABOVE, _HANDED = 1.5, 0.45


@dataclass(frozen=True)
class RegulatorSimulation:
    """Sizes and noise. regulon: genes of a regulator, on average. pairs: cooperative ones; joint: log2 by unit of the
    product on a joint gene, 0 for an additive world. wrong: share of the known edges that are false, of each regulator
    another share, from none to twice as many. samples: of the compendium, in `studies`. normal, diseased: of the
    cohort. drivers: of each diseased sample; push: by how much their inputs are raised. noise: log2, of a value.
    """

    genes: int = 800
    regulators: int = 50
    regulon: int = 30
    pairs: int = 12
    joint: float = 0.5
    wrong: float = 0.0
    samples: int = 300
    studies: int = 15
    normal: int = 30
    diseased: int = 60
    drivers: int = 2
    push: float = 1.5
    noise: float = 0.8
    batch: float = 0.3
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse sizes of which nothing can be made. Raises KnockonError."""
        if not 4 <= self.regulators <= self.genes // 4 or not 1 <= self.regulon <= self.genes // 2:
            raise KnockonError("simulated regulators: give 4 … genes / 4 regulators, with regulons of 1 … genes / 2")
        if not 0 <= self.pairs <= self.regulators // 2 or not 1 <= self.drivers <= self.regulators // 2:
            raise KnockonError("simulated regulators: pairs and drivers must not exceed half the regulators")
        if self.samples < 2 * self.studies or min(self.studies, self.normal, self.diseased) < 2:
            raise KnockonError("simulated regulators: at least 2 studies of 2 samples, and 2 of each state, are needed")
        if not 0 <= self.wrong <= 0.5:
            raise KnockonError("simulated regulators: wrong must lie in 0 … 0.5")
        if min(self.joint, self.push, self.noise, self.batch, self.seed) < 0:
            raise KnockonError("simulated regulators: joint, push, noise, batch and seed must not be negative")


@dataclass(frozen=True)
class PlantedRegulators:
    """What is seen, and the truth. The first genes are the regulators.

    signs: int64 (regulators, genes), 1, −1, and 0 without an edge, as they are known. compendium: float32 (samples,
    genes), log2; studies: int64 (samples,). cohort: float32 (samples, genes); diseased: bool. drivers: int64 (diseased
    samples, drivers). pairs: int64 (pairs, 2), cooperative, each ascending.
    """

    signs: Integers
    compendium: Matrix
    studies: Integers
    cohort: Matrix
    diseased: Mask
    drivers: Integers
    pairs: Integers


@dataclass(frozen=True)
class _World:
    handed: Values
    weights: Values
    pairs: Integers
    joint: Values
    base: Values


def plant_regulators(settings: RegulatorSimulation) -> PlantedRegulators:
    """Draw the world, the compendium and the cohort; equal settings give equal arrays."""
    world, random = _world(settings), np.random.default_rng([settings.seed, 32])
    studies = np.arange(settings.samples) % settings.studies
    compendium = _levels(settings, world, random.normal(0, 1, (settings.samples, settings.regulators)), random)
    compendium += random.normal(0, settings.batch, (settings.studies, settings.genes))[studies]
    count = settings.normal + settings.diseased
    inputs = random.normal(0, 0.6, (count, settings.regulators))
    diseased = np.arange(count) >= settings.normal
    drivers = _drivers(settings, world.pairs, random)
    np.add.at(inputs, (np.flatnonzero(diseased)[:, None], drivers), settings.push)
    cohort = _levels(settings, world, inputs, random)
    sick = np.where(random.random(settings.genes) < _SICK, random.normal(0, 1.5, settings.genes), 0.0)
    cohort[diseased] += sick
    seen = _known(settings, world), compendium.astype(np.float32), studies, cohort.astype(np.float32)
    return PlantedRegulators(*seen, diseased, drivers, world.pairs)


def _world(settings: RegulatorSimulation) -> _World:
    random = np.random.default_rng([settings.seed, 31])
    count, genes = settings.regulators, settings.genes
    # A regulator is under earlier ones alone, so that activity is handed down without a circle.
    above = np.triu(random.random((count, count)) < 2 * _ABOVE / count, 1)
    handed = np.where(above, random.choice([-_HANDED, _HANDED], (count, count), p=[0.3, 0.7]), 0.0)
    sizes = random.normal(0.8, 0.25, (count, genes)).clip(0.2) * np.where(random.random((count, genes)) < 0.7, 1, -1)
    weights = sizes * (random.random((count, genes)) < settings.regulon / genes)
    weights[:, :count] = handed
    pairs = np.sort(random.permutation(count)[: 2 * settings.pairs].reshape(-1, 2), axis=1)
    chosen = random.random((settings.pairs, genes)) < settings.regulon / genes
    joint = np.where(chosen, random.normal(0, settings.joint, chosen.shape), 0.0)
    joint[:, :count] = 0
    return _World(handed, weights, pairs.astype(np.int64), joint, random.normal(6, 1.5, genes))


def _known(settings: RegulatorSimulation, world: _World) -> Integers:
    """Signs of the edges that a database has: some are moved to a gene that the regulator does not act on."""
    random = np.random.default_rng([settings.seed, 33])
    signs = np.sign(world.weights).astype(np.int64)
    shares = random.uniform(0, 2 * settings.wrong, settings.regulators)
    for regulator, share in enumerate(shares):
        edges = np.flatnonzero(signs[regulator])
        moved = edges[random.random(len(edges)) < share]
        free = random.permutation(np.flatnonzero(signs[regulator] == 0))[: len(moved)]
        signs[regulator, free], signs[regulator, moved] = signs[regulator, moved], 0
    return signs


def _drivers(settings: RegulatorSimulation, pairs: Integers, random: np.random.Generator) -> Integers:
    """Drivers of every diseased sample: of each second one a cooperative pair, where a sample has two drivers."""
    drawn = np.argsort(random.random((settings.diseased, settings.regulators)), axis=1)[:, : settings.drivers]
    if settings.drivers == 2 and len(pairs):
        drawn[::2] = pairs[random.integers(len(pairs), size=len(drawn[::2]))]
    return drawn.astype(np.int64)


def _levels(settings: RegulatorSimulation, world: _World, inputs: Values, random: np.random.Generator) -> Values:
    """log2 levels, (samples, genes), from the regulators' own inputs, (samples, regulators)."""
    count = settings.regulators
    activity = inputs @ np.linalg.inv(np.eye(count) - world.handed)
    below = world.weights.copy()
    below[:, :count] = 0
    log = (
        world.base + activity @ below + (activity[:, world.pairs[:, 0]] * activity[:, world.pairs[:, 1]]) @ world.joint
    )
    log[:, :count] += _OWN * activity + random.normal(0, _LOOSE, activity.shape)
    return log + random.normal(0, settings.noise, log.shape)
