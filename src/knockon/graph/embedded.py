"""The embedded graph store: LadybugDB, in this process, from an index file beside the dump.

LadybugDB and Kuzu must not live in one process (both register the same types), so nothing here or near imports kuzu.
The database's bytes differ on every build: never version or compare it; the dump is the artifact.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import ladybug
import pyarrow as pa

from knockon.atomic import atomic_path
from knockon.errors import KnockonError
from knockon.graph.dump import Dump, Part, read_dump
from knockon.graph.messages import check_query, explain
from knockon.graph.reading import read_part
from knockon.graph.schema import Entity, GraphSchema
from knockon.graph.store import ROWS_A_BATCH, Parameter
from knockon.progress import progress_bar

_TYPES = {"str": "STRING", "int": "INT64", "float": "DOUBLE", "bool": "BOOL", "str[]": "STRING[]"}

# Copying takes about this much of the memory for a row of edges, on top of what the buffer pool holds anyway.
_BYTES_A_ROW = 800
_COPIES_A_SESSION = 4

# From every experiment to one of a handful of environments. The way back would be a list of millions that every copy
# writes anew, and nobody walks it; so a pattern must give this edge its direction.
_ONE_WAY = ("MeasuredIn",)

# Part of the index's name: raise it when the layout of the tables below changes, so that old indexes are rebuilt.
_LAYOUT = 2


class EmbeddedStore:
    """A GraphStore on LadybugDB. `load` first; the database is opened read-only."""

    def __init__(self, memory_bytes: int = 2 << 30, threads: int = 0, index: Path | None = None) -> None:
        """Set up, without touching the disk.

        Args:
            memory_bytes: size of the database's buffer pool, for building as for querying.
            threads: threads of a query; 0 takes all cores.
            index: folder of the index files; `.index` beside the dump where not given.
        """
        self._memory_bytes = memory_bytes
        self._threads = threads
        self._index = index
        self._dump: Dump | None = None
        self._database: ladybug.Database | None = None

    def load(self, dump: Path) -> None:
        """Open the index of `dump`; build it first where there is none or the dump's content has changed.

        Raises KnockonError where the dump is damaged or the index can't be built within the memory given.
        """
        self.close()
        found = read_dump(dump)
        folder = self._index or dump.resolve().parent / ".index"
        path = folder / f"{dump.resolve().name}-{_LAYOUT}-{found.content_hash()[:16]}.ladybug"
        if not path.exists():
            self._build(found, path)
        self._database = _open(path, self._memory_bytes, self._threads, read_only=True)
        self._dump = found

    def query(self, text: str, parameters: Mapping[str, Parameter] | None = None) -> Iterator[pa.RecordBatch]:
        """Run a reading query; see GraphStore. LadybugDB holds the whole result, so ask for ranges of large ones."""
        given = dict(parameters or {})
        schema = self.schema()
        check_query(text, given, schema)
        assert self._database is not None
        # A connection keeps the plan of every query text, and with each plan the memory of its last result.
        with ladybug.Connection(self._database) as connection:
            try:
                result = connection.execute(text, given)
            except RuntimeError as error:
                raise explain(str(error), text, schema) from error
            if isinstance(result, list):
                raise KnockonError("one query at a time: the text holds several, parted by ;")
            table = result.get_as_arrow(chunk_size=ROWS_A_BATCH)
            return iter(table.to_batches() or [pa.RecordBatch.from_pylist([], schema=table.schema)])

    def counts(self) -> dict[str, int]:
        """Number of nodes or edges of every label, counted in the database."""
        counts = {}
        for label, entity in self.schema().entities.items():
            pattern = f"(x:{label})" if entity.is_node else f"()-[x:{label}]->()"
            counts[label] = next(self.query(f"MATCH {pattern} RETURN count(*) AS n"))["n"][0].as_py()
        return counts

    def schema(self) -> GraphSchema:
        """Labels and properties of the loaded dump."""
        if self._dump is None:
            raise KnockonError("no graph is loaded: call load first")
        return self._dump.schema

    def close(self) -> None:
        """Close the database; a store that never loaded has nothing to close."""
        if self._database is not None:
            self._database.close()
        self._database = self._dump = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _build(self, dump: Dump, path: Path) -> None:
        """Build the index under a temporary name; older indexes of the same dump folder go once it is there."""
        with atomic_path(path) as temporary:
            # An index is nobody's work: git and DVC must not see it.
            (path.parent / ".gitignore").write_text("*\n")
            try:
                self._fill(temporary, dump)
            except RuntimeError as error:
                first = str(error).splitlines()[0]
                raise KnockonError(
                    f"{dump.folder}: could not be indexed with {self._memory_bytes >> 20} MB: {first}"
                ) from error
            finally:
                for leftover in path.parent.glob(f"{temporary.name}.*"):
                    leftover.unlink()
        dump_name = path.name.rsplit("-", 2)[0]
        for old in path.parent.glob(f"{dump_name}-*-*.ladybug"):
            if old != path and old.name.rsplit("-", 2)[0] == dump_name:
                old.unlink(missing_ok=True)

    def _fill(self, path: Path, dump: Dump) -> None:
        """Create the tables and copy the parts range by range, nodes before edges, so that memory stays bounded.

        What a database has written it keeps in memory beside its buffer pool until it is closed: it is opened anew
        after every few copies.
        """
        most = max(1, self._memory_bytes // _BYTES_A_ROW)
        entities = sorted(dump.schema.entities.values(), key=lambda entity: not entity.is_node)
        work = [(entity, parts) for entity in entities for parts in _groups(dump.parts.get(entity.label, []), most)]
        with self._writing(path) as database:
            _execute(database, *(_create(entity) for entity in entities))
        with progress_bar() as bar:
            task = bar.add_task("indexing the graph", total=len(work))
            for start in range(0, len(work), _COPIES_A_SESSION):
                with self._writing(path) as database:
                    for entity, parts in work[start : start + _COPIES_A_SESSION]:
                        _copy(database, dump.folder, entity, parts)
                        bar.advance(task)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[ladybug.Database]:
        """The database, open for writing; all that was written is in its file at the end."""
        database = _open(path, self._memory_bytes, self._threads, read_only=False)
        try:
            yield database
            _execute(database, "CHECKPOINT")
        finally:
            database.close()


def _open(path: Path, memory_bytes: int, threads: int, read_only: bool) -> ladybug.Database:
    try:
        return ladybug.Database(path, buffer_pool_size=memory_bytes, max_num_threads=threads, read_only=read_only)
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        raise KnockonError(f"{path}: the graph index can't be opened ({first}); delete it, it is rebuilt") from error


def _execute(database: ladybug.Database, *statements: str, **parameters: pa.Table) -> None:
    """Run statements on a connection of their own: it would keep the tables that it was given until it is closed."""
    with ladybug.Connection(database) as connection:
        for statement in statements:
            connection.execute(statement, parameters)


def _create(entity: Entity) -> str:
    properties = [f"`{name}` {_TYPES[kind]}" for name, kind in entity.properties.items()]
    if entity.is_node:
        columns = ", ".join(["`id` STRING", *properties, "`preferred_id` STRING", "PRIMARY KEY(`id`)"])
        return f"CREATE NODE TABLE `{entity.label}`({columns})"
    ends = [f"FROM `{source}` TO `{target}`" for source, target in entity.between]
    way = " WITH (storage_direction='fwd')" if entity.label in _ONE_WAY else ""
    return f"CREATE REL TABLE `{entity.label}`({', '.join([*ends, *properties])}){way}"


def _groups(parts: list[Part], most: int) -> Iterator[list[Part]]:
    """Parts to copy in one go: neighbours that connect the same labels, up to `most` rows.

    Every copy of edges rewrites what their end nodes already hold, so a copy for each part would be slow, and one copy
    of everything takes gigabytes.
    """
    group: list[Part] = []
    for part in parts:
        full = sum(member.rows for member in group) + part.rows > most
        if group and (full or (part.source, part.target) != (group[0].source, group[0].target)):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _copy(database: ladybug.Database, folder: Path, entity: Entity, parts: list[Part]) -> None:
    rows = pa.concat_tables([read_part(folder / part.file, entity) for part in parts])
    options = "" if entity.is_node else f" (from='{parts[0].source}', to='{parts[0].target}')"
    _execute(database, f"COPY `{entity.label}` FROM $rows{options}", rows=rows)
