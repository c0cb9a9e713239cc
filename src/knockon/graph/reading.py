"""Parts of a dump, read back as the stores take them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.errors import KnockonError
from knockon.graph.schema import Entity


def read_part(path: Path, entity: Entity) -> pa.Table:
    """Identifiers, properties in declared order, and for nodes `preferred_id`.

    Nodes begin with `:ID`, edges with `:START_ID` and `:END_ID`. Raises KnockonError where the file is not what
    dump.json says.
    """
    ends = ([":ID"], ["preferred_id"]) if entity.is_node else ([":START_ID", ":END_ID"], [])
    names = [*ends[0], *entity.properties, *ends[1]]
    try:
        table = pq.read_table(path, columns=names).select(names)
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        raise KnockonError(f"{path}: is damaged or not a part of {entity.label}: {error}") from error
    expected = [field.type for field in entity.arrow_fields()]
    if [table.schema.field(name).type for name in entity.properties] != expected:
        raise KnockonError(f"{path}: its column types are not those of dump.json; build the dump again")
    return table
