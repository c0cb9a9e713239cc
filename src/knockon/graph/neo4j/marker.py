"""What a Neo4j database says of itself: the dump that it holds, its constraints, and how to remove nodes in batches."""

from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.schema import GraphSchema

COMPLETE = "complete"
"""State of a database that holds the whole dump."""

_MARKER = "KnockonDump"


def read_marker(session: Neo4jSession) -> tuple[str, str] | None:
    """Content hash and state of the dump that the database holds; None where knockon has loaded none."""
    rows = session.rows(f"MATCH (m:{_MARKER}) RETURN m.content, m.state LIMIT 1", writing=False)
    return (str(rows[0][0]), str(rows[0][1])) if rows else None


def write_marker(session: Neo4jSession, content: str, state: str) -> None:
    """State what the database holds, in one transaction."""
    session.rows(
        f"MERGE (m:{_MARKER} {{id: 'dump'}}) SET m.content = $content, m.state = $state",
        {"content": content, "state": state},
    )


def count_entities(session: Neo4jSession, schema: GraphSchema) -> dict[str, int]:
    """Number of nodes or edges of every label."""
    counts = {}
    for label, entity in schema.entities.items():
        pattern = f"(x:{label})" if entity.is_node else f"()-[x:{label}]->()"
        counts[label] = int(session.rows(f"MATCH {pattern} RETURN count(*)", writing=False)[0][0])
    return counts


def constrain(session: Neo4jSession, schema: GraphSchema, prefix: str = "") -> None:
    """Make the identifiers of every node label unique; the index behind a constraint also serves ranges of ids."""
    for name, label in _constraints(schema, prefix).items():
        session.rows(f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE")
    session.rows("CALL db.awaitIndexes(3600)")


def unconstrain(session: Neo4jSession, schema: GraphSchema, prefix: str) -> None:
    """Drop what `constrain` made for this prefix."""
    for name in _constraints(schema, prefix):
        session.rows(f"DROP CONSTRAINT {name} IF EXISTS")


def delete_nodes(session: Neo4jSession, label: str) -> None:
    """Delete all nodes of a label with their edges, in transactions of bounded size."""
    session.rows(f"MATCH (n:{label}) CALL {{ WITH n DETACH DELETE n }} IN TRANSACTIONS OF 10000 ROWS")


def _constraints(schema: GraphSchema, prefix: str) -> dict[str, str]:
    labels = [f"{prefix}{label}" for label, entity in schema.entities.items() if entity.is_node]
    return {f"knockon_{label}_id": label for label in labels}
