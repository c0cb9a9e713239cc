"""The yeast study's section of params.yaml."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from knockon.stages.params import (
    LEFT_OUT,
    Amount,
    AtLeastTwo,
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
from knockon.stages.yeast.grid_params import Grids, TrainGrids

LabelName = Literal["interaction", "fitness"]
SplitName = Literal["pair", "gene"]
HeadName = Literal["fitness", "interaction", "metabolome", "morphology", "expression"]
SideName = Literal["complex", "go", "metabolite", "metabolome", "pathway", "physical", "regulation", "subsystem"]
Aggregation = Literal["pert_sum", "pert_mean", "intact_sum", "intact_mean"]
GridName = Literal["quick", "full"]
Baseline = Literal["mean", "smf_product", "additive", "factorisation"]
BenchmarkModel = Literal["elastic_net", "svr", "random_forest"]
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

_COUNTED = re.compile(r"one_hot|codon_frequency|chromosome_pathway|random_[1-9]\d{0,4}")
_READ = (
    *("protein_lm", "codon_lm", "unirep64"),
    *("esm2", "prot_t5", "calm", "nt_gene", "nt_five_prime", "nt_three_prime"),
)


def _counted_representation(name: str) -> str:
    # DVC takes no dependency twice: the random vectors beside which the others are judged are one already.
    if name == "random_100":
        raise ValueError("random_100 is the control of every other one and is fitted beside it; choose another")
    if not _COUNTED.fullmatch(name):
        raise ValueError(
            "choose one of one_hot, codon_frequency, chromosome_pathway, random_<dimensions>; vectors of language "
            "models are compared by the benchmark alone"
            if name in _READ
            else "choose one of one_hot, codon_frequency, chromosome_pathway, random_<dimensions>"
        )
    return name


def _known_representation(name: str) -> str:
    if name not in _READ and not _COUNTED.fullmatch(name):
        raise ValueError(
            f"choose one of one_hot, codon_frequency, chromosome_pathway, random_<dimensions>, {', '.join(_READ)}"
        )
    return name


def _no_head(side: str) -> str:
    if side == "metabolome":
        raise ValueError("metabolome is a head of the model, so it can't be its input")
    return side


RepresentationName = Annotated[str, AfterValidator(_known_representation)]
CountedRepresentationName = Annotated[str, AfterValidator(_counted_representation)]


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


Phenotype = Literal["fitness", "interaction", "s_score", "growth", "expression", "metabolome", "morphology"]
Kind = Literal["deletion", "damp", "ts", "allele", "suppressor", "overexpression", "unknown"]
Names = Text | list[Text]


class OwnTable(Section):
    """What a plain table holds, see `sources.yeast.table.layout.Layout`; docs/own-data.md says it with examples."""

    phenotype: Phenotype
    unit: Text
    genes: Names = LEFT_OUT
    kind: Kind = LEFT_OUT
    separator: Text = LEFT_OUT
    alleles: Names = LEFT_OUT
    value: Text = LEFT_OUT
    headers: Literal["gene", "component", "temperature", "medium"] = LEFT_OUT
    values: Names = LEFT_OUT
    ignore: Names = LEFT_OUT
    component: Text = LEFT_OUT
    error: Text = LEFT_OUT
    error_is: Literal["standard_deviation", "standard_error"] = LEFT_OUT
    n: Text = LEFT_OUT
    p_value: Text = LEFT_OUT
    temperature: Text = LEFT_OUT
    medium: Text = LEFT_OUT
    decimal: Literal[".", ","] = LEFT_OUT
    thousands: Text = LEFT_OUT
    sheet: Text = LEFT_OUT
    wild_type: Positive = LEFT_OUT
    check_unit: bool = LEFT_OUT


class OwnFile(Section):
    """A file below data/own; docs/own-data.md says what each word means. table: of format `table`."""

    name: Text
    path: Text
    format: Text
    dataset: Text | None = LEFT_OUT
    publication: Text | None = LEFT_OUT
    media: Text | None = LEFT_OUT
    temperature: Number | None = LEFT_OUT
    table: OwnTable = LEFT_OUT

    @model_validator(mode="after")
    def _a_table_says_its_columns(self) -> "OwnFile":
        if (self.format == "table") != (self.table is not LEFT_OUT):
            raise ValueError(
                "format table and a section `table` go together: `knockon sources read table FILE` prints it"
            )
        return self


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


class BenchmarkTable(Section):
    """A label that the benchmark learns. temperature: °C of its strains. datasets: all of the label's where empty."""

    label: LabelName
    temperature: Positive
    datasets: list[str]


class BenchmarkTables(Section):
    """The tables of the benchmark, by name."""

    interaction: BenchmarkTable
    fitness: BenchmarkTable
    triples: BenchmarkTable


class Benchmark(Section):
    """What the benchmark compares. tables: the labels; compared: those of them that are run."""

    tables: BenchmarkTables
    compared: Some[Literal["interaction", "fitness", "triples"]]
    split: SplitName
    sizes: Some[Count]
    aggregations: Some[Aggregation]
    models: Some[BenchmarkModel]
    grid: GridName
    seed: Seed


class NewGenesModel(Section):
    """See `models.pairs.new_genes.NewGenes`."""

    parts: AtLeastTwo = LEFT_OUT
    rounds: Count = LEFT_OUT
    leaves: AtLeastTwo = LEFT_OUT
    rows: Count = LEFT_OUT
    rate: Positive = LEFT_OUT


class NewGenesStudy(Section):
    """Draws of held-out genes. held_out: share of the screened genes. vectors: each beside the networks."""

    draws: AtLeastTwo
    held_out: Share
    seed: Seed
    vectors: Some[RepresentationName]
    model: NewGenesModel


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
