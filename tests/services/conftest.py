"""Real services, each started once for all tests that use it, and stopped by process id."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knockon.graph.build import build_yeast_graph
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.yeast import simulate_yeast
from tests.graph.made_up import FILES
from tests.services.neo4j_server import Neo4jServer, start_server


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server that belongs to the tests."""
    server = start_server(tmp_path_factory.mktemp("neo4j"))
    yield server
    server.run("down")


@pytest.fixture(scope="session")
def simulated_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of a small simulated yeast, in which every query of the repository finds something it can."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate_yeast(folder / "raw", SimulationSettings(genes=150, pairs=3_000, seed=2, dcell_pairs=200))
    build_yeast_graph(folder / "raw", folder / "yeast", folder / "rejected.parquet", FILES)
    return folder / "yeast"


@pytest.fixture(scope="session")
def other_dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another, smaller graph."""
    folder = tmp_path_factory.mktemp("other")
    simulate_yeast(folder / "raw", SimulationSettings(genes=100, pairs=600, seed=5, dcell_pairs=100))
    build_yeast_graph(folder / "raw", folder / "yeast", folder / "rejected.parquet", FILES)
    return folder / "yeast"
