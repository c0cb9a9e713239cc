"""One small simulated yeast for the tests of this folder."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from knockon.sources.simulate import SimulationSettings, simulate_yeast
from knockon.sources.simulate.genes import Genes, lay_out_genes
from knockon.sources.simulate.planted import Planted, plant
from knockon.sources.simulate.strains import Alleles, make_alleles

SETTINGS = SimulationSettings(genes=300, pairs=20_000, seed=3)


@dataclass(frozen=True)
class World:
    """The parts that a simulated yeast is written from."""

    settings: SimulationSettings
    genes: Genes
    planted: Planted
    alleles: Alleles


def make_world(settings: SimulationSettings) -> World:
    genes, planted = lay_out_genes(settings), plant(settings)
    return World(settings, genes, planted, make_alleles(settings, genes, planted))


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(SETTINGS)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small simulated yeast."""
    folder = tmp_path_factory.mktemp("simulated") / "yeast"
    simulate_yeast(folder, SETTINGS)
    return folder
