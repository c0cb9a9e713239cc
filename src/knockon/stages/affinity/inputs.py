"""Which file of data/raw/affinity is which source, and what its reader needs beside it."""

from pathlib import Path
from typing import Any

from knockon.sources.affinity.formats import FORMATS
from knockon.sources.affinity.targets import DUDE_STRUCTURES
from knockon.sources.reading import ReadResult

_DAVIS = "drug-target_interaction_affinities_Kd__Davis_et_al.2011v1.txt"


def _matrix(folder: str, file: str) -> tuple[str, dict[str, str]]:
    beside = {
        "ligands": "ligands_iso.txt",
        "proteins": "proteins.txt",
        "test": "folds/test_fold_setting1.txt",
        "train": "folds/train_fold_setting1.txt",
    }
    return f"{folder}/{file}", {name: f"{folder}/{path}" for name, path in beside.items()}


_SOURCES: dict[str, tuple[str, tuple[str, dict[str, str]]]] = {
    "davis": ("davis", _matrix("davis", _DAVIS)),
    "kiba": ("kiba", _matrix("kiba", "kiba_binding_affinity_v2.txt")),
    "pdbbind2016": ("pdbbind", ("pdbbind2016/pdbbind2016_deepdtaf_all.csv", {})),
    "bindingdb": ("bindingdb_kd", ("bindingdb_kd/Kd.tar.xz", {})),
    "metz": ("metz", ("metz/restructured_unique.csv", {"proteins": "metz/prot_info.csv"})),
    "core2016": ("pdbbind_core", ("plapt/Test2016_290.csv", {})),
    "benchmark1k": ("benchmark1k", ("plapt/benchmark1k2101.csv", {})),
}

SPLIT_SOURCES = {
    "public": ("davis", "kiba", "pdbbind2016", "bindingdb", "metz"),
    "simulated": ("davis", "pdbbind2016"),
}
"""Sources that are split, by affinity.source; of the others all measurements are a test."""

_TEST_SOURCES = {"public": ("core2016", "benchmark1k"), "simulated": ()}

CORE = "core2016"

LISTS = {
    "train": ("cleansplit/PDBbind_cleansplit_train_val_split_f0.json", "train"),
    "validation": ("cleansplit/PDBbind_cleansplit_train_val_split_f0.json", "validation"),
    "test": ("cleansplit/PDBbind_data_split_cleansplit.json", "casf2016"),
    "test_independent": ("cleansplit/PDBbind_data_split_cleansplit.json", "casf2016_indep"),
}
"""List of CleanSplit → its file and its name there."""

CORPORA = {
    "public": ("muv", "chembl_5thresh", "chembl_sparse_ts_valid", "chembl_sparse_ts_test"),
    "simulated": ("muv",),
}
PROTEINS = "corpora/bindingdb_unique_proteins.fasta"


def read_sources(raw: Path, source: str) -> dict[str, ReadResult]:
    """Source → its measurements, in MEASURED_SCHEMA. source: public or simulated."""
    return {name: _read(raw, *_SOURCES[name]) for name in (*SPLIT_SOURCES[source], *_TEST_SOURCES[source])}


def _read(raw: Path, format_name: str, place: tuple[str, dict[str, str]]) -> ReadResult:
    path, beside = place
    options: dict[str, Any] = {name: raw / file for name, file in beside.items()}
    return FORMATS[format_name].read(raw / path, **options)


def read_corpora(raw: Path, source: str) -> dict[str, ReadResult]:
    """Corpus → its SMILES, in SMILES_SCHEMA."""
    return {name: FORMATS["smiles_corpus"].read(raw / f"corpora/{name}.csv.gz") for name in CORPORA[source]}


def read_screens(raw: Path, source: str) -> dict[tuple[str, bool], ReadResult]:
    """Target of DUD-E, whether active → its molecules, in DUDE_SCHEMA; nothing is simulated of it."""
    targets = DUDE_STRUCTURES if source == "public" else {}
    return {
        (target, active): FORMATS["dude"].read(raw / f"dude/{target}_{'actives' if active else 'decoys'}.tsv")
        for target in targets
        for active in (True, False)
    }
