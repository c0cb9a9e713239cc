"""One small dump and one store for all tests of the graph that only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knockon.graph.adapters.genes import gene_nodes
from knockon.graph.dump import write_dump
from knockon.graph.embedded import EmbeddedStore
from tests.graph.made_up import FILES, experiments, genes, measurements, pairs, source


@pytest.fixture(scope="session")
def tiny_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dump of four genes, three fitness experiments and 40 interactions."""
    folder = tmp_path_factory.mktemp("graph")
    fitness = measurements(
        {"gene_a": "TFC3", "value": 0.5, "standard_deviation": 0.1},
        {"gene_a": "YBL002W", "kind_a": "ts", "allele_a": "htb2-1", "value": 0.7, "temperature": 26.0},
        {"gene_a": "YBL002W", "gene_b": "YAL001C", "value": 0.4, "standard_deviation": 0.2, "n": 4},
    )
    collected = experiments(folder / "scratch", source(fitness), source(pairs(40), name="pairs"))
    tables = [gene_nodes(genes()), *collected.tables(), *collected.context.tables()]
    return write_dump(folder / "tiny", tables, FILES).folder


@pytest.fixture(scope="session")
def tiny_store(tiny_dump: Path) -> Iterator[EmbeddedStore]:
    """The small dump, loaded."""
    with EmbeddedStore(memory_bytes=256 << 20, threads=1) as store:
        store.load(tiny_dump)
        yield store
