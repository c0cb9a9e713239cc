"""Representations on disk: one Parquet file, type and version in its metadata, equal bytes for equal content."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.sparse as sp

from knockon.artifact import check, stamp_text
from knockon.atomic import write_parquet
from knockon.errors import FormatError, KnockonError
from knockon.represent.representation import Representation

_KIND = "representation"
_VERSION = 1


def write_representation(path: Path, representation: Representation) -> None:
    """Write a representation: column `gene` (a row's name), and `vector` (dense) or `index` and `value` (sparse)."""
    metadata = {
        **stamp_text(_KIND, _VERSION),
        "name": representation.name,
        "dimensions": str(representation.dimensions),
        "provenance": json.dumps(representation.provenance, sort_keys=True, ensure_ascii=False),
    }
    write_parquet(path, _table(representation).replace_schema_metadata(metadata))


def read_representation(path: Path) -> Representation:
    """Read what `write_representation` wrote.

    Raises KnockonError where the file is absent, FormatError where it is something else or of a newer version.
    """
    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: there is no such representation; build it with `dvc repro`") from error
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"{path}: not a readable Parquet file ({error}); build it again") from error
    metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    check(metadata, _KIND, (_VERSION,), path)
    matrix = _matrix(table, int(metadata["dimensions"]))
    names = tuple(table["gene"].to_pylist())
    return Representation(metadata["name"], names, matrix, json.loads(metadata["provenance"]))


def _table(representation: Representation) -> pa.Table:
    names = pa.array(representation.names, type=pa.string())
    gene = pa.field("gene", pa.string(), nullable=False, metadata={"unit": "systematic name"})
    matrix = representation.matrix
    if not sp.issparse(matrix):
        flat = pa.array(np.ascontiguousarray(matrix, dtype=np.float32).ravel())
        vectors = pa.FixedSizeListArray.from_arrays(flat, representation.dimensions)
        field = pa.field("vector", vectors.type, nullable=False, metadata={"unit": "of the representation"})
        return pa.table([names, vectors], schema=pa.schema([gene, field]))
    csr = sp.csr_matrix(matrix, dtype=np.float32)
    csr.sort_indices()
    offsets = pa.array(csr.indptr.astype(np.int32))
    indices = pa.ListArray.from_arrays(offsets, pa.array(csr.indices.astype(np.int32)))
    values = pa.ListArray.from_arrays(offsets, pa.array(csr.data))
    fields = [
        gene,
        pa.field("index", indices.type, nullable=False, metadata={"unit": "number of the dimension, from 0"}),
        pa.field("value", values.type, nullable=False, metadata={"unit": "of the representation"}),
    ]
    return pa.table([names, indices, values], schema=pa.schema(fields))


def _matrix(table: pa.Table, dimensions: int) -> np.ndarray | sp.csr_matrix:
    if "vector" in table.column_names:
        flat = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        return flat.reshape(len(table), dimensions)
    indices = table["index"].combine_chunks()
    offsets = np.concatenate([[0], np.cumsum(indices.value_lengths().to_numpy())])
    data = table["value"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    columns = indices.flatten().to_numpy(zero_copy_only=False)
    return sp.csr_matrix((data, columns, offsets), shape=(len(table), dimensions))
