"""A guess of a plain table's layout, for a person to confirm; what can't be told is asked."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.spreadsheet import read_sheets
from knockon.sources.yeast.table.cells import (
    Header,
    column_name,
    find_header,
    is_spreadsheet,
    read_cells,
    sheet_headers,
    sheet_rows,
    text_headers,
)
from knockon.sources.yeast.table.columns import Seen, look, looks_like_gene, roles, unit_hint
from knockon.sources.yeast.table.melt import celsius
from knockon.sources.yeast.table.numbers import parse
from knockon.sources.yeast.table.unit import Values
from knockon.sources.yeast.table.unit_check import looks_like
from knockon.sources.yeast.table.units import PHENOTYPES

_SAMPLE_ROWS = 5000
_COMMA = r"[0-9],[0-9]"
_GROUPED = r"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?$"
# Of the headers of a wide table so many must be gene names.
_MOST = 0.6


@dataclass
class Guess:
    """Settings of Layout as they were stated or guessed, and notes for who confirms them.

    open: questions that the file does not answer.
    """

    settings: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def add(self, **found: Any) -> None:
        """Take settings that were not stated."""
        self.settings |= {key: value for key, value in found.items() if self.settings.get(key) is None and value}


def guess(path: Path, stated: Mapping[str, Any]) -> Guess:
    """Guess what is not stated of a table's layout.

    Raises FormatError that lists all that can't be told, each with the option that says it, and where the file has no
    header.
    """
    found = Guess({key: value for key, value in stated.items() if value is not None})
    _sheet(path, found)
    header, table = _sample(path, found.settings.get("sheet"))
    find_header(path, [header], sorted(_taken(found)))
    _refuse_data(path, header)
    _marks(table, found)
    marks = found.settings.get("decimal", "."), found.settings.get("thousands")
    columns = [look(name, table[column_name(place)], *marks) for place, name in enumerate(header.names)]
    _strains(columns, found)
    _roles(columns, found)
    _numbers(columns, found)
    if not found.open:
        _unit(columns, header, table, found)
    if found.open:
        raise FormatError(f"{path}: the table can't be guessed:\n  " + "\n  ".join(found.open))
    return found


def _sheet(path: Path, found: Guess) -> None:
    if not is_spreadsheet(path) or found.settings.get("sheet"):
        return
    filled = [name for name, rows in read_sheets(path).items() if rows]
    if len(filled) > 1:
        found.add(sheet=filled[0])
        found.notes.append(f"of the sheets {', '.join(filled)} the first was taken (--option sheet=…)")


def _sample(path: Path, sheet: str | None) -> tuple[Header, pa.Table]:
    """The likeliest header, and the rows below it: of the widest way to split the lines, the first of that width."""
    headers = sheet_headers(sheet_rows(path, sheet)[1]) if is_spreadsheet(path) else text_headers(path)
    usual: list[tuple[int, str]] = []
    for delimiter in {each.delimiter for each in headers}:
        widths = Counter(_width(each) for each in headers if each.delimiter == delimiter)
        usual.append((max(widths, key=lambda width: (widths[width], width)), delimiter))
    width, delimiter = max(usual, default=(0, ""))
    if width < 2:
        raise FormatError(f"{path}: has a single column; a table has at least one of genes and one of numbers")
    header = next(each for each in headers if each.delimiter == delimiter and _width(each) == width)
    needed = [name for name in header.names if header.names.count(name) == 1]
    read, block = next(islice(read_cells(path, needed, sheet), 1))
    return read, block.table.slice(0, _SAMPLE_ROWS)


def _width(header: Header) -> int:
    """Cells up to the last that says something."""
    named = [place for place, name in enumerate(header.names, 1) if name != f"column {place}"]
    return max(named, default=0) if not header.delimiter else len(header.names)


def _refuse_data(path: Path, header: Header) -> None:
    genes = [name for name in header.names if looks_like_gene(name)]
    numbers = [name for name in header.names if re.fullmatch(r"[+-]?[0-9]*[.,]?[0-9]+([eE][+-]?[0-9]+)?", name)]
    if genes and numbers and len(genes) + len(numbers) >= len(header.names) - 1:
        raise FormatError(
            f"{path}: line {header.line} holds {genes[0]} and {numbers[0]}: it looks like data. A table needs a first "
            "line that names its columns: add one"
        )


def _marks(table: pa.Table, found: Guess) -> None:
    """Decimal commas, or commas between thousands: by the numbers that have one."""
    if "decimal" in found.settings or "thousands" in found.settings:
        return
    texts = pa.concat_arrays([pc.utf8_trim_whitespace(table[name].combine_chunks()) for name in table.column_names[1:]])
    marked = texts.filter(pc.match_substring_regex(texts, r"^[+-]?[0-9]*(,[0-9]+)+(\.[0-9]+)?%?$"))
    if not len(marked):
        return
    grouped = pc.match_substring_regex(marked, _GROUPED).true_count
    if grouped < len(marked):
        found.add(decimal=",")
    else:
        found.open.append(
            f"numbers such as {marked[0].as_py()} have a comma: is it the decimal mark (--option decimal=,) or does it "
            "part thousands (--option thousands=,)?"
        )


def _strains(columns: Sequence[Seen], found: Guess) -> None:
    if "genes" not in found.settings:
        named = [column for column in columns if column.is_gene and column.role not in ("component", "medium")]
        systematic = [column for column in named if column.systematic >= _MOST]
        # Common names beside systematic ones are the same genes once more.
        chosen = systematic or named
        found.add(genes=[column.name for column in chosen])
        found.add(ignore=[column.name for column in named if column not in chosen])
        if len(chosen) > 3:
            found.open.append(_which("genes", [column.name for column in chosen]))
    given = found.settings.get("genes", [])
    marks = {column.separator for column in columns if column.name in given and column.separator}
    if len(marks) == 1:
        found.add(separator=marks.pop())
    found.add(kind="deletion")


def _roles(columns: Sequence[Seen], found: Guess) -> None:
    for name in ("n", "p_value", "temperature", "medium", "component"):
        listed = [each for each in roles(columns, name) if each not in _taken(found)]
        if len(listed) > 1 and name not in found.settings:
            found.open.append(_which(name, listed))
        found.add(**{name: next(iter(listed), None)})
    errors = [column for column in columns if column.role in ("standard_deviation", "standard_error", "error")]
    if "error" not in found.settings and errors:
        if len(errors) > 1:
            found.open.append(_which("error", [column.name for column in errors]))
        found.add(error=errors[0].name)
    role = next((column.role for column in errors if column.name == found.settings.get("error")), "error")
    if "error" in found.settings and "error_is" not in found.settings:
        if role == "error":
            found.open.append(
                f"is {found.settings['error']!r} a standard deviation or a standard error? "
                "(--option error_is=standard_deviation or =standard_error)"
            )
        else:
            found.add(error_is=role)


def _taken(found: Guess) -> set[str]:
    """Columns that have a use."""
    taken: set[str] = set()
    for name in ("genes", "alleles", "ignore", "values", "value", "n", "p_value", "temperature", "medium", "component",
                 "error"):  # fmt: skip
        given = found.settings.get(name) or ()
        taken |= {given} if isinstance(given, str) else set(given)
    return taken


def _which(name: str, listed: Sequence[str]) -> str:
    return f"which column is {name}? It may be {', '.join(listed)} (--option {name}=…)"


def _numbers(columns: Sequence[Seen], found: Guess) -> None:
    """The column of numbers of a long table, or what the headers of a wide one name."""
    if "value" in found.settings or "headers" in found.settings:
        _ignore_words(columns, found)
        return
    free = [column for column in columns if column.is_number and column.name not in _taken(found)]
    phenotypes = [column.name for column in free if column.role in PHENOTYPES or column.role == "value"]
    if len(phenotypes) == 1 or len(free) == 1:
        found.add(value=phenotypes[0] if phenotypes else free[0].name)
    elif not free:
        found.open.append("no column of numbers is left to be the value: name it (--option value=…)")
    elif not phenotypes and (headers := _headers([column.name for column in free])):
        found.add(headers=headers)
        found.settings.pop(headers if headers != "gene" else "", None)
    else:
        found.open.append(_which("value", phenotypes or [column.name for column in free][:20]))
        found.open.append("or is it a wide table? Then say what its headers name (--option headers=gene, component, "
                          "temperature or medium)")  # fmt: skip
    _ignore_words(columns, found)


def _headers(names: Sequence[str]) -> str:
    if sum(map(looks_like_gene, names)) >= _MOST * len(names):
        return "gene"
    return "temperature" if not celsius(pa.array(names, pa.string()))[1].true_count else ""


def _ignore_words(columns: Sequence[Seen], found: Guess) -> None:
    """Columns of a wide table that hold no numbers, and have no other use."""
    if "headers" not in found.settings or "values" in found.settings:
        return
    words = [column.name for column in columns if not column.is_number and column.name not in _taken(found)]
    found.settings["ignore"] = [*found.settings.get("ignore", ()), *words]
    if not found.settings["ignore"]:
        del found.settings["ignore"]


def _unit(columns: Sequence[Seen], header: Header, table: pa.Table, found: Guess) -> None:
    """Phenotype and unit, by the name of the column and the range of its numbers."""
    value = found.settings.get("value")
    seen = next((column for column in columns if column.name == value), None)
    values = _values(columns, header, table, found)
    phenotype = found.settings.get("phenotype") or (seen.role if seen and seen.role in PHENOTYPES else None)
    if phenotype is None:
        names = list(dict.fromkeys(name for name, _ in looks_like(values))) if len(values) else []
        several = found.settings.get("headers") == "gene" or len(found.settings.get("genes", ())) > 1
        several = several or bool(found.settings.get("separator"))
        names = names if several else [name for name in names if name == "fitness"]
        if found.settings.get("component") or found.settings.get("headers") == "component" or len(names) != 1:
            what = f"it may be {', '.join(names)}" if names else f"one of {', '.join(PHENOTYPES)}"
            found.open.append(f"which phenotype is it? {what[0].upper()}{what[1:]} (--option phenotype=…)")
            return
        phenotype = names[0]
    found.add(phenotype=phenotype)
    if phenotype not in PHENOTYPES or "unit" in found.settings:
        return
    hint = unit_hint(value or "")
    known = [unit for unit in PHENOTYPES[phenotype] if unit.fits(values, found.settings.get("wild_type"))]
    hinted = [unit for unit in known if unit.name == hint]
    if hint == "doubling_time" and "wild_type" not in found.settings:
        found.open.append("doubling times need the wild type's own (--option unit=doubling_time --option wild_type=…)")
        return
    if not known:
        names = [unit.name for unit in PHENOTYPES[phenotype]]
        span = f"{np.min(values):g} to {np.max(values):g}" if len(values) else "nothing"
        found.open.append(
            f"in which unit is {phenotype}? {span} is unusual for {', '.join(names)} (--option unit=…); doubling times "
            "and growth rates also need --option wild_type=…"
        )
        return
    chosen = (hinted or known)[0]
    found.add(unit=chosen.name)
    if others := [unit for unit in known if unit is not chosen and not hinted]:
        listed = ", ".join(f"{unit.name} ({unit.says})" for unit in others)
        found.notes.append(f"unit: the range would also allow {listed}")


def _values(columns: Sequence[Seen], header: Header, table: pa.Table, found: Guess) -> Values:
    """All numbers of the table's values."""
    value, listed = found.settings.get("value"), found.settings.get("values")
    wanted = [value] if value else listed or [column.name for column in columns if column.name not in _taken(found)]
    places = [place for place, name in enumerate(header.names) if name in wanted]
    marks = found.settings.get("decimal", "."), found.settings.get("thousands")
    parts = [parse(table[column_name(place)], *marks)[0].to_numpy(zero_copy_only=False) for place in places]
    joined = np.concatenate([np.zeros(0), *parts])
    return joined[np.isfinite(joined)]
