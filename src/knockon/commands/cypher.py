"""What `knockon graph` does: the dump's summary, loading a store, queries and the shell, and how answers are shown."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from knockon.atomic import atomic_path, write_parquet
from knockon.errors import KnockonError
from knockon.graph.dump import read_dump
from knockon.graph.query import read_query
from knockon.graph.schema import Entity
from knockon.graph.store import GraphStore, Parameter

if TYPE_CHECKING:
    from knockon.graph.embedded import EmbeddedStore
    from knockon.graph.neo4j.store import Neo4jStore

CREDENTIALS = Path("services/neo4j/credentials.env")

_SHELL_HELP = """Cypher, ended by ; or an empty line. Also:
  .labels          labels with their properties and units
  .read FILE       run a query file with its defaults
  .help  .quit"""

# A pipe or a file has no width of its own: tables are written whole there.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)


def print_summary(dump: Path) -> None:
    """Rows, parts, ends and properties of every label of a dump."""
    found = read_dump(dump)
    table = Table("label", "kind", "rows", "parts", "properties", title=f"graph dump {dump}")
    counts = found.counts()
    for label, entity in found.schema.entities.items():
        ends = ", ".join(f"{source} → {target}" for source, target in entity.between)
        properties = ", ".join(entity.properties)
        parts = str(len(found.parts.get(label, [])))
        table.add_row(label, ends or "node", f"{counts[label]:,}", parts, properties)
    console.print(table)


def fill(store: str, dump: Path, memory: float, online: bool) -> None:
    """Put a dump into a store. memory: gigabytes, of the embedded one. online: fill Neo4j over Bolt."""
    if store == "embedded":
        with _store(store, dump, memory) as opened:
            counts = opened.counts()
        made = True
    else:
        with _neo4j(store) as server:
            made = server.fill(dump, online=online)
            server.load(dump)
            counts = server.counts()
    total = sum(counts.values())
    console.print(f"{dump}: {total:,} nodes and edges {'are in' if made else 'were already in'} the {store} store")


def run_query(
    file: Path, given: Sequence[str], out: Path | None, limit: int, store: str, dump: Path, memory: float
) -> None:
    """Run a query file with parameters NAME=VALUE; print `limit` rows, or write all of them to `out`."""
    found = read_query(file)
    parameters = found.parameters(_given(given))
    with _store(store, dump, memory) as opened:
        batches = opened.query(found.text, parameters)
        if out is None:
            _print_rows(batches, limit)
        else:
            _write_rows(batches, out)


def run_shell(store: str, dump: Path, memory: float) -> None:
    """Answer Cypher from standard input until it ends, or .quit."""
    with _store(store, dump, memory) as opened:
        console.print(_SHELL_HELP, style="dim")
        for statement in _statements():
            if statement in (".quit", ".exit"):
                break
            try:
                _answer(opened, statement)
            except KnockonError as error:
                console.print(f"[red]error[/] {error}", soft_wrap=True)


@contextmanager
def _store(name: str, dump: Path, memory: float) -> Iterator[GraphStore]:
    opened = _embedded(memory) if name == "embedded" else _neo4j(name)
    with opened as store:
        store.load(dump)
        yield store


def _embedded(memory: float) -> "EmbeddedStore":
    from knockon.graph.embedded import EmbeddedStore

    return EmbeddedStore(memory_bytes=int(memory * 2**30))


def _neo4j(name: str) -> "Neo4jStore":
    from knockon.graph.neo4j.settings import neo4j_settings
    from knockon.graph.neo4j.store import Neo4jStore

    if name != "neo4j":
        raise KnockonError(f"--store {name}: there is no such store; choose embedded or neo4j")
    return Neo4jStore(neo4j_settings(os.environ, CREDENTIALS))


def _given(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if wrong := next((name for name, equals, _ in pairs if not equals), None):
        raise KnockonError(f"--param {wrong}: write it as NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _statements() -> Iterator[str]:
    """Statements from the terminal: `.commands` are whole lines, Cypher ends with ; or an empty line."""
    lines: list[str] = []
    while True:
        try:
            line = input("graph> " if not lines else "     > ").rstrip()
        except (EOFError, KeyboardInterrupt):
            return
        if not lines and line.startswith("."):
            yield line
        elif line and not line.endswith(";"):
            lines.append(line)
        elif statement := "\n".join([*lines, line.removesuffix(";")]).strip():
            lines = []
            yield statement


def _answer(store: GraphStore, statement: str) -> None:
    command, _, argument = statement.partition(" ")
    if command == ".labels":
        _print_labels(store.schema().entities.values())
    elif command == ".read":
        found = read_query(Path(argument.strip()))
        _print_rows(store.query(found.text, found.parameters()), 20)
    elif command.startswith("."):
        console.print(_SHELL_HELP, style="dim")
    else:
        parameters: dict[str, Parameter] = {}
        _print_rows(store.query(statement, parameters), 20)


def _print_labels(entities: Iterable[Entity]) -> None:
    table = Table("label", "property", "type", "unit")
    for entity in entities:
        table.add_row(entity.label, "", "", ", ".join(f"{source} → {target}" for source, target in entity.between))
        for name, kind in entity.properties.items():
            table.add_row("", name, kind, entity.units[name])
    console.print(table)


def _print_rows(batches: Iterator[pa.RecordBatch], limit: int) -> None:
    listed = list(batches)
    rows = sum(batch.num_rows for batch in listed)
    if not rows:
        console.print("no rows")
        return
    table = Table(*listed[0].schema.names)
    for row in islice((row for batch in listed for row in batch.slice(0, limit).to_pylist()), limit):
        table.add_row(*(_shown(value) for value in row.values()))
    console.print(table)
    count = f"{rows:,} row{'s' * (rows != 1)}"
    console.print(f"{limit:,} of {count}" if rows > limit else count, style="dim")


def _shown(value: Any) -> str:
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _write_rows(batches: Iterator[pa.RecordBatch], out: Path) -> None:
    table = pa.Table.from_batches(list(batches))
    if out.suffix == ".parquet":
        write_parquet(out, table)
    elif out.suffix == ".csv":
        import pyarrow.csv as pacsv

        with atomic_path(out) as temporary:
            pacsv.write_csv(_flat(table), temporary)
    else:
        raise KnockonError(f"{out}: the name must end in .parquet or .csv")
    console.print(f"{table.num_rows:,} rows → {out}")


def _flat(table: pa.Table) -> pa.Table:
    """CSV has no lists: join them with a semicolon."""
    columns = [pc.binary_join(column, ";") if pa.types.is_list(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)
