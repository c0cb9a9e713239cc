"""design_sources: the public files of strain design, or simulated ones over the genes of the simulated yeast.

The metabolic model is among the files of yeast_sources.
"""

from pathlib import Path

from knockon.sources.registry import select
from knockon.sources.simulate.cycles import CyclesSimulation, write_cycles
from knockon.sources.simulate.design import DesignSimulation, write_phenotypes
from knockon.sources.simulate.settings import SimulationSettings
from knockon.sources.simulate.world import make_world
from knockon.stages.design import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("design.source", "design.simulate", "yeast.simulate")

_TAKEN = (
    "design_sgd_null_chemical_phenotypes_nomull",
    "design_pputida_isoprenol_crispri_dbtl3_6",
    "design_pputida_isoprenol_crispri_dbtl0",
    "design_betaxanthin_ga1_2_4_6",
    "design_betaxanthin_liquid_ga",
)


def simulate(folder: Path, params: Params) -> None:
    """Write the simulated files."""
    world = make_world(SimulationSettings(**params["yeast.simulate"]))
    write_phenotypes(folder, world, DesignSimulation(**params["design.simulate"]["phenotypes"]))
    write_cycles(folder / "design", CyclesSimulation(**params["design.simulate"]["cycles"]))


def main(params: Params) -> None:
    """Fill data/raw/design."""
    with raw_folder(paths.RAW) as folder:
        if is_public(params, "design"):
            fetch_public(folder, "yeast", select("yeast", list(_TAKEN)))
        else:
            simulate(folder, params)


if __name__ == "__main__":
    run_stage(main, PARAMS)
