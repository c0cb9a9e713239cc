"""Every file format of the affinity study, by name; a reader is imported when it reads."""

from knockon.sources.formats import formats_of

_PLACE = "knockon.sources.affinity"
_MEASURED = f"{_PLACE}.measured:MEASURED_SCHEMA"

FORMATS = formats_of(
    {
        "affinities": [
            ("davis", f"{_PLACE}.matrix:read_davis", _MEASURED, "Davis' kinase Kd, DeepDTA's matrix and folds"),
            ("kiba", f"{_PLACE}.matrix:read_kiba", _MEASURED, "KIBA scores, DeepDTA's matrix and folds"),
            ("pdbbind", f"{_PLACE}.complexes:read_pdbbind", _MEASURED, "PDBbind 2016 as DeepDTAF splits it"),
            ("pdbbind_core", f"{_PLACE}.complexes:read_core", _MEASURED, "PDBbind's core with clean SMILES"),
            ("benchmark1k", f"{_PLACE}.complexes:read_benchmark1k", _MEASURED, "a random hold-out of 1,000 pairs"),
            ("bindingdb_kd", f"{_PLACE}.lists:read_bindingdb", _MEASURED, "BindingDB's Kd, DeepAffinity's archive"),
            ("metz", f"{_PLACE}.lists:read_metz", _MEASURED, "Metz' kinase pKi, PADME's long table"),
            ("affinity_table", f"{_PLACE}.lists:read_own", _MEASURED, "your own CSV: smiles, sequence, affinity"),
        ],
        "splits": [
            ("pdb_ids", f"{_PLACE}.complexes:read_ids", "ID_SCHEMA", "lists of PDB ids, as CleanSplit's"),
        ],
        "molecules": [
            ("smiles_corpus", f"{_PLACE}.corpora:read_smiles_corpus", "SMILES_SCHEMA", "a CSV's column of SMILES"),
            ("dude", f"{_PLACE}.corpora:read_dude", "DUDE_SCHEMA", "DUD-E's actives or decoys"),
        ],
    }
)
"""Format name → Format."""
