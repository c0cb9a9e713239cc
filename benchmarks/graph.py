"""Writing the dump: BioCypher's own row writer beside the vectorised one, on the same made-up experiments.

    python -m benchmarks.graph [--rows 100000]

Both write the same nodes and edges (a test holds them row-equal); each in a process of its own, for the peak memory.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.graph.biocypher_writer import BioCypherFiles, write_with_biocypher
from knockon.graph.parts import edge_part, node_part, part_name, write_part
from knockon.graph.schema import read_schema
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.hashing import hex_keys, mix

_CONFIGS = Path(__file__).resolve().parents[1] / "configs"
FILES = BioCypherFiles(
    _CONFIGS / "schema_config.yaml", _CONFIGS / "head_ontology.ttl", _CONFIGS / "biocypher_config.yaml"
)
_GENES = 5_500


def made_up(rows: int) -> tuple[NodeTable, EdgeTable]:
    """Interactions and the two genes that each perturbs."""
    identifiers = hex_keys(np.sort(mix(np.arange(rows, dtype=np.uint64))))
    generator = np.random.default_rng(0)
    columns = {
        "id": identifiers,
        **{name: pa.repeat(pa.scalar(text), rows) for name, text in (("dataset", "sga"), ("publication", "10.1/x"))},
        "query_gene": pa.array([f"Y{number:05d}" for number in range(_GENES)]).take(
            pa.array(generator.integers(0, _GENES, rows))
        ),
        "value": generator.normal(0, 0.05, rows),
        "standard_error": generator.random(rows),
        "n": pa.array(np.ones(rows, dtype=np.int64)),
        "p_value": generator.random(rows),
        "reference": np.zeros(rows),
        "reconstructed": pa.repeat(pa.scalar(False), rows),
    }
    ends = {
        "source": identifiers.take(pa.array(np.repeat(np.arange(rows), 2))),
        "target": pa.array([f"Y{number:05d}" for number in range(_GENES)]).take(
            pa.array(generator.integers(0, _GENES, 2 * rows))
        ),
        **{name: pa.repeat(pa.scalar(text), 2 * rows) for name, text in (("kind", "deletion"), ("allele", ""))},
        **{name: pa.repeat(pa.scalar(text), 2 * rows) for name, text in (("strain", "s"), ("role", "query"))},
    }
    nodes = NodeTable("InteractionExperiment", pa.table(columns), bulk=True)
    return nodes, EdgeTable("Perturbs", "InteractionExperiment", "Gene", pa.table(ends))


def ours(nodes: NodeTable, edges: EdgeTable, folder: Path) -> None:
    """The Arrow writer."""
    schema = read_schema(FILES.schema)
    write_part(folder / part_name(nodes.label, 0), node_part(schema.node(nodes.label), nodes))
    write_part(folder / part_name(edges.label, 0), edge_part(schema.edge(edges.label), edges))


def theirs(nodes: NodeTable, edges: EdgeTable, folder: Path) -> None:
    """BioCypher, in a process of its own as it always runs here."""
    write_with_biocypher(FILES, [nodes], [edges], folder)


def _timed(write: Callable[[NodeTable, EdgeTable, Path], None], rows: int, answer: "multiprocessing.Queue") -> None:
    nodes, edges = made_up(rows)
    with tempfile.TemporaryDirectory() as folder:
        begin, used = time.perf_counter(), _processor()
        write(nodes, edges, Path(folder))
        peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        answer.put((time.perf_counter() - begin, _processor() - used, peak // 1024))


def _processor() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    spawned = multiprocessing.get_context("spawn")
    found = {}
    for name, write in (("knockon", ours), ("BioCypher", theirs)):
        answer = spawned.Queue()
        child = spawned.Process(target=_timed, args=(write, arguments.rows, answer))
        child.start()
        found[name] = answer.get()
        child.join()
    print("| writer | nodes + edges | seconds | processor seconds | rows/s | peak MB |\n|---|---|---|---|---|---|")
    total = 3 * arguments.rows
    for name, (seconds, processor, peak) in found.items():
        print(f"| {name} | {total:,} | {seconds:.2f} | {processor:.2f} | {total / processor:,.0f} | {peak} |")
    print(f"\nratio of processor seconds: {found['BioCypher'][1] / found['knockon'][1]:.0f}×")


if __name__ == "__main__":
    main()
