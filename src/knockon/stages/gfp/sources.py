"""gfp_sources: the pinned avGFP files and the UniRep weights, or a simulated landscape in the same formats."""

from knockon.sources.registry import select
from knockon.sources.simulate.gfp import GfpSimulation, simulate_gfp
from knockon.stages.gfp import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("gfp.source", "gfp.simulate")

_FILES = {"avgfp_genotypes": paths.GENOTYPES, "avgfp_reference": paths.REFERENCE, "unirep64_weights": paths.UNIREP}


def main(params: Params) -> None:
    """Fill data/raw/gfp; there are no simulated language models."""
    with raw_folder(paths.RAW) as folder:
        if is_public(params, "gfp"):
            places = {name: path.relative_to(paths.RAW) for name, path in _FILES.items()}
            fetch_public(folder, "gfp", select("gfp", list(_FILES)), places)
        else:
            simulate_gfp(folder, GfpSimulation(**params["gfp.simulate"]))


if __name__ == "__main__":
    run_stage(main, PARAMS)
