"""Readers of a plain table, as its layout states it: measurements of one value a strain, or profiles of many."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.hashing import Hashes, combine, hash_column
from knockon.sources.blocks import BLOCK_BYTES
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Column, repeated, solid
from knockon.sources.yeast.measurements import RowChecks, concat_results, with_not_measured
from knockon.sources.yeast.profiles import PROFILE_SCHEMA
from knockon.sources.yeast.table.cells import Header, column_name, read_cells
from knockon.sources.yeast.table.layout import Layout, layout_of
from knockon.sources.yeast.table.melt import Melted, cell_strains, celsius, melt, mirrored, number_columns
from knockon.sources.yeast.table.numbers import parse
from knockon.sources.yeast.table.strains import DATE, Strains
from knockon.sources.yeast.table.unit import Values
from knockon.sources.yeast.table.unit_check import UnitCheck

_MOST_GENES = 3


def read_table(path: Path, **settings: Any) -> ReadResult:
    """Read a plain table of fitness, interactions or S-scores into MEASUREMENT_SCHEMA; see `stream_table`."""
    return concat_results(list(stream_table(path, **settings)))


def stream_table(path: Path, *, block_bytes: int = BLOCK_BYTES, **settings: Any) -> Iterator[ReadResult]:
    """Read a plain table (tab, semicolon, comma, or a spreadsheet) block by block; `settings` are those of Layout.

    Values become the phenotype's unit by the formula of the stated unit, errors by its derivative. A blank cell of a
    wide table is not measured; in a long one the row is rejected. Rejected, too: rows that stand twice word for word,
    no or more than three genes, a gene with itself, the wild type, what is no number or outside the unit's range.
    A square matrix that repeats a value across its diagonal gives it once.

    Raises FormatError for settings and columns that are not there, and for values that can't be in the stated unit.
    """
    layout = layout_of(path, settings)
    for table in _Tables(path, layout).blocks(block_bytes):
        yield table.measurements()


def read_profile_table(path: Path, **settings: Any) -> ReadResult:
    """Read a plain table of growth, expression, metabolome or morphology into PROFILE_SCHEMA; as `stream_table`.

    A component that came before for the strain is rejected. The wild type has no genes.
    """
    layout = layout_of(path, settings)
    results = [table.profiles() for table in _Tables(path, layout).blocks(BLOCK_BYTES)]
    rows = pa.concat_tables([result.table for result in results]).unify_dictionaries()
    checks = RowChecks(path, rows["line"])
    again = repeated(rows["strain"], rows["component"])
    checks.refuse(again, rows["strain"].cast(pa.string()), "a component that came before for the strain")
    earlier = pa.concat_tables([result.rejects for result in results])
    return checks.finish(rows, earlier)


@dataclass
class _Tables:
    """The blocks of one file, and what holds for all of them."""

    path: Path
    layout: Layout

    def blocks(self, block_bytes: int) -> Iterator["_Block"]:
        layout = self.layout
        # A square matrix is compared across its diagonal: as a whole.
        whole = layout.headers == "gene"
        where = f"{self.path}: column {layout.value!r}" if layout.value else str(self.path)
        check = UnitCheck(where, layout.phenotype, layout.measured_in, layout.wild_type, layout.check_unit)
        seen: list[Hashes] = []
        found = read_cells(self.path, layout.named(), layout.sheet, block_bytes)
        for header, block in _as_one(found) if whole else found:
            yield _Block(self.path, layout, header, block, check, seen)


def _as_one(blocks: Iterator[tuple[Header, ReadResult]]) -> Iterator[tuple[Header, ReadResult]]:
    listed = list(blocks)
    tables = pa.concat_tables([block.table for _, block in listed])
    yield listed[0][0], ReadResult(tables, pa.concat_tables([block.rejects for _, block in listed]))


class _Block:
    """One block of a table: its cells of numbers, their strains, and the refusals on the way."""

    def __init__(
        self, path: Path, layout: Layout, header: Header, block: ReadResult, check: UnitCheck, seen: list[Hashes]
    ) -> None:
        self._layout, self._header, self._block = layout, header, block
        self._names = number_columns(path, layout, header)
        self._cells: Melted = melt(path, layout, header, block.table)
        self._rows = pa.array(self._cells.rows)
        self._checks = RowChecks(path, solid(block.table["line"]).take(self._rows))
        self._refuse_repeats(seen)
        self._strains: Strains = cell_strains(layout, header, self._names, block.table, self._cells)
        self._refuse_strains()
        self._refuse_values(check)

    def measurements(self) -> ReadResult:
        """The rows of MEASUREMENT_SCHEMA that stand."""
        self._refuse_sizes()
        values = self._values()
        columns = {**self._perturbations(), "value": pa.array(self._layout.measured_in.convert(values, self._wild))}
        columns |= self._error_and_n(values)
        for name, read in (("temperature", celsius), ("p_value", parse)):
            if (texts := self._column(getattr(self._layout, name))) is not None:
                columns[name], bad = read(texts)
                self._checks.refuse(bad, texts, f"{name.replace('_', '-')} is not a number")
        if (medium := self._column(self._layout.medium)) is not None:
            columns["media"] = _blank_is_missing(medium)
        columns |= self._from_headers()
        if "p_value" in columns:
            self._checks.check_probability(columns["p_value"], pa.repeat(False, len(values)), self._cells.texts)
        result = self._checks.result([self._checks.phenotype(self._layout.phenotype, columns)], self._block.rejects)
        return ReadResult(with_not_measured(result.table, self._cells.blank), result.rejects)

    def profiles(self) -> ReadResult:
        """The rows of PROFILE_SCHEMA that stand."""
        lone = pc.and_(pc.equal(self._strains.counts(), 0), pc.invert(self._strains.wild_type))
        self._checks.refuse(lone, self._cells.texts, "no gene")
        unit = self._layout.measured_in
        genes = self._strains.genes
        names = pc.if_else(pc.equal(self._strains.counts(), 0), "wild type", pc.binary_join(genes, "+"))
        rows = {
            "line": self._checks.lines,
            "strain": names,
            "genes": genes,
            "phenotype": pa.repeat(self._layout.phenotype, len(names)),
            "component": self._components(),
            "value": pa.array(unit.convert(self._values(), self._wild)),
            "unit": pa.repeat(unit.becomes, len(names)),
        }
        words = {key: each.dictionary_encode() for key, each in rows.items() if pa.types.is_string(each.type)}
        return self._checks.finish(pa.Table.from_pydict(rows | words, schema=PROFILE_SCHEMA), self._block.rejects)

    @property
    def _wild(self) -> float:
        return 1.0 if self._layout.wild_type is None else self._layout.wild_type

    def _column(self, name: str | None) -> pa.Array | None:
        """A column as text, a row a cell of numbers; None where it is not named."""
        if name is None:
            return None
        return solid(self._block.table[column_name(self._header.place(name))]).take(self._rows)

    def _values(self) -> Values:
        """Values in the stated unit, NaN where refused: a formula need not stand what is no number."""
        values = self._cells.values.to_numpy(zero_copy_only=False).copy()
        values[~self._checks.good.to_numpy(zero_copy_only=False)] = np.nan
        return values

    def _refuse_repeats(self, seen: list[Hashes]) -> None:
        table = self._block.table
        columns = [table[name] for name in table.column_names[1:]]
        hashes = combine([hash_column(each) for each in columns])
        again = repeated(pa.array(hashes)) | np.isin(hashes, np.concatenate([np.zeros(0, np.uint64), *seen]))
        seen.append(hashes)
        shown = pc.binary_join_element_wise(*[solid(each) for each in columns[:8]], " ")
        self._checks.refuse(again[self._cells.rows], shown.take(self._rows), "a row that came before, word for word")

    def _refuse_strains(self) -> None:
        shown = self._shown()
        dates = pc.fill_null(pc.match_substring_regex(shown, DATE), False)
        self._checks.refuse(dates, shown, "a date where a gene is due: a spreadsheet made it of MAR1, OCT1 or SEP7")

    def _shown(self) -> pa.Array:
        genes = pc.binary_join(self._strains.genes, " × ")
        return pc.if_else(self._strains.wild_type, "wild type", genes)

    def _refuse_values(self, check: UnitCheck) -> None:
        cells = self._cells
        self._checks.refuse(cells.bad, cells.texts, "value is not a number")
        self._checks.refuse(pc.is_null(cells.values), self._shown(), "no value")
        stands = self._checks.good.to_numpy(zero_copy_only=False)
        if self._layout.headers == "gene" and self._layout.genes:
            first = solid(self._block.table[column_name(self._header.place(self._layout.genes[0]))])
            self._checks.drop(mirrored(pc.utf8_trim_whitespace(first), self._names, cells))
        values = cells.values.to_numpy(zero_copy_only=False)
        check.check(values[stands])
        if self._layout.check_unit:
            low, high = self._layout.measured_in.bounds(self._layout.wild_type)
            reason = f"outside {low:g} to {high:g}, where {self._layout.phenotype} in the unit {check.unit.name} lies"
            self._checks.refuse((values < low) | (values > high), cells.texts, reason)

    def _refuse_sizes(self) -> None:
        """Strains that are no strain of a measurement of one value."""
        counts, shown = self._strains.counts(), self._shown()
        self._checks.refuse(
            self._strains.wild_type, shown, "the wild type, to which the values are relative: no perturbed gene"
        )
        self._checks.refuse(pc.equal(counts, 0), self._cells.texts, "no gene")
        self._checks.refuse(pc.greater(counts, _MOST_GENES), shown, "more than three genes")
        if self._layout.phenotype != "fitness":
            self._checks.refuse(pc.less(counts, 2), shown, f"{self._layout.phenotype} needs two genes")

    def _perturbations(self) -> dict[str, pa.Array]:
        """Columns a, b and c: the first gene, the last of several, and the one between three."""
        counts = self._strains.counts().to_numpy(zero_copy_only=False).astype(np.int64)
        places = [
            pa.array(np.zeros(len(counts), np.int64), mask=counts < 1),
            pa.array(counts - 1, mask=counts < 2),
            pa.array(np.ones(len(counts), np.int64), mask=counts != _MOST_GENES),
        ]
        columns: dict[str, pa.Array] = {}
        slots = self._strains.slots(places)
        for letter, (gene, allele) in zip("abc", slots, strict=True):
            kind = pc.if_else(pc.is_valid(gene), self._layout.kind, pa.scalar(None, pa.string()))
            columns |= {f"strain_{letter}": gene, f"gene_{letter}": gene, f"kind_{letter}": kind}
            columns[f"allele_{letter}"] = allele
        for first, second in (("a", "b"), ("a", "c"), ("b", "c")):
            one, other = columns[f"gene_{first}"], columns[f"gene_{second}"]
            self._checks.refuse(pc.equal(one, other), one, "a gene with itself")
        return columns

    def _error_and_n(self, values: Values) -> dict[str, pa.Array]:
        """The spread of the measurements behind a value, in the records' unit, and their number.

        The records take standard_deviation/√n as the standard error; so a stated standard error is multiplied by √n.
        """
        columns: dict[str, pa.Array] = {}
        count = np.ones(len(values))
        if (texts := self._column(self._layout.n)) is not None:
            numbers, bad = parse(texts, self._layout.decimal, self._layout.thousands)
            self._checks.refuse(bad, texts, "n is not a number")
            self._checks.refuse(_no_count(numbers), texts, "n is not a whole number from 1")
            count = np.nan_to_num(numbers.to_numpy(zero_copy_only=False), nan=1.0)
            stands = self._checks.good
            columns["n"] = pc.cast(pc.if_else(stands, numbers, pa.scalar(None, pa.float64())), pa.int32())
        if (texts := self._column(self._layout.error)) is not None:
            numbers, bad = parse(texts, self._layout.decimal, self._layout.thousands)
            self._checks.check_deviation(numbers, bad, texts)
            spread = numbers.to_numpy(zero_copy_only=False) * np.abs(self._layout.measured_in.slope(values, self._wild))
            spread = spread * np.sqrt(count) if self._layout.error_is == "standard_error" else spread
            columns["standard_deviation"] = pa.array(spread, from_pandas=True)
        return columns

    def _from_headers(self) -> dict[str, pa.Array]:
        """Temperature or medium of each cell, where the headers of a wide table say them."""
        chosen = pa.array(self._cells.columns)
        names = pa.array(self._names, pa.string())
        if self._layout.headers == "medium":
            return {"media": names.take(chosen)}
        if self._layout.headers != "temperature":
            return {}
        degrees, bad = celsius(names)
        self._checks.refuse(bad.take(chosen), names.take(chosen), "the header is no temperature in °C")
        return {"temperature": degrees.take(chosen)}

    def _components(self) -> pa.Array:
        if self._layout.headers == "component":
            return pa.array(self._names, pa.string()).take(pa.array(self._cells.columns))
        if (stated := self._column(self._layout.component)) is None:
            return pa.repeat("doubling time", len(self._rows))
        texts = pc.utf8_trim_whitespace(stated)
        self._checks.refuse(pc.equal(texts, ""), self._shown(), "no component")
        return texts


def _no_count(numbers: pa.Array) -> pa.Array:
    return pc.or_(pc.or_(pc.less(numbers, 1), pc.greater(numbers, 1e9)), pc.not_equal(numbers, pc.floor(numbers)))


def _blank_is_missing(column: Column) -> pa.Array:
    texts = pc.utf8_trim_whitespace(solid(column))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
