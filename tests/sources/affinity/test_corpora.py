"""Lists of molecules without an affinity."""

import gzip

import pytest

from knockon.errors import FormatError
from knockon.sources.affinity.corpora import DUDE_SCHEMA, SMILES_SCHEMA, read_dude, read_smiles_corpus
from knockon.sources.affinity.targets import DUDE_STRUCTURES


def test_one_column_of_a_wide_table(tmp_path):
    path = tmp_path / "muv.csv.gz"
    path.write_bytes(gzip.compress(b"MUV-1,mol_id,smiles\n0,a,CCO\n,b,CCN\n1,c,CCO\n,d,\n"))
    result = read_smiles_corpus(path)
    assert result.table.schema.equals(SMILES_SCHEMA)
    assert result.table["smiles"].to_pylist() == ["CCO", "CCN"]
    assert result.rejects["reason"].to_pylist() == ["the SMILES came before", "no SMILES"]
    with pytest.raises(FormatError, match="names no column canonical"):
        read_smiles_corpus(path, "canonical")


def test_actives_and_decoys(tmp_path):
    path = tmp_path / "ada_actives.tsv"
    path.write_text("CHEMBL1\tCCO\nCHEMBL1\tCC[O-]\nCHEMBL2\t\n")
    result = read_dude(path)
    assert result.table.schema.equals(DUDE_SCHEMA)
    assert result.table["name"].to_pylist() == ["CHEMBL1", "CHEMBL1"]
    assert result.rejects["line"].to_pylist() == [3]


def test_targets_are_named_by_structures():
    assert all(len(code) == 4 and code[0].isdigit() for code in DUDE_STRUCTURES.values())
