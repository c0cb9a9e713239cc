"""The tables in which a model tells about its subsystems."""

from collections.abc import Mapping

import pyarrow as pa

STATE_SCHEMA = pa.schema(
    [
        pa.field("strain", pa.int32(), nullable=False, metadata={"unit": "row of the strains given"}),
        pa.field("genes", pa.list_(pa.string()), nullable=False, metadata={"unit": "the strain's perturbed genes"}),
        pa.field("term", pa.string(), nullable=False, metadata={"unit": "name of the subsystem"}),
        pa.field("state", pa.list_(pa.float32()), nullable=False, metadata={"unit": "neurons, after batch norm"}),
    ]
)

RLIPP_SCHEMA = pa.schema(
    [
        pa.field("term", pa.string(), nullable=False, metadata={"unit": "name of the subsystem"}),
        pa.field("genes", pa.int32(), nullable=False, metadata={"unit": "genes that it contains"}),
        pa.field("own", pa.float64(), nullable=False, metadata={"unit": "Spearman's ρ of a fit from its own state"}),
        pa.field("below", pa.float64(), nullable=False, metadata={"unit": "Spearman's ρ of a fit from its children's"}),
        pa.field("rlipp", pa.float64(), metadata={"unit": "(own − below) / below; null where below may be chance"}),
    ]
)

SHIFT_SCHEMA = pa.schema(
    [
        pa.field("strain", pa.int32(), nullable=False, metadata={"unit": "row of the strains given"}),
        pa.field("term", pa.string(), nullable=False, metadata={"unit": "name of the subsystem"}),
        pa.field("shift", pa.float64(), nullable=False, metadata={"unit": "the label's unit: the term's own guess"}),
    ]
)


def named(table: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """The table with a column `name` behind `term`: what people call it, empty where it has no name."""
    found = pa.array([names.get(term) or "" for term in table["term"].to_pylist()], pa.string())
    field = pa.field("name", pa.string(), nullable=False, metadata={"unit": "what the subsystem is called"})
    return table.add_column(table.schema.get_field_index("term") + 1, field, found)
