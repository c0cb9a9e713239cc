"""A person's table of strains and their measured phenotype: read as it is, mended where it is plain, said where not.

A row a strain: its genes in a column `gene`, `strain` or `knockouts` (several parted by ; + or a comma), `value`,
optionally `error` (a standard error), and any columns of numbers that are named as covariates. What Excel made of gene
names (OCT1 → 41548, 1-Oct) is turned back where there is such a gene.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError, KnockonError, nearest
from knockon.hashing import text_hash
from knockon.serving.design.genome import Genome
from knockon.sources.design.spreadsheet_names import symbol_of
from knockon.sources.reading import no_rejects
from knockon.sources.yeast.table.cells import Header, column_name, find_header, is_spreadsheet, read_cells, text_headers
from knockon.sources.yeast.table.numbers import parse
from knockon.sources.yeast.table.strains import WILD_TYPE

GENES = ("knockouts", "strain", "gene", "genes", "genotype")
VALUES = ("value", "phenotype", "mean", "measured")
ERRORS = ("error", "standard_error", "sem", "se")
FEWEST = 12
"""Strains below which a table teaches nothing."""

_PARTS = re.compile(r"[;+|/\s]+")
_FAR = 3.0
"""Standard errors, or spreads of the table, beyond which two measurements of one strain disagree."""


@dataclass(frozen=True)
class StrainTable:
    """Strains, each once: systematic names in order; the wild type has none.

    values in the phenotype's unit; errors: standard errors, NaN where unknown. covariates: by name, NaN where blank.
    notes: what was mended, left out or disagrees, a sentence each. rejects: in REJECT_SCHEMA. digest: of what was read.
    """

    strains: tuple[tuple[str, ...], ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    covariates: dict[str, tuple[float, ...]]
    notes: tuple[str, ...]
    rejects: pa.Table
    digest: str

    def __len__(self) -> int:
        return len(self.strains)


@dataclass(frozen=True)
class _Row:
    line: int
    genes: tuple[str, ...]
    value: float
    error: float
    covariates: tuple[float, ...]


def read_strain_table(path: Path, genome: Genome, covariates: Sequence[str] = (), fewest: int = FEWEST) -> StrainTable:
    """Read a table of strains; rows that can't be used are rejected with line and reason, and the others are read.

    Strains that stand twice are averaged, by inverse variance where all their errors are known. fewest: strains that
    must be left. Raises FormatError where a column is missing, or too few strains are left.
    """
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    header, table, rejected = _cells(path, covariates)
    taken = _Columns(path, header, table, covariates)
    rows, notes = [], _Notes()
    for number in range(len(table)):
        try:
            if (row := taken.row(number, genome, notes)) is not None:
                rows.append(row)
        except KnockonError as error:
            rejected.append((taken.lines[number], taken.genes[number], str(error)))
    strains = _strains(rows, genome, notes)
    if len(strains) < fewest:
        why = f"; line {rejected[0][0]}: {rejected[0][2]}" if rejected else ""
        raise FormatError(f"{path}: {len(strains)} strains can be used, and {fewest} are the fewest that teach{why}")
    named = ((name, tuple(row.covariates[place] for row in strains)) for place, name in enumerate(covariates))
    return StrainTable(
        strains=tuple(row.genes for row in strains),
        values=tuple(row.value for row in strains),
        errors=tuple(row.error for row in strains),
        covariates=dict(named),
        notes=tuple(f"{path.name}: {note}" for note in notes.sentences(genome)),
        rejects=_rejects(path, rejected),
        digest=f"{text_hash(repr([(row.genes, row.value, repr(row.error), row.covariates) for row in strains])):016x}",
    )


class _Notes:
    """What is told of a table besides its rejected rows."""

    def __init__(self) -> None:
        self.mended: dict[str, str] = {}
        self.blank = 0
        self.essential: set[str] = set()
        self.disagree: list[str] = []

    def sentences(self, genome: Genome) -> list[str]:
        """A sentence a kind of thing."""
        found = [f"{cell} is what a spreadsheet made of {gene}; read as {gene}" for cell, gene in self.mended.items()]
        if self.blank:
            found.append(f"{self.blank} rows have no value: not measured")
        if self.essential:
            names = ", ".join(genome.book.standard[gene] for gene in sorted(self.essential))
            found.append(f"{names}: essential; what was measured is used, no design deletes it")
        return found + self.disagree


def _cells(path: Path, covariates: Sequence[str]) -> tuple[Header, pa.Table, list[tuple[int, str, str]]]:
    """The header, all rows as text, and the rows that the reader of cells refused."""
    needed = list(covariates)
    if not is_spreadsheet(path):
        headers = text_headers(path)
        likely = [each for each in headers if _find(each, GENES) and _find(each, VALUES)]
        if not likely:
            best = max(headers, key=lambda each: (len(each.names), -each.line), default=None)
            names = () if best is None else best.names
            which = "genes" if best is None or not _find(best, GENES) else "values"
            wanted = GENES if which == "genes" else VALUES
            raise FormatError(
                f"{path}: has no column of {which}: name one {' or '.join(wanted[:3])}{nearest(wanted[0], names)}"
            )
        find_header(path, likely, needed)
        needed += [str(_find(likely[0], GENES)), str(_find(likely[0], VALUES))]
    blocks = list(read_cells(path, needed))
    header = blocks[0][0]
    refused = [row for _, block in blocks for row in block.rejects.to_pylist()]
    table = pa.concat_tables([block.table for _, block in blocks])
    return header, table, [(row["line"], row["value"], row["reason"]) for row in refused]


def _find(header: Header, names: Sequence[str]) -> str | None:
    """The first of these columns that a header has, in any case, as the header writes it."""
    spelled = {name.lower(): name for name in reversed(header.names)}
    return next((spelled[name] for name in names if name in spelled), None)


class _Columns:
    """The columns of a table by what they are, and its rows."""

    def __init__(self, path: Path, header: Header, table: pa.Table, covariates: Sequence[str]) -> None:
        genes, value, error = (_find(header, names) for names in (GENES, VALUES, ERRORS))
        if genes is None or value is None:
            raise FormatError(f"{path}: needs columns gene (or strain, knockouts) and value; it has {header.names}")
        decimal = "," if header.delimiter in (";", "\t") and _has_commas(table, header, value) else "."
        self.lines = table["line"].to_pylist()
        self.genes = self._texts(table, header, genes)
        self._written = self._texts(table, header, value)
        self._values = self._numbers(table, header, value, decimal)
        self._errors = self._numbers(table, header, error, decimal) if error else [None] * len(table)
        self._covariates = [self._numbers(table, header, name, decimal) for name in covariates]

    def _texts(self, table: pa.Table, header: Header, name: str) -> list[str]:
        return [text.strip() for text in table[column_name(header.place(name))].to_pylist()]

    def _numbers(self, table: pa.Table, header: Header, name: str, decimal: str) -> list[float | None]:
        found: list[float | None] = parse(table[column_name(header.place(name))], decimal)[0].to_pylist()
        return found

    def row(self, number: int, genome: Genome, notes: _Notes) -> _Row | None:
        """One row; None where it holds no value. Raises KnockonError with the reason why it can't be used."""
        genes = _genotype(self.genes[number], genome, notes)
        value, error = self._values[number], self._errors[number]
        if value is None and self._written[number].lower() in ("", "na", "nan", "n/a", "-", "–"):
            notes.blank += 1
            return None
        if value is None or not math.isfinite(value):
            raise KnockonError(f"{self._written[number]!r} is no number")
        if error is not None and error < 0:
            raise KnockonError(f"a standard error of {error}")
        notes.essential |= genome.essential & set(genes)
        known = [column[number] for column in self._covariates]
        others = tuple(math.nan if other is None else other for other in known)
        return _Row(self.lines[number], genes, value, math.nan if error is None else error, others)


def _has_commas(table: pa.Table, header: Header, name: str) -> bool:
    text = table[column_name(header.place(name))]
    return bool(pc.any(pc.match_substring_regex(pc.utf8_trim_whitespace(text), r"^[+-−]?[0-9]+,[0-9]+$")).as_py())


def _genotype(cell: str, genome: Genome, notes: _Notes) -> tuple[str, ...]:
    """The genes of one cell. Raises KnockonError for none, an unknown one, or one that stands twice."""
    if cell.lower() in WILD_TYPE:
        return ()
    genes = []
    for part in _parts(cell, genome):
        if symbol := _as_excel(part):
            genes.append(_turned_back(part, symbol, genome, notes))
        else:
            genes.append(genome.book.resolve(part))
    if not genes:
        raise KnockonError("names no gene")
    if len(set(genes)) < len(genes):
        raise KnockonError("names a gene twice")
    return tuple(sorted(genes))


def _parts(cell: str, genome: Genome) -> list[str]:
    """The names in a cell: of a date, which may hold what otherwise parts names, one; ADE5,7 is one, too."""
    if cell in ("", "0"):
        return []
    if _as_excel(cell):
        return [cell]
    found = []
    for part in (part.removesuffix("Δ") for part in _PARTS.split(cell) if part):
        found += [part] if _known(part, genome) else [each.removesuffix("Δ") for each in part.split(",") if each]
    return found


def _known(name: str, genome: Genome) -> bool:
    return name.upper() in genome.spelled


def _as_excel(text: str) -> str | None:
    """The gene that a spreadsheet turned into this date or day's number; None for what is no date."""
    return symbol_of(text.removesuffix(".0"))


def _turned_back(cell: str, symbol: str, genome: Genome, notes: _Notes) -> str:
    if not _known(symbol, genome):
        raise KnockonError(f"{cell} looks like a gene's name that a spreadsheet turned into a date: write the name")
    notes.mended[cell] = symbol
    return genome.book.resolve(symbol)


def _strains(rows: Sequence[_Row], genome: Genome, notes: _Notes) -> list[_Row]:
    """A row a strain, in the order of their genes; what disagrees is told."""
    by_genes: dict[tuple[str, ...], list[_Row]] = {}
    for row in rows:
        by_genes.setdefault(row.genes, []).append(row)
    spread = stdev([row.value for row in rows]) if len(rows) > 1 else 0.0
    for genes in sorted(genes for genes, same in by_genes.items() if _disagree(same, spread)):
        same = by_genes[genes]
        listed = ", ".join(f"{row.value:g} (line {row.line})" for row in same)
        notes.disagree.append(f"{genome.names(genes)} stands {len(same)} times and disagrees: {listed}; averaged")
    return [_averaged(by_genes[genes]) for genes in sorted(by_genes)]


def _disagree(rows: Sequence[_Row], spread: float) -> bool:
    low, high = min(rows, key=lambda row: row.value), max(rows, key=lambda row: row.value)
    error = math.hypot(low.error, high.error)
    return high.value - low.value > (spread if math.isnan(error) or error == 0 else _FAR * error)


def _averaged(rows: Sequence[_Row]) -> _Row:
    if len(rows) == 1:
        return rows[0]
    values, errors = [row.value for row in rows], [row.error for row in rows]
    covariates = tuple(fmean(column) for column in zip(*(row.covariates for row in rows), strict=True))
    spread = stdev(values) / math.sqrt(len(values))
    if all(error > 0 for error in errors):
        weights = [error**-2 for error in errors]
        value = sum(weight * row.value for weight, row in zip(weights, rows, strict=True)) / sum(weights)
        # Replicates that lie further apart than their errors say are less certain than these.
        return _Row(rows[0].line, rows[0].genes, value, max(sum(weights) ** -0.5, spread), covariates)
    return _Row(rows[0].line, rows[0].genes, fmean(values), spread or math.nan, covariates)


def _rejects(path: Path, rows: Sequence[tuple[int, str, str]]) -> pa.Table:
    columns: list[Any] = [[path.name] * len(rows), *([row[place] for row in rows] for place in range(3))]
    return pa.table(dict(zip(no_rejects().column_names, columns, strict=True)), schema=no_rejects().schema)
