"""`knockon design`: which knock-outs to make next for a wanted phenotype, why, and how sure that is."""

from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from knockon.commands.design_options import (
    AcquisitionName,
    BatchSize,
    Covariate,
    Date,
    Directory,
    Diversity,
    Evaluate,
    Keep,
    Knockouts,
    Maximise,
    Measured,
    MinDistance,
    MinFitness,
    Minimise,
    Only,
    Options,
    Out,
    Phenotype,
    Report,
    Seed,
)
from knockon.errors import KnockonError

if TYPE_CHECKING:
    from knockon.serving.design.answer import Answer, Origin
    from knockon.serving.design.cycle import Campaign
    from knockon.serving.design.genome import Genome
    from knockon.serving.design.question import Question
    from knockon.serving.design.strain_table import StrainTable

_SHOWN = 10


def design(
    maximise: Maximise = None,
    minimise: Minimise = None,
    knockouts: Knockouts = "2",
    min_fitness: MinFitness = None,
    batch: BatchSize = "20",
    out: Out = Path("designs.csv"),
    report: Report = None,
    phenotype: Phenotype = None,
    covariate: Covariate = None,
    measured: Measured = None,
    keep: Keep = None,
    only: Only = None,
    min_distance: MinDistance = "30",
    acquisition: AcquisitionName = "expected_improvement",
    diversity: Diversity = "0.5",
    seed: Seed = "1",
    evaluate: Evaluate = False,
    date: Date = None,
    directory: Directory = Path(),
) -> None:
    """Propose the knock-outs to make next: ranked, diverse, viable, each with its interval and its evidence.

    Fill the blank columns value and error of the list, give it back with --measured, and the next cycle is proposed.
    The same inputs give the same bytes.
    """
    from knockon.commands.predict.files import clone_in
    from knockon.hiding import without_pandas

    without_pandas()
    name = _one_aim(maximise, minimise, phenotype)
    options = Options(
        name, maximise is not None, knockouts, min_fitness, batch, tuple(keep or ()), only, min_distance, acquisition,
        diversity, seed,
    )  # fmt: skip
    tables = [Path(each) for each in measured or ()]
    if not evaluate:
        _check_files(out, report, [*tables, *([phenotype] if phenotype else [])])
    if covariate and phenotype is None:
        raise KnockonError("--covariate names a column of your own table: give it as --phenotype")
    clone_in(directory)
    asked = _asked(options, phenotype, tuple(covariate or ()), tables, directory)
    if evaluate:
        _evaluate(asked, directory)
    else:
        _propose(asked, out, report, date, directory)


def _one_aim(maximise: str | None, minimise: str | None, own: Path | None) -> str:
    """The phenotype that is wanted. Raises KnockonError where none is named, or two are."""
    if (maximise is None) == (minimise is None):
        raise KnockonError(
            "give --maximise or --minimise with the phenotype that is wanted"
            + (": what your table's values are called" if own is not None else "")
            + ("" if maximise is None else ", not both")
        )
    return str(maximise if maximise is not None else minimise)


def _check_files(out: Path, report: Path | None, read: list[Path]) -> None:
    """Whether all that is to be written can be, and nothing that is read is overwritten."""
    from knockon.commands.predict.aside import check_target

    check_target(out)
    _check_page(report)
    _check_apart(out, read)


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
    from knockon.serving.design.strain_table import read_strain_table, refuse_other_phenotype
    from knockon.serving.design_table import FEWEST
    from knockon.stages.yeast import paths

    genome = read_genome(directory / paths.TABLES / "genes.parquet")
    question = options.question(genome)
    if own is None:
        question = replace(question, phenotype=checked_name(question.phenotype, directory))
    names = cache(lambda: gene_names(genome, directory))
    table = None if own is None else read_strain_table(own, genome, names(), FEWEST, covariates or None)
    told = tuple((path, read_strain_table(path, genome, names(), 1)) for path in measured)
    for path in measured:
        refuse_other_phenotype(path, question.phenotype)
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
