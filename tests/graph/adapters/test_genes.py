"""Gene nodes: coding sequences in frame only, essentiality unknown without a list."""

import pyarrow as pa

from knockon.graph.adapters.genes import gene_nodes
from knockon.sources.yeast.coding import CODING_SCHEMA
from tests.graph.made_up import genes


def _coding() -> pa.Table:
    rows = [("YBL002W", "ATGTAA", True), ("YAL001C", "ATGA", False)]
    columns = [
        {
            field.name: {"systematic_name": name, "sequence": sequence, "in_frame": in_frame}.get(field.name, default)
            for field, default in zip(CODING_SCHEMA, _defaults(), strict=True)
        }
        for name, sequence, in_frame in rows
    ]
    return pa.Table.from_pylist(columns, schema=CODING_SCHEMA)


def _defaults() -> list[object]:
    return [
        "" if pa.types.is_string(field.type) else 0 if not pa.types.is_boolean(field.type) else False
        for field in CODING_SCHEMA
    ]


def test_only_sequences_in_frame_become_coding_sequences() -> None:
    """A sequence out of frame would be translated to nonsense by the representations."""
    table = gene_nodes(genes(), _coding()).table
    assert dict(zip(table["id"].to_pylist(), table["coding_sequence"].to_pylist(), strict=True)) == {
        "YAL001C": None,
        "YBL002W": "ATGTAA",
        "YCL003W": None,
        "YDR004W": None,
    }


def test_essential_is_missing_without_a_list_and_false_outside_it() -> None:
    """Not knowing is not the same as not essential."""
    assert gene_nodes(genes()).table["essential"].to_pylist() == [None] * 4
    listed = gene_nodes(genes(), essential=pa.array(["YAL001C"])).table
    assert listed["essential"].to_pylist() == [True, False, False, False]
    assert listed["standard_name"].to_pylist() == ["TFC3", "HTB2", "AAA1", ""]
