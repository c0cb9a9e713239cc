"""What params.yaml holds for the benchmark and for genes that were never screened, and the names that both share."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from knockon.stages.param_kinds import (
    LEFT_OUT,
    AtLeastTwo,
    Count,
    Positive,
    Section,
    Seed,
    Share,
    Some,
)

LabelName = Literal["interaction", "fitness"]
SplitName = Literal["pair", "gene"]
Aggregation = Literal["pert_sum", "pert_mean", "intact_sum", "intact_mean"]
GridName = Literal["quick", "full"]
BenchmarkModel = Literal["elastic_net", "svr", "random_forest"]

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


RepresentationName = Annotated[str, AfterValidator(_known_representation)]
CountedRepresentationName = Annotated[str, AfterValidator(_counted_representation)]


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
    most_rows: Count = LEFT_OUT


class NewGenesStudy(Section):
    """Draws of held-out genes. held_out: share of the screened genes. vectors: each beside the networks."""

    draws: AtLeastTwo
    held_out: Share
    seed: Seed
    vectors: Some[RepresentationName]
    model: NewGenesModel
