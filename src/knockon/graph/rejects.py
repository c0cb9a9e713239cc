"""Rows that could not enter the graph: what was refused, where, and why; counted, never silently dropped."""

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import REJECT_SCHEMA

GRAPH_REJECT_SCHEMA = pa.schema(
    [pa.field("source", pa.string(), nullable=False, metadata={"unit": "name in raw/manifest.yaml"}), *REJECT_SCHEMA]
)
"""REJECT_SCHEMA with the name of the source before it."""


class Rejects:
    """Collects rejected rows over all sources."""

    def __init__(self) -> None:
        self._tables: list[pa.Table] = []

    def add(self, source: str, table: pa.Table) -> None:
        """Add rows of REJECT_SCHEMA that a source's reader or adapter refused."""
        if table.num_rows:
            columns = [pa.repeat(pa.scalar(source), table.num_rows), *table.columns]
            self._tables.append(pa.Table.from_arrays(columns, schema=GRAPH_REJECT_SCHEMA))

    def add_rows(self, source: str, file: str, lines: pa.Array, values: pa.Array, reasons: pa.Array) -> None:
        """Add rows given as columns of equal length: lines int64 (null where unknown), values and reasons string."""
        columns = [pa.repeat(pa.scalar(file), len(values)), lines, pc.utf8_slice_codeunits(values, 0, 200), reasons]
        self.add(source, pa.Table.from_arrays(columns, schema=REJECT_SCHEMA))

    def table(self) -> pa.Table:
        """All rejected rows in GRAPH_REJECT_SCHEMA."""
        return pa.concat_tables([GRAPH_REJECT_SCHEMA.empty_table(), *self._tables]).combine_chunks()

    def counts(self) -> dict[str, dict[str, int]]:
        """Number of rejected rows by source and reason, both sorted."""
        grouped = self.table().group_by(["source", "reason"]).aggregate([([], "count_all")])
        counts: dict[str, dict[str, int]] = {}
        for row in sorted(grouped.to_pylist(), key=lambda row: (row["source"], row["reason"])):
            counts.setdefault(row["source"], {})[row["reason"]] = row["count_all"]
        return counts
