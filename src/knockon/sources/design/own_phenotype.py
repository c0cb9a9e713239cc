"""A laboratory's own phenotype: a plain table of strains and values, with errors and covariates where it has them.

The columns are found by their names, or said. A strain is a gene, or several with a mark between them. What a row lacks
is said with its line; nothing is guessed of a gene.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Mask, Values
from knockon.errors import FormatError, nearest
from knockon.sources.design.spreadsheet_names import NUMBER, restore
from knockon.sources.reading import in_order, rejects_table
from knockon.sources.tables import solid
from knockon.sources.yeast.names import GeneNames
from knockon.sources.yeast.table.cells import (
    Header,
    column_name,
    is_spreadsheet,
    read_cells,
    sheet_headers,
    sheet_rows,
    text_headers,
)
from knockon.sources.yeast.table.numbers import parse, refuse_other_marks
from knockon.sources.yeast.table.strains import WILD_TYPE

GENE = ("gene", "genes", "strain", "strains", "orf", "deletion", "genotype", "knockout", "knockouts", "mutant", "name")
VALUE = ("value", "mean", "titre", "titer", "yield", "phenotype", "measurement", "concentration", "score", "intensity")
ERROR = ("error", "se", "sem", "standarderror", "stderr", "err")
COVARIATE = ("size", "colonysize", "area", "colonyarea", "od", "od600", "opticaldensity")
"""Names of columns, in lower case, letters and digits alone, that say what a column is."""

# Marks between the genes of a strain. A comma is none: it stands in names such as ADE5,7.
_MARKS = r"\s*[+;|/&]\s*|\s+"
_COMMA, _THOUSANDS, _POINT = r"^[+-]?[0-9]+,[0-9]+$", r"^[+-]?[0-9]{1,3},[0-9]{3}$", r"^[+-]?[0-9]*\.[0-9]+$"
# Names for which the nearest known one is looked up; a table of another organism has thousands.
_EXPLAINED = 20


@dataclass(frozen=True)
class OwnPhenotype:
    """strains: systematic names of each strain's deleted genes, sorted. lines: int64. values: float64, errors: float64,
    NaN where none; covariates: float64 (strains, covariates), NaN where empty. columns: what was read as what. rejects:
    REJECT_SCHEMA. notes: what a person should know besides.
    """

    strains: tuple[tuple[str, ...], ...]
    lines: np.ndarray
    values: Values
    errors: Values
    covariates: Values
    columns: dict[str, list[str]]
    rejects: pa.Table
    notes: list[str] = field(default_factory=list)


def read_own_phenotype(
    path: Path,
    names: GeneNames,
    known: Sequence[str],
    *,
    gene: str | None = None,
    value: str | None = None,
    error: str | None = None,
    covariates: Sequence[str] | None = None,
    decimal: str | None = None,
) -> OwnPhenotype:
    """Read a table (.csv, .tsv, .xlsx).

    names: of genes; known: the same, to say which is nearest to an unknown one. gene, value, error, covariates: names
    of columns, found by GENE, VALUE, ERROR, COVARIATE where None; `covariates=()` takes none. decimal: "." or ",", told
    from the numbers where None. Rejected, with line: names that are numbers or of no gene, values that are no numbers
    or absent, negative errors. Raises FormatError where there is no such column, or no row that can be used.
    """
    header = header_of(path)
    chosen = {
        "gene": [_one(path, header, gene, GENE, "gene")],
        "value": [_one(path, header, value, VALUE, "value")],
        "error": _some(path, header, None if error is None else [error], ERROR)[:1],
        "covariates": _some(path, header, covariates, COVARIATE),
    }
    wanted = [name for each in chosen.values() for name in each]
    blocks = [block for _, block in read_cells(path, wanted)]
    rows = pa.concat_tables([block.table for block in blocks])
    cells = {name: solid(rows[column_name(header.place(name))]) for name in wanted}
    lines = solid(rows["line"])
    rejects = [block.rejects for block in blocks]
    good = np.ones(rows.num_rows, dtype=np.bool_)
    strains, refused = _strains(path, lines, cells[chosen["gene"][0]], names, known)
    rejects += refused
    good &= np.array([bool(each) for each in strains], dtype=np.bool_)
    mark = decimal or _decimal_mark(path, [cells[name] for name in wanted[1:]])
    numbers, wrong = {}, {}
    for name in wanted[1:]:
        numbers[name], wrong[name] = _numbers(path, name, cells[name], mark)
    refusals = [(name, wrong[name], "not a number") for name in wanted[1:]]
    refusals += [(name, numbers[name] < 0, "a negative error") for name in chosen["error"]]
    for name, refused_rows, reason in refusals:
        rejects.append(_refused(path, lines, cells[name], refused_rows & good, f"{name}: {reason}"))
        good &= ~refused_rows
    values = numbers[chosen["value"][0]]
    rejects.append(_refused(path, lines, cells[chosen["gene"][0]], np.isnan(values) & good, "no value"))
    good &= np.isfinite(values)
    _refuse_none(path, good, pa.concat_tables(rejects))
    kept = np.flatnonzero(good)
    errors = numbers[chosen["error"][0]] if chosen["error"] else np.full(len(good), np.nan)
    others = np.column_stack([numbers[name] for name in chosen["covariates"]] or [np.empty((len(good), 0))])
    own = tuple(strains[place] for place in kept.tolist())
    found = in_order(pa.concat_tables(rejects))
    lines_kept = lines.to_numpy()[kept]
    notes = _notes(own, lines_kept, values[kept], errors[kept])
    notes += ["numbers are written with a decimal comma"] if decimal is None and mark == "," else []
    notes += _mended(cells[chosen["gene"][0]].take(pa.array(kept)))
    return OwnPhenotype(own, lines_kept, values[kept], errors[kept], others[kept], chosen, found, notes)


def _numbers(path: Path, name: str, cells: pa.Array, mark: str) -> tuple[Values, Mask]:
    """A column's numbers, float64 (rows,), NaN where there is none, and which cells are no numbers."""
    parsed, bad = parse(cells, mark)
    refuse_other_marks(f"{path}, column {name}", cells, bad, mark)
    numbers = pc.fill_null(parsed, float("nan")).to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers, bad.to_numpy(zero_copy_only=False)


def _decimal_mark(path: Path, columns: Sequence[pa.Array]) -> str:
    """The mark that the numbers of some columns have. Raises FormatError where all commas may part thousands."""
    texts = pc.utf8_trim_whitespace(pa.concat_arrays(columns))
    with_comma, thousands, with_point = (
        pc.fill_null(pc.match_substring_regex(texts, pattern), False).true_count
        for pattern in (_COMMA, _THOUSANDS, _POINT)
    )
    if not with_comma or with_point:
        return "."
    if with_comma == thousands:
        first = texts.filter(pc.match_substring_regex(texts, _COMMA))[0].as_py()
        raise FormatError(
            f"{path}: {first!r} may have a decimal comma, or be thousands: write numbers with a decimal point"
        )
    return ","


def header_of(path: Path) -> Header:
    """The line that names the columns: of the first lines the widest way to split the first that has several names."""
    headers = sheet_headers(sheet_rows(path, None)[1]) if is_spreadsheet(path) else text_headers(path)
    wide = [each for each in headers if len(each.names) > 1]
    if not wide:
        raise FormatError(f"{path}: has a single column; a table of strains and values has two at least")
    # What parts the genes of a cell may part columns elsewhere: names that are understood tell which it is.
    understood = [each for each in wide if _bears(each, GENE) and _bears(each, VALUE)]
    wide = understood or wide
    first = min(each.line for each in wide)
    return max((each for each in wide if each.line == first), key=lambda each: len(each.names))


def _bears(header: Header, known: Sequence[str]) -> bool:
    return any(_plain(name) in known for name in header.names)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", re.sub(r"\(.*?\)|\[.*?\]", "", name.lower()))


def _one(path: Path, header: Header, said: str | None, known: Sequence[str], what: str) -> str:
    """The column of a kind. Raises FormatError where the named one is absent, or none or several could be meant."""
    if said is not None:
        return _named(path, header, said)
    # The first of the known words that any column bears: a table has a "name" beside its "gene".
    for word in known:
        found = [name for name in header.names if _plain(name) == word]
        if len(found) == 1:
            return found[0]
        if found:
            break
    raise FormatError(
        f"{path}, line {header.line}: which column holds the {what}? None is called {', '.join(known[:5])} …; "
        f"the columns are {', '.join(header.names[:20])}: call one of them {what}"
    )


def _some(path: Path, header: Header, said: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    if said is not None:
        return [_named(path, header, name) for name in said]
    return [name for name in header.names if _plain(name) in known]


def _named(path: Path, header: Header, name: str) -> str:
    if name not in header.names:
        raise FormatError(f"{path}, line {header.line}: has no column {name!r}{nearest(name, header.names)}")
    return name


def _strains(
    path: Path, lines: pa.Array, written: pa.Array, names: GeneNames, known: Sequence[str]
) -> tuple[list[tuple[str, ...]], list[pa.Table]]:
    """Genes of each strain, () where its name is refused; and the refused ones."""
    cells = pc.utf8_trim_whitespace(written)
    dated = restore(cells)
    # A date with a blank or a slash in it is no set of genes: whole cells first.
    texts = [
        [name] if date else [each.removesuffix("Δ") for each in re.split(_MARKS, name)]
        for name, date in zip(dated.names.to_pylist(), dated.dates.to_pylist(), strict=True)
    ]
    flat = pa.array([gene for genes in texts for gene in genes], pa.string())
    found, reasons = names.resolve(flat)
    resolved, why = iter(found.to_pylist()), iter(reasons.to_pylist())
    strains: list[tuple[str, ...]] = []
    refused: list[tuple[int, str]] = []
    explained = 0
    for place, genes in enumerate(texts):
        own = [(gene, next(resolved), next(why)) for gene in genes]
        bad = [(gene, reason) for gene, name, reason in own if name is None]
        strains.append(() if bad else tuple(sorted({str(name) for _, name, _ in own})))
        if not bad:
            continue
        gene, reason = bad[0]
        if not gene:
            refused.append((place, "no gene"))
        elif gene.lower() in WILD_TYPE:
            refused.append((place, "the wild type, no deletion"))
        elif dated.numbers[place].as_py():
            refused.append((place, NUMBER))
        else:
            explained += 1
            refused.append((place, f"{reason} {gene}" + (nearest(gene, known) if explained <= _EXPLAINED else "")))
    taken = [
        rejects_table(path, lines.take(pa.array([place])), cells.take(pa.array([place])), reason)
        for place, reason in refused
    ]
    return strains, taken


def _refused(path: Path, lines: pa.Array, texts: pa.Array, bad: np.ndarray, reason: str) -> pa.Table:
    which = pa.array(bad)
    return rejects_table(path, lines.filter(which), texts.filter(which), reason)


def _refuse_none(path: Path, good: np.ndarray, rejects: pa.Table) -> None:
    if not good.any():
        why = f"; line {rejects['line'][0]}: {rejects['reason'][0]}" if rejects.num_rows else ": it has no rows"
        raise FormatError(f"{path}: no row can be used{why}")


def _notes(strains: Sequence[tuple[str, ...]], lines: np.ndarray, values: Values, errors: Values) -> list[str]:
    """What is said of genotypes that stand in several rows: they count together, and disagree where they do."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, genes in enumerate(strains):
        places.setdefault(genes, []).append(place)
    spread, found = float(values.std()), []
    for genes, own in places.items():
        if len(own) < 2:
            continue
        gap, error = (
            float(np.ptp(values[own])),
            float(np.sqrt(np.nanmean(errors[own] ** 2))) if _known(errors[own]) else spread / 3,
        )
        if gap > 3 * np.sqrt(2) * error and gap > 0:
            where = ", ".join(str(line) for line in lines[own].tolist())
            measured = ", ".join(f"{value:.4g}" for value in values[own].tolist())
            strain = " + ".join(genes)
            found.append(f"lines {where}: strains of {strain} disagree ({measured}); their mean is taken")
    return found


def _mended(written: pa.Array) -> list[str]:
    """What is said of names that a spreadsheet had turned into dates."""
    cells = pc.utf8_trim_whitespace(written)
    dated = restore(cells)
    pairs = zip(cells.filter(dated.dates).to_pylist(), dated.names.filter(dated.dates).to_pylist(), strict=True)
    return [f"{cell} is what a spreadsheet made of {name}; read as {name}" for cell, name in dict.fromkeys(pairs)]


def _known(errors: Values) -> bool:
    return bool(np.isfinite(errors).all())
