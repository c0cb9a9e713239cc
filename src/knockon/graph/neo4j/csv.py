"""A dump as the CSV files that neo4j-admin imports.

Neo4j 5.26 also reads Parquet, and BioCypher's import call asks for it, but it takes every empty text for a missing one
there; in CSV, "" is a text and nothing between two commas is none. A list without elements can be told apart in
neither, and is mended afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from knockon.errors import KnockonError
from knockon.graph.dump import Dump
from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.reading import read_part
from knockon.graph.schema import Entity
from knockon.progress import track

_TYPES = {"str": "string", "int": "long", "float": "double", "bool": "boolean", "str[]": "string[]"}
_ROWS = 10_000


@dataclass(frozen=True)
class CsvFiles:
    """One file a label, with its header. multiline: whether a text holds a line break, which slows the import down."""

    folder: Path
    nodes: dict[str, Path]
    edges: dict[str, Path]
    multiline: bool


def write_csv_files(dump: Dump, folder: Path, list_separator: str) -> CsvFiles:
    """Write all labels that have rows, part by part. Raises KnockonError where a list's text holds the separator."""
    folder.mkdir(parents=True)
    files = CsvFiles(folder, {}, {}, False)
    multiline = False
    labels = [label for label, parts in dump.parts.items() if parts]
    for label in track(labels, "writing CSV for neo4j-admin"):
        entity = dump.schema.entities[label]
        path = folder / f"{label}.csv"
        (files.nodes if entity.is_node else files.edges)[label] = path
        with path.open("wb") as file:
            file.write(_header(entity).encode())
            for table in _tables(dump, label):
                flat = _flat(table, entity, list_separator)
                multiline = multiline or _has_line_break(flat)
                pacsv.write_csv(flat, file, pacsv.WriteOptions(include_header=False))
    return CsvFiles(folder, files.nodes, files.edges, multiline)


def mend_empty_lists(session: Neo4jSession, dump: Dump) -> None:
    """Give nodes and edges whose list is empty, or holds one empty text, that list; the import left them without."""
    for label in dump.parts:
        entity = dump.schema.entities[label]
        for name in [name for name, kind in entity.properties.items() if kind == "str[]"]:
            statement = _mend(entity, name)
            for table in _tables(dump, label):
                empty = table.filter(pc.equal(pc.binary_join(table[name], ""), ""))
                keys = {"keys": empty[0], "others": empty[1], "lists": empty[name]}
                for block in pa.table(keys).to_batches(_ROWS):
                    session.rows(statement, {"rows": block.to_pylist()})


def _mend(entity: Entity, name: str) -> str:
    if entity.is_node:
        return f"UNWIND $rows AS row MATCH (n:{entity.label} {{id: row.keys}}) SET n.{name} = row.lists"
    # The ends of an edge may have any of several labels, whose indexes must all serve.
    ends = {label for pair in entity.between for label in pair}
    anchors = "|".join(sorted(ends))
    return (
        f"UNWIND $rows AS row MATCH (a:{anchors} {{id: row.keys}})-[r:{entity.label}]->(b {{id: row.others}}) "
        f"WHERE r.{name} IS NULL SET r.{name} = row.lists"
    )


def _tables(dump: Dump, label: str) -> Iterator[pa.Table]:
    for part in dump.parts[label]:
        yield read_part(dump.folder / part.file, dump.schema.entities[label])


def _header(entity: Entity) -> str:
    properties = [f"{name}:{_TYPES[kind]}" for name, kind in entity.properties.items()]
    if entity.is_node:
        return ",".join(["id:ID", *properties, "preferred_id:string"]) + "\n"
    return ",".join([":START_ID", ":END_ID", *properties]) + "\n"


def _flat(table: pa.Table, entity: Entity, separator: str) -> pa.Table:
    """Lists as texts."""
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_list(column.type):
            elements = pc.list_flatten(column)
            if pc.any(pc.match_substring(elements, separator)).as_py() or elements.null_count:
                raise KnockonError(f"{entity.label}.{name}: a list holds a missing value or a control character")
            column = pc.binary_join(column, separator)
            # Nothing: an empty list can't be told from a missing one, see above.
            column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def _has_line_break(table: pa.Table) -> bool:
    texts = [column for column in table.columns if pa.types.is_string(column.type)]
    return any(pc.any(pc.match_substring_regex(column, "[\r\n]")).as_py() for column in texts)
