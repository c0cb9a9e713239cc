"""Filling a running Neo4j server over Bolt, in batches of UNWIND.

The new graph grows beside the former one, under labels with a prefix. Only when all of it is there, and counted, are
the former nodes deleted and the new ones given their labels. What fails before that leaves the former graph; what
fails after it is finished by the next load, and until then no reader takes the database for whole. At the end all is
counted once more: a second load that ran beside this one is seen then, and the next load starts afresh.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knockon.errors import KnockonError
from knockon.graph.dump import Dump, Part
from knockon.graph.neo4j.marker import (
    COMPLETE,
    constrain,
    count_entities,
    delete_nodes,
    read_marker,
    unconstrain,
    write_marker,
)
from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.reading import read_part
from knockon.graph.schema import Entity
from knockon.progress import progress_bar

_PREFIX = "KnockonLoading_"
_DELETING, _NAMING, _MIXED = "deleting", "naming", "mixed"
_ROWS = 5_000


def load_online(session: Neo4jSession, dump: Dump) -> None:
    """Put `dump` in place of the graph that the server holds. Raises KnockonError; see above for what is left then.

    A database whose labels are taken by nodes that knockon did not load is refused.
    """
    content, marker = dump.content_hash(), read_marker(session)
    if marker is None:
        _refuse_foreign(session, dump)
    if marker not in [(content, _DELETING), (content, _NAMING)]:
        _load_beside(session, dump)
        marker = (content, _DELETING)
        write_marker(session, *marker)
    nodes = [label for label, entity in dump.schema.entities.items() if entity.is_node]
    if marker[1] == _DELETING:
        for label in nodes:
            delete_nodes(session, label)
        write_marker(session, content, _NAMING)
    constrain(session, dump.schema)
    for label in nodes:
        rename = f"SET n:{label} REMOVE n:{_PREFIX}{label}"
        session.rows(f"MATCH (n:{_PREFIX}{label}) CALL {{ WITH n {rename} }} IN TRANSACTIONS OF 10000 ROWS")
    unconstrain(session, dump.schema, _PREFIX)
    _refuse_mixed(session, dump)
    write_marker(session, content, COMPLETE)


def _refuse_foreign(session: Neo4jSession, dump: Dump) -> None:
    for label, entity in dump.schema.entities.items():
        if entity.is_node and session.rows(f"MATCH (n:{label}) RETURN 1 LIMIT 1", writing=False):
            raise KnockonError(
                f"{session.settings.uri}: its database {session.settings.database} holds {label} nodes that knockon "
                "did not load, and would delete: give it an empty database"
            )


def _refuse_mixed(session: Neo4jSession, dump: Dump) -> None:
    """Count what the database holds now: two loads at once delete each other's nodes, though each counted its own."""
    held, wanted = count_entities(session, dump.schema), dump.counts()
    if wrong := [label for label in held if held[label] != wanted.get(label, 0)]:
        write_marker(session, dump.content_hash(), _MIXED)
        label = wrong[0]
        raise KnockonError(
            f"{session.settings.uri}: holds {held[label]:,} {label}, the dump {wanted.get(label, 0):,}: was another "
            "load running? Nobody takes this database for whole now; load it again, one at a time"
        )


def _load_beside(session: Neo4jSession, dump: Dump) -> None:
    """Load all nodes and edges under the prefix, after removing what an earlier attempt has left there."""
    entities = sorted(dump.schema.entities.values(), key=lambda entity: not entity.is_node)
    for entity in entities:
        if entity.is_node:
            delete_nodes(session, f"{_PREFIX}{entity.label}")
    constrain(session, dump.schema, _PREFIX)
    with progress_bar() as bar:
        task = bar.add_task("loading the graph into Neo4j", total=sum(dump.counts().values()))
        for entity in entities:
            made = 0
            for part in dump.parts.get(entity.label, []):
                for rows in _blocks(dump.folder / part.file, entity):
                    made += int(session.rows(_statement(entity, part), {"rows": rows})[0][0])
                    bar.advance(task, len(rows))
            if made != dump.counts()[entity.label]:
                raise KnockonError(
                    f"{entity.label}: {made} of {dump.counts()[entity.label]} rows were loaded: the dump's edges must "
                    "end at its nodes; build the dump again"
                )


def _statement(entity: Entity, part: Part) -> str:
    if entity.is_node:
        return f"UNWIND $rows AS row CREATE (n:{_PREFIX}{entity.label}) SET n = row RETURN count(*)"
    return (
        f"UNWIND $rows AS row MATCH (a:{_PREFIX}{part.source} {{id: row.source}}) "
        f"MATCH (b:{_PREFIX}{part.target} {{id: row.target}}) "
        f"CREATE (a)-[r:{entity.label}]->(b) SET r = row.properties RETURN count(*)"
    )


def _blocks(path: Path, entity: Entity) -> Iterator[list[dict[str, Any]]]:
    """The rows of a part as Bolt takes them, a batch at a time; the driver has no columnar way in."""
    table = read_part(path, entity)
    for start in range(0, table.num_rows, _ROWS):
        block = table.slice(start, _ROWS)
        if entity.is_node:
            yield block.rename_columns(["id", *block.column_names[1:]]).to_pylist()
        else:
            named = block.rename_columns(["source", "target", *block.column_names[2:]]).to_pylist()
            yield [{"source": row.pop("source"), "target": row.pop("target"), "properties": row} for row in named]
