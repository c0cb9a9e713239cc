"""UniProt headers give accession and gene."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.uniprot import UNIPROT_SCHEMA, read_uniprot_fasta


def read(tmp_path, text):
    path = tmp_path / "proteome.fasta"
    path.write_text(text)
    return read_uniprot_fasta(path)


def test_headers(tmp_path):
    species = "OS=Saccharomyces cerevisiae (strain ATCC 204508 / S288c) OX=559292"
    text = f">sp|P34111|TFC3_YEAST Factor tau 138 {species} GN=TFC3 PE=1 SV=1\nMVL\n"
    text += f">tr|A0A023PZB3|X_YEAST Putative {species} PE=5 SV=1\nMM\nA\n"
    result = read(tmp_path, text)
    assert result.table.schema.equals(UNIPROT_SCHEMA, check_metadata=True)
    assert result.table.to_pylist()[0] == {
        "accession": "P34111",
        "entry_name": "TFC3_YEAST",
        "reviewed": True,
        "protein_name": "Factor tau 138",
        "gene": "TFC3",
        "existence": 1,
        "sequence": "MVL",
    }
    assert [result.table[name][1].as_py() for name in ("gene", "reviewed", "sequence")] == [None, False, "MMA"]


def test_other_fasta_is_an_error(tmp_path):
    with pytest.raises(FormatError, match=">YAL001C is not of UniProt's form"):
        read(tmp_path, ">YAL001C\nMVL\n")


@pytest.mark.public
def test_the_published_proteome(public_files):
    result = read_uniprot_fasta(public_files / "yeast/genome/uniprotkb_proteome_UP000002311_2023_11_30.fasta")
    assert (result.table.num_rows, result.rejects.num_rows) == (6060, 0)
    assert result.table["existence"].null_count == 0
