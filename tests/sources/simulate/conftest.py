"""One small simulated yeast for the tests of this folder."""

from pathlib import Path

import pytest

from knockon.sources.simulate import SimulationSettings, simulate_yeast
from knockon.sources.simulate.world import World, make_world

SETTINGS = SimulationSettings(genes=300, pairs=20_000, seed=3)


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(SETTINGS)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small simulated yeast."""
    folder = tmp_path_factory.mktemp("simulated") / "yeast"
    simulate_yeast(folder, SETTINGS)
    return folder
