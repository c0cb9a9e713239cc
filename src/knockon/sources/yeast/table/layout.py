"""What a person says of a plain table: which column is what, in which unit, and how its numbers are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from knockon.errors import FormatError, nearest, refuse_unknown
from knockon.sources.yeast.table.units import PHENOTYPES, Unit, find_unit

KINDS = ("deletion", "damp", "ts", "allele", "suppressor", "overexpression", "unknown")
"""What may have been done to the genes; as PERTURBATION_KINDS of the records."""

HEADERS = ("gene", "component", "temperature", "medium")
"""What the headers of a wide table's columns of numbers may name."""

ERRORS = ("standard_deviation", "standard_error")

PROFILES = ("growth", "expression", "metabolome", "morphology")
"""Phenotypes that are read as profiles; the others are measurements of one value."""

Names = str | Sequence[str]


@dataclass(frozen=True)
class Layout:
    """A plain table, as params.yaml states it under `table` (docs/own-data.md).

    phenotype: one of units.PHENOTYPES. unit: of its numbers, one of that phenotype's.
    genes: columns that name the perturbed genes; none where headers alone do. separator: what parts several genes in
    one cell. alleles: columns of allele names, one for each of `genes`. kind: what was done to them, one of KINDS.
    value: the column of numbers of a long table (a row a measurement).
    headers: of a wide table, what the headers of its columns of numbers name, one of HEADERS.
    values: these columns; all that are not named otherwise where it is empty. ignore: columns that are neither.
    component: column that names what was measured, for phenotypes of many values.
    error: column of errors. error_is: one of ERRORS. n: column of replicates. p_value: column of probabilities.
    temperature: column of °C. medium: column of growth media. The entry's own hold where they are blank.
    decimal, thousands: the marks in numbers. sheet: of a spreadsheet that has several.
    wild_type: value of the wild type, for units that need it. check_unit: false to read values in an unlikely range.
    """

    phenotype: str
    unit: str
    genes: Names = ()
    kind: str = "deletion"
    separator: str | None = None
    alleles: Names = ()
    value: str | None = None
    headers: str | None = None
    values: Names = ()
    ignore: Names = ()
    component: str | None = None
    error: str | None = None
    error_is: str | None = None
    n: str | None = None
    p_value: str | None = None
    temperature: str | None = None
    medium: str | None = None
    decimal: str = "."
    thousands: str | None = None
    sheet: str | None = None
    wild_type: float | None = None
    check_unit: bool = True

    @property
    def is_profile(self) -> bool:
        """Whether the rows are profiles (PROFILE_SCHEMA), not measurements (MEASUREMENT_SCHEMA)."""
        return self.phenotype in PROFILES

    @property
    def measured_in(self) -> Unit:
        """The unit of the numbers."""
        return find_unit(self.phenotype, self.unit)

    def named(self) -> tuple[str, ...]:
        """Columns of the file that are named, in the order of the settings."""
        single = (self.value, self.component, self.error, self.n, self.p_value, self.temperature, self.medium)
        listed = (*self.genes, *self.alleles, *self.values, *self.ignore)
        return (*listed, *(name for name in single if name is not None))


def layout_of(path: Path, options: Mapping[str, Any]) -> Layout:
    """The layout that these settings state; a text where a list is due is one name.

    Raises FormatError with the file's name for settings that are unknown, missing or contradict one another.
    """
    where = f"{path}: table"
    refuse_unknown(where, "setting", options, [field.name for field in fields(Layout)], FormatError)
    needed = ("phenotype", "unit") if options.get("headers") == "gene" else ("phenotype", "unit", "genes")
    if missing := [name for name in needed if not options.get(name)]:
        raise FormatError(
            f"{path}: a table needs {', '.join(missing)} stated: `knockon sources read table {path.name}` guesses its "
            "columns and prints the lines for params.yaml"
        )
    lists = ("genes", "alleles", "values", "ignore")
    given = {key: value for key, value in options.items() if value is not None}
    given |= {key: _names(given[key]) for key in lists if key in given}
    layout = Layout(**given)
    _check_words(where, layout)
    _check_shape(where, layout)
    _check_profile(where, layout)
    return layout


def _names(given: Names) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _check_words(where: str, layout: Layout) -> None:
    choices = {"phenotype": tuple(PHENOTYPES), "kind": KINDS, "headers": HEADERS, "error_is": ERRORS}
    for name, known in {**choices, "decimal": (".", ",")}.items():
        stated = getattr(layout, name)
        if stated is not None and stated not in known:
            raise FormatError(f"{where}: {name} is {stated!r}{nearest(str(stated), known)}")
    units = [unit.name for unit in PHENOTYPES[layout.phenotype]]
    if layout.unit not in units:
        raise FormatError(f"{where}: unit is {layout.unit!r}; {layout.phenotype} is read in {', '.join(units)}")
    if layout.measured_in.needs_wild_type and layout.wild_type is None:
        raise FormatError(
            f"{where}: unit {layout.unit} needs wild_type, the wild type's own value in the same unit: write "
            "`wild_type: …`"
        )
    if not layout.measured_in.needs_wild_type and layout.wild_type is not None:
        raise FormatError(f"{where}: wild_type is stated, but unit {layout.unit} is relative to it already")


def _check_shape(where: str, layout: Layout) -> None:
    if (layout.value is None) == (layout.headers is None):
        raise FormatError(
            f"{where}: state either `value`, the column of numbers of a long table, or `headers`, what the headers of "
            f"a wide one name ({', '.join(HEADERS)})"
        )
    if layout.headers is None and layout.values:
        raise FormatError(f"{where}: values is for a wide table, which states `headers`; a long one states `value`")
    if layout.headers is not None and (layout.error or layout.n or layout.p_value):
        raise FormatError(f"{where}: a wide table has no column of errors, n or p-values: bring it as a long one")
    if (layout.error is None) != (layout.error_is is None):
        raise FormatError(f"{where}: state error and error_is together; error_is: {' or '.join(ERRORS)}")
    if layout.headers not in (None, "gene") and getattr(layout, str(layout.headers)) is not None:
        raise FormatError(f"{where}: {layout.headers} stands in the headers and in a column; state one")
    if layout.alleles and (layout.separator or layout.headers or len(layout.alleles) != len(layout.genes)):
        raise FormatError(f"{where}: alleles needs a long table, one column for each of genes, and no separator")
    named = layout.named()
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise FormatError(f"{where}: the column {twice[0]!r} is named twice")


def _check_profile(where: str, layout: Layout) -> None:
    if not layout.is_profile:
        if layout.component is not None or layout.headers == "component":
            raise FormatError(f"{where}: {layout.phenotype} is one value a strain; it has no component")
        return
    extra = [name for name in ("error", "n", "p_value", "temperature", "medium") if getattr(layout, name) is not None]
    if extra or layout.headers in ("temperature", "medium"):
        raise FormatError(
            f"{where}: profiles of {layout.phenotype} have no {(*extra, layout.headers)[0]} of single values: list "
            "one file for each condition, with its media and temperature in the entry"
        )
    if layout.kind != "deletion" or layout.alleles:
        raise FormatError(f"{where}: profiles are of deletion strains; kind can't be {layout.kind}")
    has_component = layout.component is not None or layout.headers == "component"
    if layout.phenotype == "growth" and has_component:
        raise FormatError(f"{where}: growth is one value a strain; it has no component")
    if layout.phenotype != "growth" and not has_component:
        raise FormatError(f"{where}: {layout.phenotype} needs component: a column, or `headers: component`")


def format_of(options: Mapping[str, Any]) -> str:
    """Which of the two formats reads a table with these settings."""
    return "table_profiles" if options.get("phenotype") in PROFILES else "table"
