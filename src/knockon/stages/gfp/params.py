"""The avGFP study's section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from knockon.stages.param_kinds import (
    LEFT_OUT,
    Count,
    LossName,
    NotNegative,
    Number,
    Positive,
    Probability,
    Section,
    Seed,
    Share,
    Some,
    Text,
)

RepresentationName = Literal["one_hot", "mutations", "esm2_tokens", "unirep64", "esm2"]
ModelName = Literal["additive", "base", "improved", "mimo", "mimo_published", "ensemble", "global_epistasis"]
Noise = Literal["heteroscedastic", "constant"]


class Simulation(Section):
    """A planted landscape, see `sources.simulate.gfp.GfpSimulation`."""

    variants: Annotated[int, Field(ge=100, le=500_000)] = LEFT_OUT
    residues: Annotated[int, Field(ge=20, le=1_000)] = LEFT_OUT
    noise: NotNegative = LEFT_OUT
    seed: Seed = LEFT_OUT


class Split(Section):
    """How variants are split."""

    seed: Seed


class Esm2(Section):
    """A folder, or a name on the hub."""

    model: Text
    download: bool


class Embed(Section):
    """Which representations of variants are built."""

    representations: Some[RepresentationName]
    esm2: Esm2


class Seeds(Section):
    """Seeds of the fits on each split; the first of the imbalanced ones chooses from the grid."""

    imbalanced: Some[Seed]
    balanced: Some[Seed]


class Train(Section):
    """Which models are trained. threads: of a fit."""

    models: Some[ModelName]
    seeds: Seeds
    threads: Count


class Model(Section):
    """What every model is told besides its grid."""

    representations: Some[RepresentationName]
    select: Literal["validation", "more_mutations"]


class AdditiveGrid(Section):
    """Of the additive model."""

    shrinkage: Some[NotNegative]


class Additive(Model):
    """The additive model: a closed form."""

    grid: AdditiveGrid


class TrainedModel(Model):
    """A model that is trained step by step. grid_epochs: of a fit of the grid; null: as many as of any other."""

    grid_epochs: Count | None = LEFT_OUT
    epochs: Count
    batch_size: Count
    patience: Count | None
    weight_decay: NotNegative
    clip: Positive | None


class TrainedGrid(Section):
    """Settings that any grid of a trained model may vary, the learning rate among them in all."""

    learning_rate: Some[Positive]
    epochs: Some[Count] = LEFT_OUT
    batch_size: Some[Count] = LEFT_OUT
    patience: Some[Count | None] = LEFT_OUT
    weight_decay: Some[NotNegative] = LEFT_OUT
    clip: Some[Positive | None] = LEFT_OUT


class NetworkGrid(TrainedGrid):
    """Of a network."""

    loss: Some[LossName]


class MimoGrid(NetworkGrid):
    """Of a MIMO network. mixed: one pass for all subnetworks."""

    mixed: Some[bool] = LEFT_OUT
    subnetworks: Some[Count] = LEFT_OUT


class PublishedMimoGrid(MimoGrid):
    """Of Havasi's MIMO network."""

    repetition: Some[Probability] = LEFT_OUT


class EnsembleGrid(NetworkGrid):
    """Of the ensemble."""

    members: Some[Count] = LEFT_OUT


class GlobalEpistasisGrid(TrainedGrid):
    """Of global epistasis."""

    shrinkage: Some[NotNegative]
    noise: Some[Noise]


class Convolutions(Section):
    """Sizes of the convolutional network, see `models.variants.improved.Convolutions`."""

    embedding: Count = LEFT_OUT
    channels: Count = LEFT_OUT
    kernel: Count = LEFT_OUT
    hidden: Count = LEFT_OUT


class Base(TrainedModel):
    """A linear network."""

    grid: NetworkGrid


class Improved(TrainedModel):
    """The convolutional network."""

    grid: NetworkGrid
    sizes: Convolutions


class Mimo(TrainedModel):
    """Several subnetworks in one: subnetwork k learns from variants of k mutations."""

    grid: MimoGrid
    sizes: Convolutions
    subnetworks: Count


class PublishedMimo(TrainedModel):
    """MIMO as published. repetition: probability that all subnetworks are given the same variant."""

    grid: PublishedMimoGrid
    sizes: Convolutions
    subnetworks: Count
    repetition: Probability


class Ensemble(TrainedModel):
    """So many networks, together as many epochs as one."""

    grid: EnsembleGrid
    sizes: Convolutions
    members: Count


class GlobalEpistasis(TrainedModel):
    """A latent sum and a sigmoid."""

    grid: GlobalEpistasisGrid


class Models(Section):
    """A section for each model."""

    additive: Additive
    base: Base
    improved: Improved
    mimo: Mimo
    mimo_published: PublishedMimo
    ensemble: Ensemble
    global_epistasis: GlobalEpistasis


class Evaluate(Section):
    """How scores are taken. levels: of the prediction intervals."""

    levels: Some[Share]
    resamples: Count
    seed: Seed


class Study(Section):
    """All of `gfp`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    nonsense: Literal["tape", "truncate", "drop"]
    bright: Number
    split: Split
    embed: Embed
    train: Train
    models: Models
    evaluate: Evaluate
