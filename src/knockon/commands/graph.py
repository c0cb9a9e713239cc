"""`knockon graph`: what the graph holds, loading it into a store, queries from files, and a small shell."""

from pathlib import Path
from typing import Annotated

import typer

from knockon.commands.lazy import command_group

app = command_group(help="The knowledge graph: summary, load, queries, shell.")

DumpOption = Annotated[Path, typer.Option("--dump", help="Folder of the graph dump.")]
MemoryOption = Annotated[float, typer.Option("--memory", help="Gigabytes for the embedded store.")]
StoreOption = Annotated[str, typer.Option("--store", help="embedded, or neo4j (make neo4j-up, or NEO4J_URI).")]
DEFAULT_DUMP = Path("data/graph/yeast")


@app.command()
def summary(dump: DumpOption = DEFAULT_DUMP) -> None:
    """Count the nodes and edges of every label, and show what connects what."""
    from knockon.commands.cypher import print_summary

    print_summary(dump)


@app.command()
def load(
    store: StoreOption = "embedded",
    online: Annotated[bool, typer.Option("--online", help="Fill Neo4j over Bolt, also where it is our own.")] = False,
    dump: DumpOption = DEFAULT_DUMP,
    memory: MemoryOption = 2.0,
) -> None:
    """Put the dump into a store; nothing is done where it is there already, and a failure leaves what was there."""
    from knockon.commands.cypher import fill

    fill(store, dump, memory, online)


@app.command()
def query(
    file: Annotated[Path, typer.Argument(help="A .cypher file; queries/yeast holds some.")],
    param: Annotated[list[str] | None, typer.Option("--param", help="NAME=VALUE, as often as needed.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write the rows to this .parquet or .csv file.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="Rows to print.")] = 20,
    store: StoreOption = "embedded",
    dump: DumpOption = DEFAULT_DUMP,
    memory: MemoryOption = 2.0,
) -> None:
    """Run a query file; print the first rows or write them all to a file."""
    from knockon.commands.cypher import run_query

    run_query(file, param or [], out, limit, store, dump, memory)


@app.command()
def shell(store: StoreOption = "embedded", dump: DumpOption = DEFAULT_DUMP, memory: MemoryOption = 2.0) -> None:
    """Ask the graph in Cypher, line by line."""
    from knockon.commands.cypher import run_shell

    run_shell(store, dump, memory)
