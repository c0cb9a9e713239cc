"""Experiment records from query rows: one row a perturbed gene becomes one record a measurement, vectorised."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import KnockonError

_PERTURBATION = ("gene", "kind", "allele")


def records_from_rows(batches: Iterable[pa.RecordBatch], phenotype: str, schema: pa.Schema) -> pa.Table:
    """Assemble the rows of queries/yeast/{interaction,fitness,s_score}.cypher into records, sorted by id.

    Args:
        batches: rows, in any order; id … reconstructed are the same for all rows of one id; gene, kind, allele.
        phenotype: written into the records' `phenotype`.
        schema: RECORD_SCHEMA of knockon.dataset.records; given by the caller, since that room lies to the right.

    Raises KnockonError where a column of the records is missing from the rows.
    """
    listed = list(batches)
    rows = pa.Table.from_batches(listed) if listed else None
    if rows is None or not rows.num_rows:
        return schema.empty_table()
    if missing := {*schema.names, *_PERTURBATION} - {*rows.column_names, "perturbations", "phenotype"}:
        raise KnockonError(f"the query returns no {', '.join(sorted(missing))}; see queries/yeast/interaction.cypher")
    rows = rows.sort_by([(name, "ascending") for name in ("id", *_PERTURBATION)]).combine_chunks()
    first = np.flatnonzero(_begins(rows["id"]))
    offsets = pa.array(np.append(first, rows.num_rows), pa.int32())
    element = schema.field("perturbations").type.value_type
    genes = [rows[name].combine_chunks().cast(pa.string()) for name in _PERTURBATION]
    perturbations = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(genes, fields=list(element)))
    records = rows.take(pa.array(first))
    columns = {name: records[name] for name in schema.names if name in records.column_names}
    columns["perturbations"] = perturbations
    columns["phenotype"] = pa.repeat(pa.scalar(phenotype), len(first))
    return pa.Table.from_arrays([_cast(columns[field.name], field) for field in schema], schema=schema)


def _begins(identifiers: pa.ChunkedArray) -> np.ndarray:
    """True at the first row of each identifier, shape (rows,)."""
    if not len(identifiers):
        return np.zeros(0, dtype=bool)
    changes = pc.not_equal(identifiers.slice(1), identifiers.slice(0, len(identifiers) - 1))
    return np.concatenate([[True], changes.to_numpy(zero_copy_only=False)])


def _cast(column: pa.Array | pa.ChunkedArray, field: pa.Field) -> pa.Array | pa.ChunkedArray:
    return column if column.type == field.type else column.cast(field.type)
