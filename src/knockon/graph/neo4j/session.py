"""A connection to Neo4j: one driver, and its errors in the words of who has to mend them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from neo4j import READ_ACCESS, WRITE_ACCESS, Driver, GraphDatabase, NotificationMinimumSeverity, Query, Session
from neo4j.exceptions import AuthError, ClientError, ConfigurationError, DriverError, Neo4jError

from knockon.errors import KnockonError
from knockon.graph.neo4j.settings import Neo4jSettings

# Rows that the driver asks for at a time; its own 1,000 costs a round trip too often.
_FETCH_ROWS = 8_192


class Neo4jSession:
    """One driver on one database; a context manager that closes it. Opens no connection before the first query."""

    def __init__(self, settings: Neo4jSettings) -> None:
        self.settings = settings
        self._driver: Driver | None = None

    @property
    def driver(self) -> Driver:
        """The driver, opened and checked at first use. Raises KnockonError where no server answers or refuses us."""
        if self._driver is None:
            with explained(self.settings):
                driver = GraphDatabase.driver(
                    self.settings.uri,
                    auth=(self.settings.user, self.settings.password),
                    connection_timeout=15,
                    # A query that finds nothing of a declared label is no reason to warn.
                    notifications_min_severity=NotificationMinimumSeverity.OFF,
                    telemetry_disabled=True,
                )
                try:
                    driver.verify_connectivity()
                except BaseException:
                    driver.close()
                    raise
            self._driver = driver
        return self._driver

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[Session]:
        """A session; errors inside the block become KnockonErrors."""
        with explained(self.settings):
            access = WRITE_ACCESS if writing else READ_ACCESS
            with self.driver.session(
                database=self.settings.database, default_access_mode=access, fetch_size=_FETCH_ROWS
            ) as session:
                yield session

    def rows(self, text: str, parameters: Mapping[str, Any] | None = None, writing: bool = True) -> list[list[Any]]:
        """Run a statement of our own and give all its rows; one that writes may take as long as it needs."""
        timeout = None if writing else self.settings.timeout
        with self.open(writing) as session:
            return list(session.run(Query(text, timeout=timeout), dict(parameters or {})).values())

    def close(self) -> None:
        """Close the driver, where one was opened."""
        if self._driver is not None:
            self._driver.close()
        self._driver = None

    def __enter__(self) -> "Neo4jSession":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


@contextmanager
def explained(settings: Neo4jSettings) -> Iterator[None]:
    """Turn the driver's errors inside the block into KnockonErrors."""
    try:
        yield
    except (DriverError, Neo4jError, OSError) as error:
        raise _explanation(error, settings) from error


def _explanation(error: Exception, settings: Neo4jSettings) -> KnockonError:
    place, code = settings.uri, str(getattr(error, "code", None) or "")
    if isinstance(error, ConfigurationError):
        return KnockonError(f"NEO4J_URI is {place!r}: {error}")
    if isinstance(error, AuthError):
        return KnockonError(f"{place}: refuses user {settings.user}: check NEO4J_USER and NEO4J_PASSWORD ({code})")
    if "DatabaseNotFound" in code:
        return KnockonError(f"{place}: has no database {settings.database!r}: check NEO4J_DATABASE")
    if "TransactionTimedOut" in code:
        return KnockonError(
            f"{place}: the query took longer than {settings.timeout:g} s: ask for less, or raise NEO4J_TIMEOUT"
        )
    if "AccessMode" in code or "Forbidden" in code:
        return KnockonError("the graph is read-only: change the sources and build the dump again")
    if isinstance(error, ClientError) and "Statement" in code:
        return KnockonError(f"the query is not valid Cypher: {_first_line(error.message)}")
    if isinstance(error, Neo4jError):
        return KnockonError(f"{place}: {_first_line(error.message)} ({code})")
    return KnockonError(f"{place}: no connection, or it was lost ({_first_line(str(error))}); is the server up?")


def _first_line(message: str | None) -> str:
    lines = (message or "").strip().splitlines()
    return re.sub(r"\s*\(offset: \d+\)", "", lines[0]) if lines else "no reason given"
