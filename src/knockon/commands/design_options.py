"""What `knockon design` is asked on the command line: its options, and the question that they make."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from knockon.serving.design.genome import Genome
    from knockon.serving.design.question import Question

Maximise = Annotated[
    str | None, typer.Option(help="The phenotype to raise: betaxanthin, an amino acid, a chemical, growth.")
]
Minimise = Annotated[str | None, typer.Option(help="The phenotype to lower.")]
Knockouts = Annotated[str, typer.Option(help="At most so many deletions in a strain, 1 to 3.")]
MinFitness = Annotated[
    str | None, typer.Option(help="Least fitness of a strain, wild type = 1; each reaches it with P ≥ 0.8.")
]
BatchSize = Annotated[str, typer.Option(help="How many strains to propose.")]
Out = Annotated[Path, typer.Option(help="Where the list goes, .csv; the campaign's state lies beside it.")]
Report = Annotated[Path | None, typer.Option(help="Where the page goes, .html.")]
Phenotype = Annotated[
    Path | None,
    typer.Option(help="Your own measurements in place of the study's: columns gene or strain, value, error."),
]
Covariate = Annotated[
    list[str] | None, typer.Option(help="A column of that table to be regressed out; those called size are anyway.")
]
Measured = Annotated[
    list[str] | None, typer.Option(help="What you measured of a cycle's designs; the next cycle knows it.")
]
Keep = Annotated[list[str] | None, typer.Option(help="A gene that is never deleted; once for each.")]
Only = Annotated[Path | None, typer.Option(help="A file of genes: no others are deleted.")]
MinDistance = Annotated[
    str, typer.Option(help="Two genes of a chromosome lie at least so far apart, kb; 0 for no constraint.")
]
AcquisitionName = Annotated[
    str, typer.Option(help="How a batch is chosen: expected_improvement, greedy, ucb or thompson.")
]
Diversity = Annotated[
    str, typer.Option(help="How much a batch avoids strains with genes or complexes in common, 0 to 5.")
]
Seed = Annotated[str, typer.Option(help="Of the draws.")]
Evaluate = Annotated[
    bool, typer.Option("--evaluate", help="How well genes that were left out are told, beside baselines; no designs.")
]
Date = Annotated[str | None, typer.Option(help="A date for the page; without it that of the git revision.")]
Directory = Annotated[Path, typer.Option(help="Root of a clone of the repository.")]


@dataclass(frozen=True)
class Options:
    """The command line, as it was typed."""

    name: str
    maximise: bool
    knockouts: str
    min_fitness: str | None
    batch: str
    keep: tuple[str, ...]
    only: Path | None
    min_distance: str
    acquisition: str
    diversity: str
    seed: str

    def question(self, genome: "Genome") -> "Question":
        """The question that it asks; the phenotype's name is not looked up. Raises KnockonError for what is none."""
        from knockon.serving.design.question import (
            MOST_KNOCKOUTS,
            Question,
            acquisition_of,
            genes_of,
            number_of,
            read_gene_list,
        )

        fitness = None if self.min_fitness is None else number_of("--min-fitness", self.min_fitness, 0, 2)
        return Question(
            phenotype=self.name,
            maximise=self.maximise,
            knockouts=int(number_of("--knockouts", self.knockouts, 1, MOST_KNOCKOUTS, whole=True)),
            min_fitness=fitness,
            batch=int(number_of("--batch", self.batch, 1, 1000, whole=True)),
            keep=genes_of(self.keep, genome, "--keep"),
            only=None if self.only is None else read_gene_list(self.only, genome, "--only"),
            min_distance=number_of("--min-distance", self.min_distance, 0, 2000),
            acquisition=acquisition_of(self.acquisition),
            diversity=number_of("--diversity", self.diversity, 0, 5),
            seed=int(number_of("--seed", self.seed, 0, 2**31, whole=True)),
        )

    def command(self, out: Path, report: Path | None, own: Path | None, measured: int) -> str:
        """How to ask it again; files by their names alone, so that a page does not tell where it was made."""
        words = ["knockon design", "--maximise" if self.maximise else "--minimise", quoted(self.name)]
        words += ["--knockouts", self.knockouts]
        words += [] if self.min_fitness is None else ["--min-fitness", self.min_fitness]
        words += ["--batch", self.batch, *(word for gene in self.keep for word in ("--keep", quoted(gene)))]
        words += [] if self.only is None else ["--only", quoted(self.only.name)]
        words += ["--min-distance", self.min_distance, "--acquisition", self.acquisition]
        words += ["--diversity", self.diversity, "--seed", self.seed]
        words += [] if own is None else ["--phenotype", quoted(own.name)]
        words += [word for cycle in range(1, measured + 1) for word in ("--measured", f"cycle{cycle}.csv")]
        words += ["--out", quoted(out.name), *([] if report is None else ["--report", quoted(report.name)])]
        return " ".join(words)


def quoted(text: str) -> str:
    """A word as a shell reads it."""
    from shlex import quote

    return quote(text)
