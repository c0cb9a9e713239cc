"""The shared graph store: a Neo4j server that holds one dump, asked in the same Cypher as the embedded store."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import pyarrow as pa
from neo4j import Query

from knockon.errors import KnockonError
from knockon.graph.dump import Dump, read_dump
from knockon.graph.messages import check_query
from knockon.graph.neo4j.batches import load_online
from knockon.graph.neo4j.bulk import load_bulk
from knockon.graph.neo4j.marker import COMPLETE, count_entities, read_marker
from knockon.graph.neo4j.rows import batches, declared_types
from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.neo4j.settings import Neo4jSettings
from knockon.graph.schema import GraphSchema
from knockon.graph.store import ROWS_A_BATCH, Parameter


class Neo4jStore:
    """A GraphStore on a Neo4j server. `load` first. Queries run in read-only transactions with a time limit."""

    def __init__(self, settings: Neo4jSettings) -> None:
        self._session = Neo4jSession(settings)
        self._dump: Dump | None = None

    def load(self, dump: Path) -> None:
        """Answer from `dump`. The server must hold it already; one that belongs to us is filled where it doesn't.

        A server that others use is never changed by a query or a stage: `fill` is for that.
        Raises KnockonError where the server can't be reached or holds another dump.
        """
        found = read_dump(dump)
        settings = self._session.settings
        if read_marker(self._session) != (found.content_hash(), COMPLETE):
            if settings.home is None:
                raise KnockonError(
                    f"{settings.uri}: does not hold {dump} as it is now: run `knockon graph load --store neo4j`"
                )
            self.fill(dump)
        self._dump = found

    def fill(self, dump: Path, online: bool = False) -> bool:
        """Put `dump` in place of what the server holds; False where it is there already.

        A server of ours is filled by neo4j-admin's bulk import, any other (and with `online`) by batches over Bolt.
        A failure leaves the former graph. Raises KnockonError.
        """
        found = read_dump(dump)
        if read_marker(self._session) == (found.content_hash(), COMPLETE):
            return False
        bulk = self._session.settings.home is not None and not online
        (load_bulk if bulk else load_online)(self._session, found)
        return True

    def query(self, text: str, parameters: Mapping[str, Parameter] | None = None) -> Iterator[pa.RecordBatch]:
        """Run a reading query; see GraphStore. Rows stream from the server, a batch at a time."""
        given = dict(parameters or {})
        check_query(text, given, self.schema())
        stream = self._stream(text, given)
        # What is wrong with the query shall show here, not where its rows are read.
        return itertools.chain([next(stream)], stream)

    def counts(self) -> dict[str, int]:
        """Number of nodes or edges of every label, counted by the server."""
        return count_entities(self._session, self.schema())

    def schema(self) -> GraphSchema:
        """Labels and properties of the loaded dump."""
        if self._dump is None:
            raise KnockonError("no graph is loaded: call load first")
        return self._dump.schema

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
        self._dump = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _stream(self, text: str, given: dict[str, Parameter]) -> Iterator[pa.RecordBatch]:
        query = Query(text, timeout=self._session.settings.timeout)
        with self._session.open() as session:
            result = session.run(query, given)
            blocks = iter(lambda: result.fetch(ROWS_A_BATCH), [])
            yield from batches(list(result.keys()), blocks, declared_types(text, self.schema()))
