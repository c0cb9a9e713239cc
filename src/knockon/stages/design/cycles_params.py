"""Cycles of design and test in the design study's section of params.yaml, and the planted laboratory."""

from typing import Annotated, Literal

from pydantic import Field

from knockon.stages.param_kinds import (
    LEFT_OUT,
    AtLeastTwo,
    Count,
    NotNegative,
    Positive,
    Probability,
    Section,
    Seed,
    Share,
    Some,
)


class PlantedCycles(Section):
    """Planted cycles of design and test, see `sources.simulate.cycles.CyclesSimulation`."""

    targets: Annotated[int, Field(ge=8, le=900)] = LEFT_OUT
    genes: Annotated[int, Field(ge=8)] = LEFT_OUT
    strains: Annotated[int, Field(ge=10, le=400)] = LEFT_OUT
    cycles: Annotated[int, Field(ge=1, le=6)] = LEFT_OUT
    variation: NotNegative = LEFT_OUT
    shift: NotNegative = LEFT_OUT
    failed: NotNegative = LEFT_OUT
    seed: Seed = LEFT_OUT


class Cycles(Section):
    """Each cycle told from those before. models: see `models.designs.sets.baselines.BUILDERS`. first: the first cycle
    that is told. picked: strains of highest prediction whose titre counts. level: of the intervals.
    """

    models: Some[
        Literal[
            "mean", "nearest", "ridge", "ridge_pairs", "radial", "boosted", "sets", "sets_additive", "sets_no_operons",
            "sets_scaled", "sets_normal",
        ]
    ]  # fmt: skip
    first: Count
    picked: Count
    level: Share
    resamples: Count
    seed: Seed


class PlantedLaboratory(Section):
    """See `sources.simulate.laboratory.LaboratorySimulation`."""

    genes: Annotated[int, Field(ge=4, le=1000)] = LEFT_OUT
    pairs: Probability = LEFT_OUT
    effect: NotNegative = LEFT_OUT
    noise: NotNegative = LEFT_OUT
    growth_noise: NotNegative = LEFT_OUT
    harm: NotNegative = LEFT_OUT
    viable: Probability = LEFT_OUT


class LaboratoryLoop(Section):
    """See `models.designs.laboratory.LoopSettings`."""

    batch: Count = LEFT_OUT
    cycles: Count = LEFT_OUT
    pool: Count = LEFT_OUT
    draws: AtLeastTwo = LEFT_OUT
    feasible: Probability = LEFT_OUT
    diversity: NotNegative = LEFT_OUT
    explore: NotNegative = LEFT_OUT
    pairs: Positive = LEFT_OUT


class Laboratory(Section):
    """A laboratory with a planted truth. most: knock-outs of a strain. first: how far down the last ranking the planted
    optimum counts as found. seeds: laboratories, the first of them first_seed. known: correlation of what other models
    tell of pairs with the planted effects, for `informed`.
    """

    planted: PlantedLaboratory
    loop: LaboratoryLoop
    strategies: Some[
        Literal["random", "singles", "ridge", "greedy", "ucb", "thompson", "expected_improvement", "informed"]
    ]
    most: Annotated[int, Field(ge=1, le=3)]
    first: Count
    known: Share
    seeds: Count
    first_seed: Seed
