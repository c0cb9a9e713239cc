"""The one table that every reader of an experiment format returns: one row is one measured phenotype of one strain."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Mask
from knockon.sources.reading import ReadResult, in_order, rejects_table
from knockon.sources.tables import Column, Refusals, column, mask, solid


def _perturbation(letter: str, role: str, nullable: bool) -> list[pa.Field]:
    return [
        column(f"strain_{letter}", pa.string(), f"strain of {role}, as written", nullable=nullable),
        column(
            f"gene_{letter}", pa.string(), f"gene of {role}, as written: systematic or common name", nullable=nullable
        ),
        column(f"kind_{letter}", pa.string(), "deletion, damp, ts, allele, suppressor or unknown", nullable=nullable),
        column(
            f"allele_{letter}", pa.string(), "the lab's allele name; empty where it says no more", nullable=nullable
        ),
    ]


MEASUREMENT_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line or row of the file"),
        *_perturbation("a", "the query", nullable=False),
        *_perturbation("b", "the array", nullable=True),
        *_perturbation("c", "the query's second gene", nullable=True),
        column("phenotype", pa.string(), "fitness, interaction or s_score"),
        column("value", pa.float64(), "the phenotype's unit"),
        column("standard_deviation", pa.float64(), "the phenotype's unit; missing where not reported", nullable=True),
        column("n", pa.int32(), "number of measurements behind the value; missing where not reported", nullable=True),
        column("p_value", pa.float64(), "probability, 0 to 1; missing where not reported", nullable=True),
        column("temperature", pa.float64(), "°C; missing where the file does not say", nullable=True),
        column("media", pa.string(), "name of the growth medium; missing where the file does not say", nullable=True),
    ]
)
"""Perturbation a is the query strain's gene, b the array strain's (missing for single mutants), c the second gene of a
query strain with two (missing unless triple). `fitness` is colony size relative to wild type; `interaction` is ε of
two genes or τ of three, in units of fitness; `s_score` has no unit."""

_NOT_MEASURED = b"not_measured"


def measurements(lines: pa.Array, phenotype: str, columns: Mapping[str, pa.Array]) -> pa.Table:
    """Build a measurement table from the columns that a format has; the others are missing.

    `lines` int64 of length rows; every array in `columns` has that length.
    """
    rows = len(lines)
    given = {"line": lines, "phenotype": pa.repeat(phenotype, rows), **columns}
    if unknown := set(given) - set(MEASUREMENT_SCHEMA.names):
        raise ValueError(f"no such measurement columns: {sorted(unknown)}")
    arrays = [given.get(field.name) for field in MEASUREMENT_SCHEMA]
    filled = [
        pa.nulls(rows, field.type) if array is None else array
        for array, field in zip(arrays, MEASUREMENT_SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(filled, schema=MEASUREMENT_SCHEMA)


def with_not_measured(table: pa.Table, cells: int) -> pa.Table:
    """Note how many cells of a matrix the source itself marks as not measured: they are neither rows nor rejects."""
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _NOT_MEASURED: str(cells).encode()})


def not_measured(table: pa.Table) -> int:
    """The count that `with_not_measured` noted; 0 for formats that list measurements only."""
    return int((table.schema.metadata or {}).get(_NOT_MEASURED, b"0"))


class RowChecks(Refusals):
    """Refusals for rows that carry several phenotypes, of which one may be bad while the others stand."""

    @property
    def lines(self) -> pa.Array:
        """The line of every row, int64."""
        return self._lines

    def report(self, bad: Mask, values: Column, reason: str) -> None:
        """Note a reject for the rows that stand and where `bad` is true, without refusing the row as a whole."""
        chosen = mask(bad) & self._good
        if chosen.any():
            which = pa.array(chosen)
            self._rejects.append(
                rejects_table(self._path, self._lines.filter(which), solid(values).filter(which), reason)
            )

    def check_deviation(self, values: pa.Array, bad: pa.Array, text: Column) -> None:
        """Refuse rows whose standard deviation is no number or negative; it may be missing."""
        self.refuse(bad, text, "standard deviation is not a number")
        self.refuse(pc.less(values, 0.0), text, "standard deviation is negative")

    def check_probability(self, values: pa.Array, bad: pa.Array, text: Column) -> None:
        """Refuse rows whose p-value is no number or outside 0 to 1; it may be missing."""
        self.refuse(bad, text, "p-value is not a number")
        self.refuse(pc.or_(pc.less(values, 0.0), pc.greater(values, 1.0)), text, "p-value is outside 0 to 1")

    def phenotype(self, name: str, columns: Mapping[str, pa.Array]) -> pa.Table:
        """Measurements of one phenotype: the rows that stand and have a `value`; no copy where that is all of them."""
        stands = pa.array(self._good & mask(pc.is_valid(columns["value"])))
        chosen = {"line": self._lines, **columns}
        if stands.true_count < len(stands):
            chosen = {key: array.filter(stands) for key, array in chosen.items()}
        return measurements(chosen.pop("line"), name, chosen)

    def result(self, parts: Sequence[pa.Table], earlier: pa.Table) -> ReadResult:
        """Join the phenotypes' measurements; the rejects, after the parser's own (`earlier`), in the order of lines."""
        rejects = pa.concat_tables([earlier, *self._rejects])
        return ReadResult(pa.concat_tables(parts), in_order(rejects))


def concat_results(results: list[ReadResult]) -> ReadResult:
    """Join the results of several blocks of one file; counts of unmeasured cells are added up."""
    table = pa.concat_tables([result.table for result in results])
    missing = sum(not_measured(result.table) for result in results)
    rejects = pa.concat_tables([result.rejects for result in results])
    return ReadResult(with_not_measured(table, missing) if missing else table, rejects)
