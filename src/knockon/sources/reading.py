"""What every reader returns, and how text gets from a file into Arrow: fast, and with the line of every bad row.

A reader returns rows of its declared schema and, beside them, the rows that it refused, each with file, line, value
and reason. A file that is wrong as a whole (empty, truncated, another format) raises FormatError.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

REJECT_SCHEMA = pa.schema(
    [
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), metadata={"unit": "1-based line or row number in the file"}),
        pa.field("value", pa.string(), metadata={"unit": "the offending text, shortened to 200 characters"}),
        pa.field("reason", pa.string(), nullable=False),
    ]
)


def no_rejects() -> pa.Table:
    """An empty table of rejected rows."""
    return REJECT_SCHEMA.empty_table()


def in_order(rejects: pa.Table) -> pa.Table:
    """Rejected rows in the order of their lines, those of one line by reason."""
    # Not Table.sort_by, which imports a query engine for it.
    return rejects.take(pc.sort_indices(rejects, sort_keys=[("line", "ascending"), ("reason", "ascending")]))


@dataclass(frozen=True)
class ReadResult:
    """The accepted rows of one file, in the format's declared schema, and the rejected ones with their reasons."""

    table: pa.Table
    rejects: pa.Table = field(default_factory=no_rejects)

    def __post_init__(self) -> None:
        if not self.rejects.schema.equals(REJECT_SCHEMA):
            raise TypeError(f"rejects must have REJECT_SCHEMA, not {self.rejects.schema}")


def rejects_table(file: Path, lines: pa.Array, values: pa.Array, reason: str) -> pa.Table:
    """Build rejected rows that share one reason. `lines` int64 (1-based), `values` string, same length."""
    shortened = pc.utf8_slice_codeunits(values, 0, 200)
    columns = [pa.repeat(file.name, len(lines)), lines, shortened, pa.repeat(reason, len(lines))]
    return pa.Table.from_arrays(columns, schema=REJECT_SCHEMA)


def why_none(rejects: pa.Table) -> str:
    """Why no row of a file can be used, to end a message with: the first rejected line and its reason."""
    return f"; line {rejects['line'][0]}: {rejects['reason'][0]}" if rejects.num_rows else ": it has no rows"
