"""Everything that a simulated yeast is written from."""

from dataclasses import dataclass

from knockon.sources.simulate.genes import Genes, lay_out_genes
from knockon.sources.simulate.planted import Planted, plant
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.strains import Alleles, make_alleles


@dataclass(frozen=True)
class World:
    """Settings, and the genes, hidden parameters and alleles that were drawn by them."""

    settings: SimulationSettings
    genes: Genes
    planted: Planted
    alleles: Alleles


def make_world(settings: SimulationSettings) -> World:
    """Draw a world; the same settings give the same one."""
    genes, planted = lay_out_genes(settings), plant(settings)
    return World(settings, genes, planted, make_alleles(settings, genes, planted))
