"""design_sources: the pinned public files of strain design. The metabolic model is among those of yeast_sources."""

from knockon.sources.registry import select
from knockon.sources.simulate.cycles import CyclesSimulation, write_cycles
from knockon.stages.design import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("design.source", "design.simulate")

_TAKEN = (
    "design_sgd_null_chemical_phenotypes_nomull",
    "design_pputida_isoprenol_crispri_dbtl3_6",
    "design_pputida_isoprenol_crispri_dbtl0",
    "design_betaxanthin_ga1_2_4_6",
    "design_betaxanthin_liquid_ga",
)


def main(params: Params) -> None:
    """Fill data/raw/design."""
    with raw_folder(paths.RAW) as folder:
        if is_public(params, "design"):
            fetch_public(folder, "yeast", select("yeast", list(_TAKEN)))
        else:
            write_cycles(folder / "design", CyclesSimulation(**params["design.simulate"]["cycles"]))


if __name__ == "__main__":
    run_stage(main, PARAMS)
