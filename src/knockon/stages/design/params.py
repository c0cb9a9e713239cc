"""The design study's section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from knockon.stages.design.cycles_params import Cycles, Laboratory, PlantedCycles
from knockon.stages.design.flux_params import Coupling, Flux
from knockon.stages.param_kinds import (
    LEFT_OUT,
    AtLeastTwo,
    Count,
    NotNegative,
    Number,
    Positive,
    Section,
    Seed,
    Some,
    Text,
)

Group = Literal["betaxanthin", "metabolome", "literature", "growth"]
ModelName = Literal[
    "mean", "fitness", "tyrosine", "phenylalanine", "nearest", "ridge", "gp", "boosted", "trio", "blend"
]


class Phenotypes(Section):
    """Planted screens of single deletions, see `sources.simulate.design.DesignSimulation`."""

    noise: NotNegative = LEFT_OUT
    confounding: Number = LEFT_OUT
    seed: Seed = LEFT_OUT


class Simulation(Section):
    """What is planted."""

    phenotypes: Phenotypes
    cycles: PlantedCycles


class Features(Section):
    """What is known of each gene. components: leading directions of a wide block; network: of all networks together."""

    components: Count
    network: Count
    reported: AtLeastTwo


class Train(Section):
    """Which models are fitted. folds: of genes that are held out."""

    models: Some[ModelName]
    folds: Annotated[int, Field(ge=2)]
    seed: Seed


class NearestSettings(Section):
    """See `models.designs.baselines.Nearest`."""

    neighbours: Count = LEFT_OUT
    prior: Positive = LEFT_OUT


class Model(Section):
    """groups: those of phenotypes that it is fitted on. settings: see `models.designs.registry`."""

    kind: Literal["mean", "nearest"]
    groups: Some[Group]
    settings: NearestSettings = LEFT_OUT


class RidgeSettings(Section):
    """See `models.designs.ridge.Ridge`."""

    features: Some[Text] = LEFT_OUT


class Ridge(Section):
    """On all dense features, or on some."""

    kind: Literal["ridge"]
    groups: Some[Group]
    settings: RidgeSettings = LEFT_OUT


class GpSettings(Section):
    """See `models.designs.gaussian.GaussianProcess`."""

    tuned: AtLeastTwo = LEFT_OUT
    draws: Count = LEFT_OUT
    steps: Count = LEFT_OUT
    directions: Count = LEFT_OUT


class Gp(Section):
    """A Gaussian process."""

    kind: Literal["gp"]
    groups: Some[Group]
    settings: GpSettings = LEFT_OUT


class BoostedSettings(Section):
    """See `models.designs.boosted.Boosted`."""

    rounds: Count = LEFT_OUT
    rate: Positive = LEFT_OUT
    leaves: AtLeastTwo = LEFT_OUT
    rows: Count = LEFT_OUT
    folds: AtLeastTwo = LEFT_OUT


class Boosted(Section):
    """Gradient boosting."""

    kind: Literal["boosted"]
    groups: Some[Group]
    settings: BoostedSettings = LEFT_OUT


class Members(Section):
    """Members of a blend, each with its settings."""

    mean: Section = LEFT_OUT
    nearest: NearestSettings = LEFT_OUT
    ridge: RidgeSettings = LEFT_OUT
    gp: GpSettings = LEFT_OUT
    boosted: BoostedSettings = LEFT_OUT


class BlendSettings(Section):
    """See `models.designs.blend.Blend`."""

    members: Members = LEFT_OUT


class Blend(Section):
    """A blend of others."""

    kind: Literal["blend"]
    groups: Some[Group]
    settings: BlendSettings = LEFT_OUT


class Models(Section):
    """A section for each model."""

    mean: Model
    fitness: Ridge
    tyrosine: Ridge
    phenylalanine: Ridge
    nearest: Model
    ridge: Ridge
    gp: Gp
    boosted: Boosted
    trio: Blend
    blend: Blend


class Evaluate(Section):
    """How intervals of the scores are taken: draws of genes."""

    resamples: Count
    seed: Seed


class Growth(Section):
    """How errors of told fitness are judged. folds: of genes, and of strains. least: fitness whose chance is told."""

    folds: Annotated[int, Field(ge=2)]
    least: Positive
    seed: Seed


class Heads(Section):
    """Beside the heads of yeast's joint network. models: told in folds of genes; fitted: on the network's strains."""

    models: Some[ModelName]
    fitted: ModelName
    resamples: Count
    seed: Seed


class FluxBlock(Section):
    """Fluxes as features. models: told with and without; groups: of phenotypes; slow: those that trees tell, too."""

    models: Some[Literal["ridge", "boosted"]]
    groups: Some[Group]
    slow: list[Group]
    resamples: Count
    seed: Seed


class Study(Section):
    """All of `design`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    features: Features
    train: Train
    models: Models
    evaluate: Evaluate
    heads: Heads
    growth: Growth
    flux: Flux
    coupling: Coupling
    flux_block: FluxBlock
    cycles: Cycles
    laboratory: Laboratory
