"""Gene names to systematic names: by SGD's own names and aliases, vectorised, and never by guessing."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.tables import Column, filled, solid

UNKNOWN_NAME = "unknown gene name"
AMBIGUOUS_NAME = "ambiguous alias"


class GeneNames:
    """Resolves names as people write them. Systematic names (and SGD identifiers) beat standard names, these aliases.

    Upper and lower case are the same. A name that stands for several genes at its best rank resolves to none.
    """

    def __init__(self, genes: pa.Table) -> None:
        """Index the names of a gene table (GENE_SCHEMA)."""
        self._systematic = solid(genes["systematic_name"])
        rows = pa.array(np.arange(len(genes), dtype=np.int32))
        aliases = solid(genes["aliases"])
        known = pa.concat_tables(
            [
                _names(self._systematic, rows, 0),
                _names(genes["sgd_id"], rows, 0),
                _names(genes["standard_name"], rows, 1),
                _names(pc.list_flatten(aliases), rows.take(pc.list_parent_indices(aliases)), 2),
            ]
        )
        best = known.group_by("name").aggregate([("rank", "min")])
        known = known.join(best, "name").filter(pc.field("rank") == pc.field("rank_min"))
        genes_of = known.group_by("name").aggregate([("row", "min"), ("row", "max")]).sort_by("name")
        self._names = solid(genes_of["name"])
        self._rows = solid(genes_of["row_min"])
        self._ambiguous = solid(pc.not_equal(genes_of["row_min"], genes_of["row_max"]))

    def resolve(self, names: Column) -> tuple[pa.Array, pa.Array]:
        """Look up a column of names.

        Returns the systematic names (string, null where unresolved) and the reasons (string, null where resolved:
        UNKNOWN_NAME or AMBIGUOUS_NAME), both of the length of `names`.
        """
        encoded = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
        if not pa.types.is_dictionary(encoded.type):
            encoded = encoded.cast(pa.string()).dictionary_encode()
        found = pc.index_in(_folded(encoded.dictionary), self._names)
        ambiguous = pc.fill_null(self._ambiguous.take(found), False)
        missing = pa.scalar(None, pa.string())
        systematic = pc.if_else(ambiguous, missing, self._systematic.take(self._rows.take(found)))
        reasons = pc.if_else(ambiguous, AMBIGUOUS_NAME, pc.if_else(pc.is_null(found), UNKNOWN_NAME, missing))
        absent = pc.is_null(encoded.indices)
        return systematic.take(encoded.indices), pc.if_else(absent, UNKNOWN_NAME, reasons.take(encoded.indices))


def _folded(names: pa.Array) -> pa.Array:
    return pc.utf8_upper(pc.utf8_trim_whitespace(names.cast(pa.string())))


def _names(names: Column, rows: pa.Array, rank: int) -> pa.Table:
    """The names of one rank that are not missing, each with the row of its gene."""
    table = pa.table({"name": filled(_folded(solid(names))), "row": rows})
    table = table.filter(pc.is_valid(table["name"]))
    return table.append_column("rank", pa.array(np.full(len(table), rank, dtype=np.int8)))
