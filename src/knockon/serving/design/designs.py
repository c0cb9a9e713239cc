"""A design: one strain to build, with all that is told of it; and the table of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from knockon.serving.design.evidence import Evidence, Pair, Single, Strain
from knockon.serving.design.genome import LINKED, Genome, Locus
from knockon.serving.design.known import Growth, Wanted, sets_of
from knockon.serving.design.proposal import NORMAL, Proposal
from knockon.serving.design.question import Question


@dataclass(frozen=True)
class Design:
    """A strain of a batch.

    rank: 1 for the first to build. genes: systematic, sorted; names: as people write them, in the same order.
    predicted, low, high: of a new measurement, the interval holds 90 % of them; deviation: of the true value, all in
    the phenotype's unit. fitness, fitness_low, fitness_high: wild type = 1. viable: probability of the least fitness.
    score: by the acquisition, when it was picked. expected_best: of the batch up to this strain. distance: kb of the
    nearest two genes on one chromosome, None where there are none. pro, contra: sentences.
    """

    rank: int
    genes: tuple[str, ...]
    names: tuple[str, ...]
    predicted: float
    low: float
    high: float
    deviation: float
    fitness: float
    fitness_low: float
    fitness_high: float
    product: float
    viable: float
    score: float
    expected_best: float
    singles: Mapping[str, Single]
    pairs: Mapping[tuple[str, str], Pair]
    loci: Mapping[str, Locus]
    distance: float | None
    pro: tuple[str, ...]
    contra: tuple[str, ...]

    @property
    def strain(self) -> str:
        """As people write it: `ARO4Δ TYR1Δ`."""
        return " ".join(f"{name}Δ" for name in self.names)

    @property
    def linked(self) -> bool:
        """Whether two of its genes lie so near that a cross rarely parts them."""
        return self.distance is not None and self.distance < LINKED


def designs_of(
    proposal: Proposal,
    question: Question,
    wanted: Wanted,
    growth: Growth,
    genome: Genome,
    evidence: Evidence,
) -> tuple[Design, ...]:
    """The batch as designs, the first to build first."""
    sets = sets_of(proposal.strains)
    order = np.argsort(growth.singles.genes)
    place = {growth.singles.genes[row]: row for row in order.tolist()}
    slow, fast = growth.errors.interval(proposal.fitness)
    found = []
    for rank, row in enumerate(proposal.batch.rows.tolist(), 1):
        genes = sets[row]
        singles = {gene: _single(growth, place[gene]) for gene in genes}
        pairs = {pair: _pair(proposal, growth, pair) for pair in combinations(genes, 2)}
        mean, width = float(proposal.told.mean[row]), NORMAL * float(proposal.told.deviation[row])
        fitness = float(proposal.fitness.values[row])
        viable = float(proposal.growth[row])
        strain = Strain(genes, mean, mean - width, mean + width, fitness, viable)
        said = evidence.of(strain, singles, pairs, question.min_fitness, proposal.fluxes.get(genes))
        closest = genome.closest(genes)
        found.append(
            Design(
                rank=rank,
                genes=genes,
                names=tuple(genome.book.standard.get(gene, gene) for gene in genes),
                predicted=mean,
                low=mean - width,
                high=mean + width,
                deviation=float(proposal.deviation[row]),
                fitness=fitness,
                fitness_low=max(0.0, float(slow[row])),
                fitness_high=float(fast[row]),
                product=float(proposal.fitness.product[row]),
                viable=viable,
                score=float(proposal.batch.scores[rank - 1]),
                expected_best=float(proposal.batch.expected_best[rank - 1]),
                singles=singles,
                pairs=pairs,
                loci={gene: genome.loci[gene] for gene in genes if gene in genome.loci},
                distance=None if closest is None else closest[2],
                pro=said.pro,
                contra=said.contra,
            )
        )
    return tuple(found)


def _single(growth: Growth, row: int) -> Single:
    singles = growth.singles
    return Single(float(singles.values[row]), float(singles.errors[row]), bool(singles.measured[row]))


def _pair(proposal: Proposal, growth: Growth, pair: tuple[str, str]) -> Pair:
    genes = proposal.strains.genes
    cell = genes.index(pair[0]), genes.index(pair[1])
    source = "predicted" if growth.predict is not None else "assumed"
    return Pair(
        float(proposal.pairs.values[cell]),
        float(proposal.pairs.errors[cell]),
        "measured" if proposal.pairs.measured[cell] else source,
    )


COLUMNS = (
    "rank", "knockouts", "strain", "phenotype", "unit", "predicted", "low", "high", "deviation", "fitness",
    "fitness_low", "fitness_high", "viable", "score", "expected_best", "loci", "nearest_kb", "linked", "epsilon",
    "for", "against", "value", "error",
)  # fmt: skip
"""Of designs.csv, see docs/design.md; `value` and `error` are left blank for the laboratory."""


def rows_of(designs: Sequence[Design], phenotype: str, unit: str) -> list[tuple[str | int, ...]]:
    """The rows of designs.csv in the order of COLUMNS."""
    return [
        (
            design.rank,
            ";".join(design.genes),
            design.strain,
            phenotype,
            unit,
            *(_n(value) for value in (design.predicted, design.low, design.high, design.deviation, design.fitness)),
            *(_n(value) for value in (design.fitness_low, design.fitness_high, design.viable, design.score)),
            _n(design.expected_best),
            ";".join(f"chr{locus.chromosome}:{locus.start}" for locus in design.loci.values()),
            "" if design.distance is None else f"{design.distance:.1f}",
            "yes" if design.linked else "no",
            ";".join(f"{pair.value:.4f} ({pair.source})" for pair in design.pairs.values()),
            " ".join(design.pro),
            " ".join(design.contra),
            "",
            "",
        )
        for design in designs
    ]


def _n(value: float) -> str:
    return f"{value:.6g}"
