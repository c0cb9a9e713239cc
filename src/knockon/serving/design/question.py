"""What a person asks of strain design, checked before anything slow is imported: each mistake is one message."""

import math
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knockon.errors import FormatError, KnockonError, most_alike
from knockon.serving.design.genome import Genome

MOST_KNOCKOUTS = 3
"""Of more genes the sets are too many to be ranked one by one, and what was measured says too little."""
ACQUISITIONS = ("greedy", "ucb", "thompson", "expected_improvement")


@dataclass(frozen=True)
class Question:
    """A wanted phenotype and what a strain must keep to.

    knockouts: at most so many genes a strain. min_fitness: of a strain, wild type = 1; None for no constraint. keep:
    genes never deleted. only: the genes that may be; None for all. min_distance: of two deleted genes on one
    chromosome, kb. batch: strains to propose. diversity: how much a batch avoids strains that are alike, see
    `models.designs.acquisition`.
    """

    phenotype: str
    maximise: bool
    knockouts: int
    min_fitness: float | None
    batch: int
    keep: tuple[str, ...]
    only: tuple[str, ...] | None
    min_distance: float
    acquisition: str
    diversity: float
    seed: int

    def described(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @property
    def aim(self) -> str:
        """In words: `higher betaxanthin`."""
        return f"{'higher' if self.maximise else 'lower'} {self.phenotype}"


def number_of(option: str, text: str, low: float, high: float, whole: bool = False) -> float:
    """A number from the command line. Raises KnockonError, naming the option, for what is none or out of the range."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        end = f"to {high:g}" if math.isfinite(high) else "on"
        raise KnockonError(f"{option} is {text!r}; it is {kind} from {low:g} {end}")
    return value


def acquisition_of(text: str, known: Collection[str] = ACQUISITIONS) -> str:
    """How a batch is chosen. Raises KnockonError for a name that is not known."""
    if text not in known:
        raise KnockonError(f"--acquisition is {text!r}; there are {', '.join(known)}")
    return text


def check_phenotype(name: str, phenotypes: Collection[str], metabolites: Iterable[str]) -> str:
    """The phenotype as the study spells it.

    Raises KnockonError for one that nobody measured, with the nearest of what was measured, and whether it is a
    metabolite of the model.
    """
    spelled = {known.lower(): known for known in phenotypes}
    if name.strip().lower() in spelled:
        return spelled[name.strip().lower()]
    chemicals = {each.lower(): each for each in metabolites}
    near = most_alike(name, phenotypes, 3)
    offered = f"the nearest that were measured are {', '.join(near)}" if near else f"there are {_some(phenotypes)}"
    if name.strip().lower() in chemicals:
        raise KnockonError(
            f"{name!r} is a metabolite of the model, but no screen measured it in deletion strains; {offered}; or "
            "bring your own measurements: --phenotype table.csv"
        )
    alike = most_alike(name, chemicals.values(), 3)
    as_metabolite = f"; metabolites of a like name: {', '.join(alike)}" if alike else ""
    raise KnockonError(
        f"{name!r} is no phenotype of the study; {offered}{as_metabolite}; or bring your own measurements: "
        "--phenotype table.csv"
    )


def _some(names: Collection[str], most: int = 12) -> str:
    listed = sorted(names)
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def genes_of(names: Iterable[str], genome: Genome, option: str) -> tuple[str, ...]:
    """Systematic names, each once, sorted. Raises KnockonError, naming the option, for one that is unknown."""
    try:
        return tuple(sorted({genome.book.resolve(name) for name in names}))
    except KnockonError as error:
        raise KnockonError(f"{option}: {error}") from error


def read_gene_list(path: Path, genome: Genome, option: str) -> tuple[str, ...]:
    """The genes of a file, one or several a line; a line that starts with # is a remark. Raises FormatError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: can't be read ({error})") from error
    found: list[str] = []
    for number, line in enumerate(lines, 1):
        names = [] if line.startswith("#") else line.replace(";", " ").replace("\t", " ").split()
        # A header, as tables have it, is no gene.
        if number == 1 and [name.lower() for name in names] in (["gene"], ["genes"], ["orf"], ["name"]):
            continue
        try:
            found += [genome.book.resolve(name) for name in names]
        except KnockonError as error:
            raise FormatError(f"{path}, line {number}: {error}") from error
    if not found:
        raise FormatError(f"{path}: {option} names no gene")
    return tuple(sorted(set(found)))


@dataclass(frozen=True)
class Allowed:
    """Genes that designs may delete, sorted, and a sentence a reason why others are left out."""

    genes: tuple[str, ...]
    notes: tuple[str, ...]


def allowed_genes(question: Question, known: Iterable[str], genome: Genome) -> Allowed:
    """The candidates: genes of which something is known, those asked for, neither essential nor kept.

    known: genes of the features. Raises KnockonError where fewer are left than the knock-outs need, saying what took
    them away.
    """
    pool, notes = set(known), []
    if question.only is None:
        odd = pool & (genome.dubious | genome.elsewhere)
        pool -= odd
        if odd:
            notes.append(
                f"{len(odd):,} dubious reading frames and genes of mitochondria are no candidates (--only names them)"
            )
    else:
        asked = set(question.only)
        if absent := sorted(asked - pool):
            notes.append(f"{_names(absent, genome)}: asked for by --only, but nothing is known of them; left out")
        if essential := sorted(asked & genome.essential):
            notes.append(
                f"{_names(essential, genome)}: asked for by --only, but essential: a cell without is dead; left out"
            )
        pool &= asked
    before = {"--only": len(pool)}
    pool -= genome.essential
    before["essential genes"] = len(pool)
    pool -= set(question.keep)
    before["--keep"] = len(pool)
    if not pool:
        culprit = next(name for name, count in before.items() if count == 0)
        raise KnockonError(
            f"no gene is left to delete: {culprit} takes the last; "
            + ("; ".join(notes) if notes else "name other genes with --only, or keep fewer")
        )
    return Allowed(tuple(sorted(pool)), tuple(notes))


def _names(genes: Iterable[str], genome: Genome, most: int = 8) -> str:
    listed = [genome.book.standard.get(gene, gene) for gene in genes]
    return ", ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")
