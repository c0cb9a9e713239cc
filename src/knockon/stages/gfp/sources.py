"""gfp_sources: the pinned avGFP files and the UniRep weights, or a simulated landscape in the same formats."""

import shutil
import tempfile
from pathlib import Path

from knockon.atomic import atomic_directory
from knockon.sources.fetch import fetch_all, mirror_from_environment
from knockon.sources.registry import select
from knockon.sources.simulate.gfp import GfpSimulation, simulate_gfp
from knockon.stages.gfp import paths
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("gfp.source", "gfp.simulate")

_FILES = {"avgfp_genotypes": paths.GENOTYPES, "avgfp_reference": paths.REFERENCE, "unirep64_weights": paths.UNIREP}


def fetch_public(folder: Path) -> None:
    """Fetch the study's files into their places below `folder`."""
    sources = select("gfp", list(_FILES))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}.tmp-") as scratch:
        for source, path in zip(sources, fetch_all(sources, Path(scratch), mirror_from_environment()), strict=True):
            target = folder / _FILES[source.name].relative_to(paths.RAW)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)


def main(params: Params) -> None:
    """Fill data/raw/gfp."""
    public = params["gfp.source"] == "public"
    with atomic_directory(paths.RAW) as folder:
        if public:
            fetch_public(folder)
        else:
            # There are no simulated language models.
            simulate_gfp(folder, GfpSimulation(**params["gfp.simulate"]))


if __name__ == "__main__":
    run_stage(main, PARAMS)
