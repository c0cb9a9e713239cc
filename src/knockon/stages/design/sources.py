"""design_sources: the pinned public files of strain design. The metabolic model is among those of yeast_sources."""

from knockon.errors import KnockonError
from knockon.sources.registry import select
from knockon.stages.design import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("design.source",)

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
        if not is_public(params, "design"):
            raise KnockonError("design: no simulated source yet")
        fetch_public(folder, "yeast", select("yeast", list(_TAKEN)))


if __name__ == "__main__":
    run_stage(main, PARAMS)
