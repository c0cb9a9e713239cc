"""Loading and asking the same graphs in both stores: the embedded one, and a Neo4j server that belongs to us.

    make neo4j-up
    python -m benchmarks.stores [--dump data/graph/yeast] [--experiments 1000000]

First the public graph, then a simulated one of so many experiments. Seconds of one run, after one another in this
process; "all records" reads every experiment with its genes, range by range, as the stage yeast_query does.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from knockon.graph.biocypher_writer import BioCypherFiles
from knockon.graph.build import build_yeast_graph
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.neo4j.session import Neo4jSession
from knockon.graph.neo4j.settings import Neo4jSettings, neo4j_settings
from knockon.graph.neo4j.store import Neo4jStore
from knockon.graph.query import range_bits, read_query, run_ranges
from knockon.graph.store import GraphStore
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast

ROOT = Path(__file__).resolve().parents[1]
QUERIES = ROOT / "queries" / "yeast"
FILES = BioCypherFiles(
    ROOT / "configs/schema_config.yaml", ROOT / "configs/head_ontology.ttl", ROOT / "configs/biocypher_config.yaml"
)
SINGLE = ("genes", "annotations", "pathways", "experiments_of_gene", "neighbours", "regulators", "genes_of_term")


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds that some work took, and the rows that it gave."""
    start = time.perf_counter()
    rows = work()
    return time.perf_counter() - start, rows


def all_records(store: GraphStore) -> int:
    """Rows of all experiments, range by range."""
    bits, rows = range_bits(store.counts()["InteractionExperiment"], 250_000), 0
    for name in ("fitness", "interaction", "s_score"):
        rows += sum(table.num_rows for table in run_ranges(store, read_query(QUERIES / f"{name}.cypher"), bits))
    return rows


def one_query(store: GraphStore, name: str) -> int:
    """Rows of one query with its defaults."""
    query = read_query(QUERIES / f"{name}.cypher")
    return sum(batch.num_rows for batch in store.query(query.text, query.defaults))


def measure(store: GraphStore, load: Callable[[], object]) -> dict[str, tuple[float, int]]:
    """Load, then each query."""
    found = {"load": timed(lambda: (load(), sum(store.counts().values()))[1])}
    found |= {name: timed(lambda name=name: one_query(store, name)) for name in SINGLE}
    return found | {"all records": timed(lambda: all_records(store))}


def load_anew(server: Neo4jStore, settings: Neo4jSettings, dump: Path) -> None:
    """Fill the server even where it holds this very dump: the mark of what it holds is taken away first."""
    with Neo4jSession(settings) as session:
        session.rows("MATCH (m:KnockonDump) DELETE m")
    server.fill(dump)
    server.load(dump)


def compare(title: str, dump: Path, console: Console) -> None:
    """Measure both stores on one dump and print the table."""
    settings = neo4j_settings(os.environ, ROOT / "services/neo4j/credentials.env")
    with tempfile.TemporaryDirectory() as index, EmbeddedStore(threads=1, index=Path(index)) as embedded:
        ours = measure(embedded, lambda: embedded.load(dump))
    with Neo4jStore(settings) as server:
        theirs = measure(server, lambda: load_anew(server, settings, dump))
    table = Table("work", "rows", "embedded, s", "Neo4j, s", title=title)
    for name, (seconds, rows) in ours.items():
        assert theirs[name][1] == rows, f"{name}: {rows} rows there, {theirs[name][1]} here"
        table.add_row(name, f"{rows:,}", f"{seconds:.2f}", f"{theirs[name][0]:.2f}")
    console.print(table)


def simulated(folder: Path, experiments: int) -> Path:
    """The graph of a simulated yeast with so many measured pairs."""
    settings = SimulationSettings(genes=6_000, pairs=experiments, seed=1)
    simulate_yeast(folder / "raw", settings)
    build_yeast_graph(folder / "raw", folder / "yeast", folder / "rejected.parquet", FILES)
    return folder / "yeast"


def main() -> None:
    """Both graphs, both stores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dump", type=Path, default=ROOT / "data/graph/yeast")
    parser.add_argument("--experiments", type=int, default=1_000_000)
    arguments = parser.parse_args()
    console = Console(highlight=False)
    if (arguments.dump / "dump.json").is_file():
        compare(f"graph dump {arguments.dump}", arguments.dump, console)
    with tempfile.TemporaryDirectory(prefix="knockon-stores-") as folder:
        dump = simulated(Path(folder), arguments.experiments)
        compare(f"simulated, {arguments.experiments:,} measured pairs", dump, console)


if __name__ == "__main__":
    main()
