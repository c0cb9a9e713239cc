"""The dump: a folder of Parquet parts, BioCypher's import call, and dump.json, which states what the folder holds.

The dump is the versioned artifact; every database is an index of it that can be thrown away.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.artifact import check, stamp
from knockon.atomic import atomic_directory
from knockon.errors import FormatError, KnockonError
from knockon.graph.biocypher_writer import IMPORT_CALL, BioCypherFiles, write_with_biocypher
from knockon.graph.parts import edge_part, node_part, part_name, write_part
from knockon.graph.schema import Entity, GraphSchema, read_schema
from knockon.graph.tables import EdgeTable, NodeTable

MANIFEST = "dump.json"
_KIND, _VERSION = "graph.dump", 1


@dataclass(frozen=True)
class Part:
    """One Parquet file of a label; `source` and `target` are the labels that an edge part connects."""

    file: str
    rows: int
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Dump:
    """A dump on disk: its schema and the parts of every label, in order."""

    folder: Path
    schema: GraphSchema
    parts: dict[str, list[Part]]

    def counts(self) -> dict[str, int]:
        """Rows of every label of the schema, nodes first."""
        return {label: sum(part.rows for part in self.parts.get(label, [])) for label in self.schema.entities}

    def content_hash(self) -> str:
        """SHA-256 over the names and bytes of all files that an index is built from."""
        digest = hashlib.sha256()
        for name in [MANIFEST, *(part.file for parts in self.parts.values() for part in parts)]:
            with (self.folder / name).open("rb") as file:
                digest.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()


def write_dump(folder: Path, tables: Iterable[NodeTable | EdgeTable], files: BioCypherFiles) -> Dump:
    """Write all tables as one dump; `folder` appears whole or not at all. Each table becomes a part of its label.

    Bulk nodes and edges stream through the Arrow writer one table at a time; the first row of each such label, and
    every small node table, go through BioCypher, whose columns and values the Arrow writer must agree with.

    Raises KnockonError where a table departs from the schema, an identifier occurs twice, or BioCypher fails.
    """
    with atomic_directory(folder) as temporary:
        writing = _Writing(temporary, read_schema(files.schema))
        for table in tables:
            writing.add(table)
        writing.finish(files)
    return read_dump(folder)


@dataclass
class _Writing:
    """A dump that is being written: what was written so far, and what BioCypher still has to write or confirm."""

    folder: Path
    schema: GraphSchema
    parts: dict[str, list[Part]] = field(default_factory=dict)
    small: dict[str, NodeTable] = field(default_factory=dict)
    node_examples: dict[str, NodeTable] = field(default_factory=dict)
    edge_examples: dict[str, EdgeTable] = field(default_factory=dict)
    last_identifier: dict[str, str] = field(default_factory=dict)

    def add(self, table: NodeTable | EdgeTable) -> None:
        if not table.table.num_rows:
            return
        if isinstance(table, EdgeTable):
            self._add_edges(table)
        elif table.bulk:
            self._add_nodes(table)
        elif table.label in self.small:
            raise KnockonError(f"{table.label}: a second table of nodes that are not bulk; join the two")
        else:
            node_part(self.schema.node(table.label), table)
            self.small[table.label] = table

    def _add_nodes(self, nodes: NodeTable) -> None:
        part = node_part(self.schema.node(nodes.label), nodes)
        self._check_order(nodes.label, part[":ID"])
        self.node_examples.setdefault(nodes.label, NodeTable(nodes.label, nodes.table.slice(0, 1)))
        self._write(nodes.label, part)

    def _add_edges(self, edges: EdgeTable) -> None:
        entity = self.schema.edge(edges.label)
        ends = (edges.source_label, edges.target_label)
        if ends not in entity.between:
            raise KnockonError(f"{edges.label} may not go from {ends[0]} to {ends[1]}: see configs/schema_config.yaml")
        example = EdgeTable(edges.label, *ends, edges.table.slice(0, 1))
        self.edge_examples.setdefault(edges.label, example)
        self._write(edges.label, edge_part(entity, edges), *ends)

    def _check_order(self, label: str, identifiers: pa.ChunkedArray) -> None:
        ordered = pc.all(pc.less(identifiers.slice(0, len(identifiers) - 1), identifiers.slice(1))).as_py()
        if ordered is False or identifiers[0].as_py() <= self.last_identifier.get(label, ""):
            raise KnockonError(f"{label}: bulk nodes must come in increasing order of id, each id once")
        self.last_identifier[label] = identifiers[-1].as_py()

    def _check_unique(self) -> None:
        """BioCypher drops a second node of the same identifier, whatever its label, without a word."""
        tables = [pa.table({"id": nodes.table["id"]}) for nodes in [*self.small.values(), *self.node_examples.values()]]
        if not tables:
            raise KnockonError("the graph has no nodes")
        counts = pa.concat_tables(tables)["id"].value_counts()
        repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        if len(repeated):
            raise KnockonError(f"{repeated[0].as_py()} occurs twice; identifiers are unique in the whole graph")

    def _write(self, label: str, part: pa.Table, source: str | None = None, target: str | None = None) -> None:
        parts = self.parts.setdefault(label, [])
        name = part_name(label, len(parts))
        write_part(self.folder / name, part)
        parts.append(Part(name, part.num_rows, source, target))

    def finish(self, files: BioCypherFiles) -> None:
        self._check_unique()
        with tempfile.TemporaryDirectory(prefix="knockon-dump-") as scratch_name:
            scratch = Path(scratch_name)
            nodes = [*self.small.values(), *self.node_examples.values()]
            write_with_biocypher(files, nodes, list(self.edge_examples.values()), scratch)
            for nodes_ in self.small.values():
                self._write(nodes_.label, _confirmed(scratch, node_part(self.schema.node(nodes_.label), nodes_)))
            for nodes_ in self.node_examples.values():
                _confirmed(scratch, node_part(self.schema.node(nodes_.label), nodes_))
            for edges in self.edge_examples.values():
                _confirmed(scratch, edge_part(self.schema.edge(edges.label), edges))
            (self.folder / IMPORT_CALL).write_bytes((scratch / IMPORT_CALL).read_bytes())
        (self.folder / MANIFEST).write_text(_manifest(self.schema, self.parts))


def _confirmed(scratch: Path, expected: pa.Table) -> pa.Table:
    """BioCypher's own part, with declared types where it had no value to infer one from.

    Raises KnockonError where BioCypher wrote other columns, rows or values than the Arrow writer.
    """
    label = expected[-1][0].as_py()
    path = scratch / part_name(label, 0)
    written = pq.read_table(path) if path.exists() else expected.schema.empty_table()
    if written.column_names != expected.column_names or not (written := written.cast(expected.schema)).equals(expected):
        raise KnockonError(f"{label}: BioCypher writes other columns or rows; see configs/schema_config.yaml")
    return written


def _manifest(schema: GraphSchema, parts: dict[str, list[Part]]) -> str:
    labels = {}
    for label, entity in schema.entities.items():
        properties = {name: {"type": kind, "unit": entity.units[name]} for name, kind in entity.properties.items()}
        files = [
            {key: value for key, value in vars(part).items() if value is not None} for part in parts.get(label, [])
        ]
        labels[label] = {
            "represented_as": "node" if entity.is_node else "edge",
            "namespace": entity.namespace,
            "properties": properties,
            "between": entity.between,
            "parts": files,
        }
    return json.dumps({**stamp(_KIND, _VERSION), "labels": labels}, indent=1, ensure_ascii=False) + "\n"


def read_dump(folder: Path) -> Dump:
    """Read what a dump holds. Raises FormatError where it isn't one, is newer than this program, or lacks a part."""
    path = folder / MANIFEST
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FormatError(
            f"{folder}: holds no graph dump ({MANIFEST} is missing); run dvc repro yeast_graph"
        ) from error
    except ValueError as error:
        raise FormatError(f"{path}: is not valid JSON: {error}; build the dump again") from error
    check(tree, _KIND, (_VERSION,), path)
    labels = tree["labels"]
    parts = {label: [Part(**part) for part in body["parts"]] for label, body in labels.items()}
    missing = [part.file for listed in parts.values() for part in listed if not (folder / part.file).is_file()]
    if missing:
        raise FormatError(f"{folder}: {missing[0]} is missing; run dvc checkout or build the dump again")
    return Dump(folder, GraphSchema({label: _declared(label, body) for label, body in labels.items()}), parts)


def _declared(label: str, body: dict[str, Any]) -> Entity:
    properties = {name: declared["type"] for name, declared in body["properties"].items()}
    units = {name: declared["unit"] for name, declared in body["properties"].items()}
    between = tuple((source, target) for source, target in body["between"])
    return Entity(label, body["represented_as"] == "node", body["namespace"], properties, units, between)
