"""The yeast study's section of params.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from knockon.stages.param_kinds import (
    LEFT_OUT,
    Amount,
    Count,
    Dropout,
    Language,
    LossName,
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
from knockon.stages.yeast.benchmark_params import (
    Aggregation,
    Benchmark,
    BenchmarkModel,
    CountedRepresentationName,
    GridName,
    LabelName,
    NewGenesStudy,
    RepresentationName,
    SplitName,
)
from knockon.stages.yeast.grid_params import Grids, TrainGrids
from knockon.stages.yeast.own_params import OwnFile

HeadName = Literal["fitness", "interaction", "metabolome", "morphology", "expression"]
SideName = Literal["complex", "go", "metabolite", "metabolome", "pathway", "physical", "regulation", "subsystem"]
Baseline = Literal["mean", "smf_product", "additive", "factorisation"]
NetworkModel = Literal["boosted", "mlp", "bilinear", "network", "dcell", "pair_network", "network_boosted"]
ModelName = Literal[Baseline, BenchmarkModel, NetworkModel]

LOSS_OPTIONS: dict[str, tuple[str, ...]] = {
    "mse": (),
    "huber": ("delta",),
    "soft_label": ("bins", "binning", "width"),
    "ordinal": ("bins", "binning"),
    "ordinal_entropy": ("diversity", "tightness"),
}
"""What each loss may be told."""


def _no_head(side: str) -> str:
    if side == "metabolome":
        raise ValueError("metabolome is a head of the model, so it can't be its input")
    return side


class Simulation(Section):
    """A planted yeast, see `sources.simulate.settings.SimulationSettings`."""

    genes: Annotated[int, Field(ge=100, le=12_000)] = LEFT_OUT
    pairs: Count = LEFT_OUT
    seed: Seed = LEFT_OUT
    repeats: Count = LEFT_OUT
    noise: NotNegative = LEFT_OUT
    dcell_pairs: Amount = LEFT_OUT
    triples: Amount = LEFT_OUT
    morphology_strains: Amount = LEFT_OUT
    expression_strains: Amount = LEFT_OUT
    metabolome_strains: Amount = LEFT_OUT


class Graph(Section):
    """Where the queries run. memory_gb: of the embedded store."""

    store: Literal["embedded", "neo4j"]
    memory_gb: Positive


class Labels(Section):
    """The datasets that make up each label; all of the phenotype's where the list is empty."""

    interaction: list[Text]
    fitness: list[Text]


class Dataset(Section):
    """What the measurements become. temperature: °C."""

    size: Size
    exclude: list[Text]
    reconstruct: bool
    labels: Labels
    temperature: Number


class Splits(Section):
    """Shares of pairs, and of genes, that are held out."""

    seed: Seed
    validation: Share
    test: Share
    held_out_genes: Share
    validation_genes: Share
    sizes: Some[Count]

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> "Splits":
        for first, second in (("validation", "test"), ("validation_genes", "held_out_genes")):
            total = getattr(self, first) + getattr(self, second)
            if total >= 1:
                raise ValueError(f"{first} and {second} add up to {total:g}; they must leave a share for training")
        return self


class Pretrain(Section):
    """Masked language models of the yeast's own sequences. kinds: those that are learnt."""

    kinds: Some[Literal["protein", "codon"]]
    threads: Count
    protein: Language
    codon: Language


class PublishedModels(Section):
    """By family, see `represent.token_forms`."""

    esm2: PublishedModel
    prot_t5: PublishedModel
    calm: PublishedModel
    nt: PublishedModel


class Embed(Section):
    """Which representations of genes are built, and where the weights of published language models are."""

    representations: Some[RepresentationName]
    seed: Seed
    models: PublishedModels


class LossOptions(Section):
    """Options of a loss, see `losses`."""

    bins: Annotated[int, Field(ge=2)] = LEFT_OUT
    binning: Literal["equal_width", "equal_frequency"] = LEFT_OUT
    width: Positive = LEFT_OUT
    delta: Positive = LEFT_OUT
    diversity: NotNegative = LEFT_OUT
    tightness: NotNegative = LEFT_OUT


class Train(Section):
    """The one experiment."""

    label: LabelName
    model: ModelName
    representation: CountedRepresentationName
    aggregation: Aggregation
    grid: GridName
    seed: Seed
    loss: LossName
    loss_options: LossOptions
    training: Training
    grids: TrainGrids

    @model_validator(mode="after")
    def _options_are_the_losses_own(self) -> "Train":
        own = LOSS_OPTIONS[self.loss]
        if foreign := sorted(self.loss_options.model_fields_set - set(own)):
            options = ", ".join(own) or "none"
            raise ValueError(f"loss {self.loss} has no option {', '.join(foreign)}; its options: {options}")
        return self


class JointNetwork(Section):
    """Sizes of the joint network, see `models.networks.joint.JointDesign`."""

    hidden: Count = LEFT_OUT
    width: Count = LEFT_OUT
    dropout: Dropout = LEFT_OUT
    forgetting: Dropout = LEFT_OUT


class HeadWeights(Section):
    """Weights of heads, 1 where not named."""

    fitness: NotNegative = LEFT_OUT
    interaction: NotNegative = LEFT_OUT
    metabolome: NotNegative = LEFT_OUT
    morphology: NotNegative = LEFT_OUT
    expression: NotNegative = LEFT_OUT


class JointTraining(Training):
    """Settings of the trainer, whose length is given here alone."""

    @model_validator(mode="after")
    def _ends(self) -> "JointTraining":
        if self.epochs is None and self.max_steps is None:
            raise ValueError("give epochs or max_steps, else it never ends")
        return self


class Joint(Section):
    """Phenotypes together."""

    heads: Some[HeadName]
    size: Size
    seeds: Some[Seed]
    components: Count
    side: Some[Annotated[SideName, AfterValidator(_no_head)]]
    dimensions: Count
    model: JointNetwork
    weighting: Literal["learned", "fixed"]
    weights: HeadWeights
    balance: Probability
    training: JointTraining


class ExpressionPerceptron(Section):
    """The perceptron on expression profiles."""

    width: Count
    dropout: Dropout
    training: Training


class ExpressionFitness(Section):
    """Growth told from expression profiles."""

    datasets: list[Text]
    repeats: Count
    folds: Annotated[int, Field(ge=2)]
    mlp: ExpressionPerceptron
    seed: Seed


class Evaluate(Section):
    """How scores are taken. strong: ε below which an interaction counts as strong."""

    resamples: Count
    strong: Number
    seed: Seed


class Study(Section):
    """All of `yeast`."""

    source: Literal["public", "simulated"]
    simulate: Simulation
    own: list[OwnFile]
    graph: Graph
    dataset: Dataset
    split: SplitName
    splits: Splits
    pretrain: Pretrain
    embed: Embed
    benchmark: Benchmark
    new_genes: NewGenesStudy
    grids: Grids
    train: Train
    joint: Joint
    expression_fitness: ExpressionFitness
    evaluate: Evaluate
