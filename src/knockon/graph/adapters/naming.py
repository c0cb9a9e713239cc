"""Gene names of a source become systematic names; what can't be resolved is rejected with its reason."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.rejects import Rejects
from knockon.sources.yeast.names import GeneNames


@dataclass(frozen=True)
class Naming:
    """The gene names of the graph, and where the unknown ones of a source go."""

    names: GeneNames
    rejects: Rejects

    def resolve(self, table: pa.Table, columns: tuple[str, ...], source: str, file: str) -> pa.Table:
        """Replace the names in `columns` by systematic names and leave out rows of which a name can't be resolved.

        A missing name stays missing (a single mutant has no second gene). Each row is rejected once, for its first bad
        name, with the row's `line` where the table has one.
        """
        good = pa.repeat(pa.scalar(True), table.num_rows)
        resolved = {}
        for column in columns:
            written = table[column].combine_chunks().cast(pa.string())
            systematic, reasons = self.names.resolve(written)
            bad = pc.and_(good, pc.and_(pc.is_valid(written), pc.is_null(systematic)))
            self._reject(table, bad, written, reasons, source, file)
            good = pc.and_not(good, bad)
            resolved[column] = systematic
        for column, systematic in resolved.items():
            table = table.set_column(table.column_names.index(column), column, systematic)
        return table.filter(good)

    def _reject(
        self, table: pa.Table, bad: pa.Array, written: pa.Array, reasons: pa.Array, source: str, file: str
    ) -> None:
        count = pc.sum(bad).as_py() or 0
        if count:
            has_line = "line" in table.column_names
            lines = (
                table["line"].combine_chunks().filter(bad).cast(pa.int64()) if has_line else pa.nulls(count, pa.int64())
            )
            self.rejects.add_rows(source, file, lines, written.filter(bad), reasons.filter(bad))


def distinct(table: pa.Table, keys: list[str]) -> pa.Table:
    """The distinct rows of the key columns, sorted by them."""
    return table.select(keys).group_by(keys).aggregate([]).sort_by([(key, "ascending") for key in keys])


def first_of(table: pa.Table, key: str) -> pa.Table:
    """The first row of each value of a text column, sorted by it."""
    rows = table.append_column("_row", pa.array(np.arange(table.num_rows)))
    firsts = rows.select([key, "_row"]).group_by(key).aggregate([("_row", "min")]).sort_by(key)
    return table.take(firsts["_row_min"])
