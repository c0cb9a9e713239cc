"""The affinity study's section of params.yaml."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from knockon.stages.affinity.task_params import Tasks
from knockon.stages.affinity.tower_params import RunName, TowerSettings
from knockon.stages.param_kinds import (
    LEFT_OUT,
    AtLeastTwo,
    Count,
    Dropout,
    Language,
    NotNegative,
    Number,
    Positive,
    Probability,
    PublishedModel,
    Section,
    Seed,
    Share,
    Size,
    Some,
    Text,
    Training,
)

Likelihood = Literal["mse", "censored"]
Hide = Literal["pairs", "series", "proteins", "families"]


class Simulation(Section):
    """A planted pocket × pharmacophore truth, see `sources.simulate.affinity.AffinitySimulation`."""

    ligands: Annotated[int, Field(ge=30, le=10_000)] = LEFT_OUT
    proteins: Annotated[int, Field(ge=30, le=10_000)] = LEFT_OUT
    complexes: Annotated[int, Field(ge=100, le=100_000)] = LEFT_OUT
    noise: NotNegative = LEFT_OUT
    seed: Seed = LEFT_OUT


class Sides(Section):
    """Shares of the measurements, and the seed by which groups are drawn."""

    validation: Share
    test: Share
    seed: Seed


class Split(Section):
    """How measurements are split; see docs/affinity.md for what each split promises.

    both: shares of ligands and of proteins in the split that is cold in both. ligand_similarity, near_ligand: Tanimoto
    similarities. protein_share, relatives: shares of 6-mers.
    """

    cold: Sides
    both: Sides
    ligand_similarity: Share
    protein_share: Share
    relatives: Some[Share]
    near_ligand: Probability


ModelName = Literal[
    "mean",
    "biases",
    "ligand_only",
    "protein_only",
    "nearest_analogue",
    "boosted",
    "boosted_ligand",
    "convolution",
    "dual_regression",
    "dual_contrastive",
    "dual_joint",
    "dual_diagonal",
]


class Train(Section):
    """Which models are fitted on which runs.

    served: the run whose fits go into models/affinity. headlined: runs that models with further `seeds` are fitted on
    from each of them. binders: source → strength from which on a pair binds. threads: of a network's fit.
    """

    models: Some[ModelName]
    runs: Some[RunName]
    served: RunName
    headlined: list[RunName]
    binders: dict[Text, Number]
    seed: Seed
    threads: Count


class Model(Section):
    """What any model may be told.

    runs: those that it is fitted on, where not on all; the served one is always. seeds: further ones, from which it is
    fitted on headlined runs.
    """

    runs: Some[RunName] = LEFT_OUT
    seeds: Some[Seed] = LEFT_OUT


class BiasesSettings(Section):
    """See `models.binding.baselines.Biases`."""

    shrinkage: NotNegative = LEFT_OUT
    neighbours: Count = LEFT_OUT


class BiasesGrid(Section):
    """What a grid may vary."""

    shrinkage: Some[NotNegative] = LEFT_OUT
    neighbours: Some[Count] = LEFT_OUT


class Biases(Model):
    """The mean, and biases of ligands or proteins."""

    settings: BiasesSettings = LEFT_OUT
    grid: BiasesGrid = LEFT_OUT


class BoostedSettings(Section):
    """See `models.binding.boosted.Boosted`."""

    rounds: Count = LEFT_OUT
    rate: Positive = LEFT_OUT
    leaves: AtLeastTwo = LEFT_OUT
    rows: Count = LEFT_OUT
    folds: AtLeastTwo = LEFT_OUT
    hide: Some[Hide] = LEFT_OUT
    sides: Literal["both", "ligand"] = LEFT_OUT
    residual: bool = LEFT_OUT
    noise: Positive = LEFT_OUT
    constant: NotNegative = LEFT_OUT
    same: NotNegative = LEFT_OUT
    profile: NotNegative = LEFT_OUT
    patience: Count = LEFT_OUT
    jobs: Count = LEFT_OUT


class BoostedGrid(Section):
    """What a grid may vary."""

    rate: Some[Positive] = LEFT_OUT
    leaves: Some[AtLeastTwo] = LEFT_OUT
    rows: Some[Count] = LEFT_OUT
    residual: Some[bool] = LEFT_OUT
    noise: Some[Positive] = LEFT_OUT
    profile: Some[NotNegative] = LEFT_OUT


class Boosted(Model):
    """Gradient boosting.

    by_split: settings that differ on a split, by its name. refit: whether what validation chose is fitted again on
    training and validation pairs before the test is predicted.
    """

    kind: Literal["boosted"] = LEFT_OUT
    settings: BoostedSettings = LEFT_OUT
    by_split: dict[Text, BoostedSettings] = LEFT_OUT
    grid: BoostedGrid = LEFT_OUT
    refit: bool = LEFT_OUT


class TrainingGrid(Section):
    """Settings of the training that a grid may vary: "training.NAME" in params.yaml, `training__NAME` here."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("__", "."))

    training__learning_rate: Some[Positive] = LEFT_OUT
    training__weight_decay: Some[NotNegative] = LEFT_OUT
    training__batch_size: Some[Count] = LEFT_OUT


class NetworkSettings(Section):
    """What both kinds of networks of pairs are told, see `models.binding.sizes`."""

    dropout: Dropout = LEFT_OUT
    likelihood: Likelihood = LEFT_OUT
    tile: Count = LEFT_OUT
    longest_ligand: Count = LEFT_OUT
    longest_protein: Count = LEFT_OUT
    distinct: bool = LEFT_OUT


class ConvolutionSettings(NetworkSettings):
    """See `models.binding.sizes.ConvolutionSizes`."""

    filters: Count = LEFT_OUT
    embedding: Count = LEFT_OUT
    ligand_kernel: Count = LEFT_OUT
    protein_kernel: Count = LEFT_OUT
    hidden: Some[Count] = LEFT_OUT


class ConvolutionGrid(TrainingGrid):
    """What a grid may vary."""

    filters: Some[Count] = LEFT_OUT
    dropout: Some[Dropout] = LEFT_OUT


class Convolution(Model):
    """DeepDTA's form."""

    settings: ConvolutionSettings = LEFT_OUT
    training: Training
    grid: ConvolutionGrid = LEFT_OUT


class DualSettings(NetworkSettings, TowerSettings):
    """Of towers that are a model of their own."""


class DualGrid(TrainingGrid):
    """What a grid may vary."""

    width: Some[Count] = LEFT_OUT
    layers: Some[Count] = LEFT_OUT
    dropout: Some[Dropout] = LEFT_OUT
    likelihood: Some[Likelihood] = LEFT_OUT
    temperature: Some[Positive] = LEFT_OUT
    weight: Some[NotNegative] = LEFT_OUT


class Dual(Model):
    """Two towers."""

    kind: Literal["dual"]
    settings: DualSettings
    training: Training
    grid: DualGrid = LEFT_OUT


class Models(Section):
    """A section for each model."""

    mean: Model
    biases: Biases
    ligand_only: Biases
    protein_only: Biases
    nearest_analogue: Model
    boosted: Boosted
    boosted_ligand: Boosted
    convolution: Convolution
    dual_regression: Dual
    dual_contrastive: Dual
    dual_joint: Dual
    dual_diagonal: Dual


class Pretrain(Section):
    """Of both corpora. corpora: those that are learnt."""

    corpora: Some[Literal["smiles", "protein"]]
    smiles: Language
    protein: Language


RepresentationName = Literal["protein_lm", "unirep64", "esm2", "prot_t5", "smiles_lm", "chemberta", "ecfp"]


class PublishedModels(Section):
    """By name of their representation."""

    esm2: PublishedModel
    prot_t5: PublishedModel
    chemberta: PublishedModel


class Embed(Section):
    """Which vectors of ligands and proteins are built, and where the weights of published language models are."""

    representations: Some[RepresentationName]
    models: PublishedModels


class Vectors(Section):
    """Two towers, one on vectors of affinity_embed, see `stages.affinity.train_vectors`. seeds: as of a model."""

    representations: list[RepresentationName]
    runs: Some[RunName]
    seeds: list[Seed]
    settings: DualSettings
    training: Training


class Sentence(Section):
    """Vectors of proteins tuned on shared binders, see `stages.affinity.sentence`. whole_runs: of `runs`."""

    runs: Some[RunName]
    whole_runs: list[RunName]
    vectors: Some[Literal["protein_lm", "unirep64", "esm2", "prot_t5"]]
    least: Count
    near: Count
    temperatures: Some[Annotated[float, Field(gt=0)]]
    seeds: Some[Seed]
    head: Training
    whole: Training
    resamples: Count


class Transfer(Section):
    """Fits of a dual network whose ligand encoder is begun in several ways. pairs: numbers to learn from, or all."""

    run: RunName
    starts: Some[Literal["fingerprint", "drawn", "pretrained"]]
    pairs: Some[Size]
    settings: DualSettings
    training: Training
    resamples: Count
    seed: Seed


class Blend(Section):
    """A blend of one model with the best of several, by validation."""

    first: ModelName
    others: Some[ModelName]


class Evaluate(Section):
    """How scores are taken. baselines: in the metrics beside the best model. levels: of the prediction intervals."""

    baselines: Some[ModelName]
    blend: Blend
    levels: Some[Share]
    resamples: Count
    seed: Seed


class Study(Section):
    """All of `affinity`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    split: Split
    pretrain: Pretrain
    embed: Embed
    vectors: Vectors
    sentence: Sentence
    transfer: Transfer
    train: Train
    models: Models
    evaluate: Evaluate
    tasks: Tasks
