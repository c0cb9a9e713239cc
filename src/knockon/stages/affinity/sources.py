"""affinity_sources: the pinned files of measured affinities and corpora, or a simulated set in the same formats."""

from knockon.sources.affinity.targets import DUDE_STRUCTURES
from knockon.sources.registry import select
from knockon.sources.simulate.affinity import AffinitySimulation, simulate_affinity
from knockon.stages.affinity import paths
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params, run_stage

READS = ()
PARAMS = ("affinity.source", "affinity.simulate")

# Pickles run code when they are read; similarity matrices, pockets and DeepDTAF's single files say nothing that the
# files taken do not say.
_TAKEN = (
    "davis_affinities", "davis_ligands_iso", "davis_proteins", "davis_test_fold_setting1", "davis_train_fold_setting1",
    "kiba_affinities", "kiba_ligands_iso", "kiba_proteins", "kiba_test_fold_setting1", "kiba_train_fold_setting1",
    "pdbbind2016_deepdtaf_all", "cleansplit_pdbbind_data_split_cleansplit",
    "cleansplit_pdbbind_cleansplit_train_val_split_f0", "plapt_test2016_290", "plapt_benchmark1k2101",
    "metz_restructured_unique", "metz_prot_info", "bindingdb_kd_kd", "corpora_bindingdb_unique_proteins", "corpora_muv",
    "corpora_chembl_sparse_ts_valid", "corpora_chembl_sparse_ts_test", "corpora_chembl_5thresh",
    *(f"dude_{target}_{kind}" for target in DUDE_STRUCTURES for kind in ("actives", "decoys")),
)  # fmt: skip


def main(params: Params) -> None:
    """Fill data/raw/affinity."""
    with raw_folder(paths.RAW) as folder:
        if is_public(params, "affinity"):
            fetch_public(folder, "affinity", select("affinity", list(_TAKEN)))
        else:
            simulate_affinity(folder, AffinitySimulation(**params["affinity.simulate"]))


if __name__ == "__main__":
    run_stage(main, PARAMS)
