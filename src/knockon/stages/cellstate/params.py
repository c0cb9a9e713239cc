"""The cellstate study's section of params.yaml."""

from typing import Annotated, Literal

from pydantic import Field

from knockon.stages.param_kinds import (
    LEFT_OUT,
    Amount,
    AtLeastTwo,
    Count,
    Dropout,
    NotNegative,
    Positive,
    Probability,
    Section,
    Seed,
    Share,
    Some,
    Training,
)

Folds = Annotated[int, Field(ge=3)]
SplitName = Literal["study", "sample", "knockout"]
ModelName = Literal[
    "mean", "nearest", "pca_50", "pca_200", "operons_50", "operons_200", "families_50", "families_200",
    "autoencoder", "denoising", "skip", "skip_200",
]  # fmt: skip


class Simulation(Section):
    """A planted network, see `sources.simulate.cellstate.CellSimulation`."""

    genes: Annotated[int, Field(ge=50, le=100_000)] = LEFT_OUT
    regulators: Annotated[int, Field(ge=4)] = LEFT_OUT
    regulon: Count = LEFT_OUT
    pairs: Amount = LEFT_OUT
    studies: Annotated[int, Field(ge=3)] = LEFT_OUT
    conditions: Count = LEFT_OUT
    types: Count = LEFT_OUT
    noise: NotNegative = LEFT_OUT
    batch: NotNegative = LEFT_OUT
    seed: Seed = LEFT_OUT


class FoldNumbers(Section):
    """Of each split."""

    study: Folds
    sample: Folds
    knockout: Folds


class Split(Section):
    """How samples are dealt to folds; see docs/cellstate.md."""

    folds: FoldNumbers
    seed: Seed


class Train(Section):
    """Which models are fitted on which splits. hidden: share of the genes that are hidden and told from the others.
    levels: ascending, log2(level + 1) at which genes are parted by their training mean.
    """

    models: Some[ModelName]
    hidden: Share
    levels: Some[Positive]
    seed: Seed
    threads: Count


class Model(Section):
    """What any model may be told. splits: those that it is fitted on."""

    kind: Literal["mean", "nearest"]
    splits: Some[SplitName]


class PcaSettings(Section):
    """See `models.cells.pca.Pca`."""

    width: Count = LEFT_OUT


class Pca(Section):
    """Principal components."""

    kind: Literal["pca"]
    splits: Some[SplitName]
    settings: PcaSettings = LEFT_OUT


class GroupedSettings(PcaSettings):
    """groups: of genes that a covariance is drawn towards, see `models.cells.shrunk.group_rows`."""

    groups: Some[Literal["operon", "family"]] = LEFT_OUT


class Grouped(Section):
    """Principal components of a covariance that is drawn towards groups of genes."""

    kind: Literal["grouped"]
    splits: Some[SplitName]
    settings: GroupedSettings = LEFT_OUT


class AutoencoderSettings(Section):
    """See `models.cells.autoencoder.AutoencoderSizes`."""

    widths: Some[Count] = LEFT_OUT
    masked: Dropout = LEFT_OUT
    skip: bool = LEFT_OUT
    dropout: Dropout = LEFT_OUT


class Sharding(Section):
    """How the weights of a training are held, see `training.sharding.Sharding`."""

    sharded: bool
    checkpoint_activations: bool = LEFT_OUT
    states: Literal["float32", "bf16"] = LEFT_OUT


class Autoencoder(Section):
    """A network."""

    kind: Literal["autoencoder"]
    splits: Some[SplitName]
    settings: AutoencoderSettings = LEFT_OUT
    training: Training
    sharding: Sharding = LEFT_OUT


class Models(Section):
    """A section for each model."""

    mean: Model
    nearest: Model
    pca_50: Pca
    pca_200: Pca
    operons_50: Grouped
    operons_200: Grouped
    families_50: Grouped
    families_200: Grouped
    autoencoder: Autoencoder
    denoising: Autoencoder
    skip: Autoencoder
    skip_200: Autoencoder


class Knockouts(Section):
    """Virtual knock-outs. changed: |log2 fold change| from which on a gene counts as changed; see
    `models.cells.response.ResponseSettings` for the others.
    """

    changed: Positive
    rounds: Count = LEFT_OUT
    leaves: AtLeastTwo = LEFT_OUT
    rate: Positive = LEFT_OUT
    seed: Seed


class Evaluate(Section):
    """How scores are taken. against: model → PCA of the same latent width. network: whose score is a column of
    `dvc exp show`, beside the best model's.
    """

    against: dict[ModelName, ModelName]
    network: ModelName
    resamples: Count
    seed: Seed


class RegulatorWorld(Section):
    """Sizes of a planted world, see `sources.simulate.regulators.RegulatorSimulation`."""

    genes: Count = LEFT_OUT
    regulators: Annotated[int, Field(ge=4)] = LEFT_OUT
    regulon: Count = LEFT_OUT
    pairs: Amount = LEFT_OUT
    samples: AtLeastTwo = LEFT_OUT
    studies: AtLeastTwo = LEFT_OUT
    normal: AtLeastTwo = LEFT_OUT
    diseased: AtLeastTwo = LEFT_OUT
    push: Positive = LEFT_OUT
    noise: NotNegative = LEFT_OUT


class Curves(Section):
    """Values of one setting of the world at a time."""

    noise: list[NotNegative] = LEFT_OUT
    samples: list[AtLeastTwo] = LEFT_OUT
    wrong: list[Probability] = LEFT_OUT


class PlantedWorlds(Section):
    """Simulated worlds. seeds: one a world; curve_seeds: of each point of the curves. permutations: of products."""

    world: RegulatorWorld
    seeds: Some[Seed]
    curves: Curves
    curve_seeds: Some[Seed]
    permutations: Count


class ReceptorLevels(Section):
    """log2(CPM + 1) of a receptor's transcript, above which a tumour counts as positive."""

    ESR1: Positive
    ERBB2: Positive


class Regulators(Section):
    """Master regulators. least: targets of a regulator. confidence: DoRothEA's worst grade. level: mean log2 above
    which a gene of a cohort is kept. among: regulators whose pairs are looked at. permutations: of labels.
    subsamples: of the patients, for the stability of ranks.
    """

    least: Count
    confidence: Literal["A", "B", "C", "D", "E"]
    level: NotNegative
    levels: ReceptorLevels
    among: AtLeastTwo
    permutations: Count
    subsamples: AtLeastTwo
    planted: PlantedWorlds
    resamples: Count
    seed: Seed


class Changed(Section):
    """|change| from which on a gene counts as changed, in the units of each set."""

    kemmeren: Positive
    kinases: Positive
    morphic: Positive


class OtherResponses(Section):
    """Knock-outs of other compendia; none where the study is simulated."""

    sets: list[Literal["kemmeren", "kinases", "morphic"]]
    changed: Changed
    resamples: Count
    seed: Seed


class Doubles(Section):
    """Double deletions. changed: |log2 ratio| from which on a gene counts as changed."""

    changed: Positive
    resamples: Count
    seed: Seed


class TransferNetworks(Section):
    """Networks that are trained on a compendium and go on with a cohort."""

    autoencoder: AutoencoderSettings
    skip: AutoencoderSettings


class Transfer(Section):
    """From a compendium to cohorts of few samples. parts: that the compendium's studies are dealt to, each a cohort in
    turn. sizes: samples of a cohort that may be learnt from. draws: of those. tested: share of a cohort. width: of PCA.
    frozen: dense layers, from the genes on, whose weights stay. level: mean log2 of a gene of breast cancers.
    """

    cohorts: Some[Literal["studies", "brca"]]
    parts: Folds
    sizes: Some[Annotated[int, Field(ge=5)]]
    draws: Count
    tested: Share
    hidden: Share
    width: Count
    level: NotNegative
    networks: TransferNetworks
    pretraining: Training
    training: Training
    fine_tuning: Training
    frozen: Amount
    resamples: Count
    threads: Count
    seed: Seed


class Study(Section):
    """All of `cellstate`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    split: Split
    train: Train
    models: Models
    knockouts: Knockouts
    evaluate: Evaluate
    regulators: Regulators
    responses: OtherResponses
    doubles: Doubles
    transfer: Transfer
