"""`knockon design`: which knock-outs to make next for a wanted phenotype, why, and how sure that is."""

from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from knockon.errors import KnockonError

if TYPE_CHECKING:
    from knockon.serving.design.answer import Answer, Origin
    from knockon.serving.design.cycle import Campaign
    from knockon.serving.design.genome import Genome
    from knockon.serving.design.question import Question
    from knockon.serving.design.strain_table import StrainTable

_SHOWN = 10


def design(
    maximise: Annotated[
        str | None, typer.Option(help="The phenotype to raise: betaxanthin, an amino acid, a chemical, growth.")
    ] = None,
    minimise: Annotated[str | None, typer.Option(help="The phenotype to lower.")] = None,
    knockouts: Annotated[str, typer.Option(help="At most so many deletions in a strain, 1 to 3.")] = "2",
    min_fitness: Annotated[
        str | None, typer.Option(help="Least fitness of a strain, wild type = 1; each reaches it with P ≥ 0.8.")
    ] = None,
    batch: Annotated[str, typer.Option(help="How many strains to propose.")] = "20",
    out: Annotated[Path, typer.Option(help="Where the list goes, .csv; the campaign's state lies beside it.")] = Path(
        "designs.csv"
    ),
    report: Annotated[Path | None, typer.Option(help="Where the page goes, .html.")] = None,
    phenotype: Annotated[
        Path | None,
        typer.Option(help="Your own measurements in place of the study's: columns gene or strain, value, error."),
    ] = None,
    covariate: Annotated[
        list[str] | None, typer.Option(help="A column of that table to be regressed out; those called size are anyway.")
    ] = None,
    measured: Annotated[
        list[str] | None, typer.Option(help="What you measured of a cycle's designs; the next cycle knows it.")
    ] = None,
    keep: Annotated[list[str] | None, typer.Option(help="A gene that is never deleted; once for each.")] = None,
    only: Annotated[Path | None, typer.Option(help="A file of genes: no others are deleted.")] = None,
    min_distance: Annotated[
        str, typer.Option(help="Two genes of a chromosome lie at least so far apart, kb; 0 for no constraint.")
    ] = "30",
    acquisition: Annotated[
        str, typer.Option(help="How a batch is chosen: expected_improvement, greedy, ucb or thompson.")
    ] = "expected_improvement",
    diversity: Annotated[
        str, typer.Option(help="How much a batch avoids strains with genes or complexes in common, 0 to 5.")
    ] = "0.5",
    seed: Annotated[str, typer.Option(help="Of the draws.")] = "1",
    evaluate: Annotated[
        bool,
        typer.Option("--evaluate", help="How well genes that were left out are told, beside baselines; no designs."),
    ] = False,
    date: Annotated[str | None, typer.Option(help="A date for the page; without it that of the git revision.")] = None,
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Propose the knock-outs to make next: ranked, diverse, viable, each with its interval and its evidence.

    Fill the blank columns value and error of the list, give it back with --measured, and the next cycle is proposed.
    The same inputs give the same bytes.
    """
    from knockon.commands.predict.aside import check_target
    from knockon.commands.predict.files import clone_in
    from knockon.hiding import without_pandas

    without_pandas()
    if (maximise is None) == (minimise is None):
        raise KnockonError(
            "give --maximise or --minimise with the phenotype that is wanted"
            + (": what your table's values are called" if phenotype is not None else "")
            + ("" if maximise is None else ", not both")
        )
    options = Options(
        str(maximise if maximise is not None else minimise), maximise is not None, knockouts, min_fitness, batch,
        tuple(keep or ()), only, min_distance, acquisition, diversity, seed,
    )  # fmt: skip
    if not evaluate:
        check_target(out)
        _check_page(report)
        _check_apart(out, [*(Path(each) for each in measured or ()), *([phenotype] if phenotype else [])])
    if covariate and phenotype is None:
        raise KnockonError("--covariate names a column of your own table: give it as --phenotype")
    clone_in(directory)
    asked = _asked(options, phenotype, tuple(covariate or ()), [Path(each) for each in measured or ()], directory)
    if evaluate:
        _evaluate(asked, directory)
    else:
        _propose(asked, out, report, date, directory)


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
        words = ["knockon design", "--maximise" if self.maximise else "--minimise", _quoted(self.name)]
        words += ["--knockouts", self.knockouts]
        words += [] if self.min_fitness is None else ["--min-fitness", self.min_fitness]
        words += ["--batch", self.batch, *(word for gene in self.keep for word in ("--keep", _quoted(gene)))]
        words += [] if self.only is None else ["--only", _quoted(self.only.name)]
        words += ["--min-distance", self.min_distance, "--acquisition", self.acquisition]
        words += ["--diversity", self.diversity, "--seed", self.seed]
        words += [] if own is None else ["--phenotype", _quoted(own.name)]
        words += [word for cycle in range(1, measured + 1) for word in ("--measured", f"cycle{cycle}.csv")]
        words += ["--out", _quoted(out.name), *([] if report is None else ["--report", _quoted(report.name)])]
        return " ".join(words)


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)


@dataclass(frozen=True)
class Asked:
    """A question with the tables that came with it, all read and checked. files: of the tables, for messages."""

    options: Options
    question: "Question"
    genome: "Genome"
    own: "StrainTable | None"
    own_file: Path | None
    measured: "tuple[tuple[Path, StrainTable], ...]"


def _check_page(report: Path | None) -> None:
    if report is not None and (report.is_dir() or report.suffix != ".html"):
        raise KnockonError(f"{report}: the page is written as a file .html")


def _check_apart(out: Path, read: list[Path]) -> None:
    """A list that a laboratory has filled is not overwritten by the next one."""
    for path in read:
        if path.exists() and out.exists() and path.samefile(out):
            raise KnockonError(
                f"{path}: is read, and the next list would be written over it: copy what you filled in to another file"
            )


def _asked(
    options: Options, own: Path | None, covariates: tuple[str, ...], measured: list[Path], directory: Path
) -> Asked:
    """Read and check all that a person gives, before anything slow is imported."""
    from functools import cache

    from knockon.commands.design_study import checked_name, gene_names
    from knockon.serving.design.genome import read_genome
    from knockon.serving.design.strain_table import read_strain_table
    from knockon.serving.design_table import FEWEST
    from knockon.stages.yeast import paths

    genome = read_genome(directory / paths.TABLES / "genes.parquet")
    question = options.question(genome)
    if own is None:
        question = replace(question, phenotype=checked_name(question.phenotype, directory))
    names = cache(lambda: gene_names(genome, directory))
    table = None if own is None else read_strain_table(own, genome, names(), FEWEST, covariates or None)
    told = tuple((path, read_strain_table(path, genome, names(), 1)) for path in measured)
    return Asked(options, question, genome, table, own, told)


def _evaluate(asked: Asked, directory: Path) -> None:
    from knockon.commands.design_scores import evaluated

    _tell_tables(asked, None)
    with chdir(directory):
        evaluated(asked.question, asked.own)


def _propose(asked: Asked, out: Path, report: Path | None, date: str | None, directory: Path) -> None:
    from knockon.commands.design_study import known_of, origin_of
    from knockon.serving.design.answer import Origin, answer
    from knockon.serving.design.cycle import next_campaign, state_path
    from knockon.serving.design.question import allowed_genes

    question, genome = asked.question, asked.genome
    campaign = next_campaign(state_path(out), question, asked.own, asked.measured)
    with chdir(directory):
        known = known_of(question, genome, asked.own, campaign)
        simulated, made = origin_of()
    # Each cycle has draws of its own.
    question = replace(question, seed=question.seed + campaign.number - 1)
    allowed = allowed_genes(question, known.growth.singles.genes, genome)
    found = answer(question, known, allowed)
    command = asked.options.command(out, report, asked.own_file, campaign.number - 1)
    origin = Origin(simulated, made if date is None else f"{made} {date}.", command)
    _tell_tables(asked, out)
    campaign = campaign.proposing([design.genes for design in found.designs])
    if report is not None:
        from knockon.atomic import write_text
        from knockon.serving.design.answer import page_of
        from knockon.serving.design.page import page_html

        write_text(report, page_html(page_of(question, known, found, campaign, origin)))
    _write(out, found, known.wanted.unit, question.phenotype, campaign)
    _tell(out, report, found, known.wanted.unit, question, campaign, origin)


def _tell_tables(asked: Asked, out: Path | None) -> None:
    """Notes and rejected rows of the tables that a person gave. out: beside it the rejected rows are written."""
    import pyarrow as pa

    from knockon.commands.predict.aside import tell_rejects
    from knockon.commands.printing import print_plain, print_rejects

    tables = [table for table in (asked.own, *(table for _, table in asked.measured)) if table is not None]
    for note in (note for table in tables for note in table.notes):
        print_plain(note)
    if not tables:
        return
    rejects = pa.concat_tables([table.read.rejects for table in tables])
    if out is not None:
        tell_rejects(out, rejects)
    elif rejects.num_rows:
        print_rejects(rejects)


def _write(out: Path, found: "Answer", unit: str, phenotype: str, campaign: "Campaign") -> None:
    from knockon.commands.predict.aside import write_csv
    from knockon.serving.design.cycle import state_path, write_campaign
    from knockon.serving.design.designs import COLUMNS, rows_of

    write_csv(out, COLUMNS, rows_of(found.designs, phenotype, unit))
    write_campaign(state_path(out), campaign)


def _tell(
    out: Path,
    report: Path | None,
    found: "Answer",
    unit: str,
    question: "Question",
    campaign: "Campaign",
    origin: "Origin",
) -> None:
    from knockon.commands.printing import plain_table, print_plain
    from knockon.serving.design.cycle import state_path

    for note in (origin.simulated, *found.notes):
        if note:
            print_plain(note)
    table = plain_table("", "strain", question.phenotype, "90 % interval", "fitness", "P(grows)", "loci")
    for each in found.designs[:_SHOWN]:
        distance = (
            "" if each.distance is None else f"{each.distance:.0f} kb apart" + (", linked" if each.linked else "")
        )
        interval = f"[{each.low:.3f}, {each.high:.3f}]"
        numbers = (f"{each.predicted:.3f}", interval, f"{each.fitness:.3f}", f"{each.viable:.2f}")
        table.add_row(str(each.rank), each.strain, *numbers, distance or "unlinked")
    print_plain(table)
    if len(found.designs) > _SHOWN:
        print_plain(f"and {len(found.designs) - _SHOWN} more in {out}")
    batch = found.proposal.batch
    print_plain(
        f"expected best of the batch {batch.expected_best[-1]:.3f}; best measured, by the model, "
        f"{found.proposal.best:.3f}: expected gain {batch.gain:.3f} {unit}"
    )
    written = f"{out}, {report}" if report is not None else f"{out}"
    print_plain(f"cycle {campaign.number} for {question.aim}; written to {written} and {state_path(out)}")
