"""cellstate_compendia: public compendia of healthy human tissues and cell lines; none where the study is simulated."""

from knockon.atomic import write_text
from knockon.sources.registry import select
from knockon.stages.cellstate import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("cellstate.source",)

TAKEN = ("hpa_rnatableextended", "hpa_labels_extended", "hpa_rnatableblood", "hpa_labels_blood", "hpa_rnagtextissue")


def main(params: Params) -> None:
    """Fill data/raw/cellstate_compendia."""
    with raw_folder(paths.COMPENDIA) as folder:
        if is_public(params, "cellstate"):
            fetch_public(folder, "cellstate", select("cellstate", list(TAKEN)))
        else:
            write_text(folder / "README", "The simulated study has no further compendia.\n")


if __name__ == "__main__":
    run_stage(main, PARAMS)
