"""What the adapters hand to the dump: tables of nodes and edges, each of them one part file of its label."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class NodeTable:
    """Nodes of one label. Columns: `id` (string, unique in the whole graph) and the label's properties.

    bulk: written by the Arrow writer alone; otherwise BioCypher itself writes the table.
    """

    label: str
    table: pa.Table
    bulk: bool = False


@dataclass(frozen=True)
class EdgeTable:
    """Edges of one label between nodes of two labels. Columns: `source`, `target` (string ids) and the properties."""

    label: str
    source_label: str
    target_label: str
    table: pa.Table
