"""What every graph store does: load a dump, answer Cypher with Arrow batches."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, Self

import pyarrow as pa

from knockon.graph.schema import GraphSchema

Parameter = str | int | float | bool
"""What a query parameter may be."""

ROWS_A_BATCH = 65_536
"""Most rows of a batch, the same in every store: tables written from batches then have the same bytes."""


class GraphStore(Protocol):
    """A store of one dump; a context manager that closes itself."""

    def load(self, dump: Path) -> None:
        """Make the store answer from `dump`; an index that is up to date is used again."""
        ...

    def query(self, text: str, parameters: Mapping[str, Parameter] | None = None) -> Iterator[pa.RecordBatch]:
        """Run a reading query. There is at least one batch, without rows where the query returns none.

        Raises KnockonError for a query that can't be run: syntax, an unknown label or property, a missing parameter.
        """
        ...

    def counts(self) -> dict[str, int]:
        """Number of nodes or edges of every label."""
        ...

    def schema(self) -> GraphSchema:
        """Labels and properties of the loaded dump."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...

    def __enter__(self) -> Self:
        """The store itself."""
        ...

    def __exit__(self, *exception: object) -> None:
        """Close."""
        ...
