"""Rows of a Neo4j result as Arrow batches with the types that the graph's schema declares.

Bolt sends rows of loosely typed values; a column that happens to hold nulls alone has no type at all. So the type of a
column that returns a property is read from the query and the schema, and only other columns are inferred from values.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from knockon.errors import KnockonError
from knockon.graph.messages import code_of, labels_of_variables
from knockon.graph.schema import TYPES, GraphSchema

# The embedded store calls the elements of a list so; the name stands in the bytes of a Parquet file.
_TYPES = TYPES | {"str[]": pa.list_(pa.field("l", pa.string()))}

_RETURN = re.compile(r"\bRETURN\s+(?:DISTINCT\s+)?(.*?)(?=\bORDER\s+BY\b|\bSKIP\b|\bLIMIT\b|$)", re.I | re.S)
_PROPERTY = re.compile(r"(\w+)\s*\.\s*(\w+)(?:\s+AS\s+`?(\w+)`?)?", re.I)


def declared_types(text: str, schema: GraphSchema) -> dict[str, pa.DataType]:
    """Arrow types of the columns `variable.property [AS name]` of a query; other columns are left out."""
    code = code_of(text)
    returns = _RETURN.findall(code)
    if len(returns) != 1:
        return {}
    labels, types = labels_of_variables(code, schema), {}
    for item in returns[0].split(","):
        found = _PROPERTY.fullmatch(item.strip())
        entity = labels.get(found[1]) if found else None
        if found and entity is not None:
            kind = entity.properties.get(found[2], "str")
            types[found[3] or f"{found[1]}.{found[2]}"] = _TYPES[kind]
    return types


def batches(
    columns: list[str], rows: Iterable[Sequence[tuple[Any, ...]]], types: dict[str, pa.DataType]
) -> Iterator[pa.RecordBatch]:
    """Turn blocks of rows into record batches of one schema; an empty result gives one batch without rows.

    Raises KnockonError where a column holds values of several types.
    """
    schema: pa.Schema | None = None
    for block in rows:
        values = list(zip(*block, strict=True)) or [()] * len(columns)
        arrays = [_array(name, column, types.get(name), schema) for name, column in zip(columns, values, strict=True)]
        batch = pa.RecordBatch.from_arrays(arrays, names=columns)
        schema = schema or batch.schema
        yield batch
    if schema is None:
        fields = [pa.field(name, types.get(name, pa.null())) for name in columns]
        yield pa.RecordBatch.from_pylist([], schema=pa.schema(fields))


def _array(name: str, values: tuple[Any, ...], declared: pa.DataType | None, schema: pa.Schema | None) -> pa.Array:
    kind = declared or (schema.field(name).type if schema else None)
    try:
        return pa.array(values, type=kind)
    except pa.ArrowException as error:
        found = f"not all {kind}" if kind else "of several types, or no numbers and texts"
        raise KnockonError(f"the query's column {name} holds values that are {found}: return properties") from error
