"""cellstate_sources: the pinned files of PRECISE, or a simulated compendium in ARCHS4's form."""

from knockon.sources.registry import select
from knockon.sources.simulate.cellstate import CellSimulation, simulate_cellstate
from knockon.stages.cellstate import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("cellstate.source", "cellstate.simulate")

# The human compendia have readers, and no stage yet: docs/cellstate.md, what is not done.
_TAKEN = ("precise_log_tpm", "precise_metadata", "precise_gene_info", "precise_trn")


def main(params: Params) -> None:
    """Fill data/raw/cellstate."""
    with raw_folder(paths.RAW) as folder:
        if is_public(params, "cellstate"):
            fetch_public(folder, "cellstate", select("cellstate", list(_TAKEN)))
        else:
            simulate_cellstate(folder, CellSimulation(**params["cellstate.simulate"]))


if __name__ == "__main__":
    run_stage(main, PARAMS)
