"""Libraries of molecules: every kind of file, in blocks of any size, with lines and ids."""

import gzip

import pytest

from knockon.errors import FormatError
from knockon.sources.affinity.library import stream_library

SMI = "smiles name\nCCO ethanol\n\nCCN\tethyl amine\t0.5\nC1CC broken\nCCC\n"
CSV = 'Name,pIC50,SMILES\nethanol,5,CCO\n\nethylamine,6, CCN \n"a, b",7,CCC\n,8,C\nonly one\n'


def rows(path, block_bytes=1 << 20):
    """(line, SMILES, id) of every molecule, and (line, reason) of every reject."""
    blocks = list(stream_library(path, block_bytes))
    found = [each for block in blocks for each in zip(block.lines, block.smiles.list(), block.ids.list(), strict=True)]
    rejects = [(row["line"], row["reason"]) for block in blocks for row in block.rejects.to_pylist()]
    return found, rejects


@pytest.mark.parametrize("name", ["a.smi", "a.smi.gz", "a.smiles", "a.SMI"])
@pytest.mark.parametrize("block_bytes", [8, 1 << 20])
def test_a_smiles_file(tmp_path, name, block_bytes):
    path = tmp_path / name
    path.write_bytes(gzip.compress(SMI.encode()) if name.endswith(".gz") else SMI.encode())
    expected = [(2, "CCO", "ethanol"), (4, "CCN", "ethyl amine"), (5, "C1CC", "broken"), (6, "CCC", "")]
    assert rows(path, block_bytes) == (expected, [])


@pytest.mark.parametrize("block_bytes", [20, 1 << 20])
def test_a_table(tmp_path, block_bytes):
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    found, rejects = rows(path, block_bytes)
    assert found == [(2, "CCO", "ethanol"), (4, "CCN", "ethylamine"), (5, "CCC", "a, b"), (6, "C", "")]
    assert rejects == [(7, "1 columns instead of 3")]
    (tmp_path / "b.tsv").write_text("smiles\tvalue\nCCO\t1\n")
    assert rows(tmp_path / "b.tsv") == ([(2, "CCO", "")], [])


def test_a_file_without_header_keeps_its_first_molecule(tmp_path):
    path = tmp_path / "a.smi"
    path.write_bytes(b"\xef\xbb\xbfCCO x\r\nCCN y\r\n")
    assert rows(path)[0] == [(1, "CCO", "x"), (2, "CCN", "y")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.smi", b"", "is empty"),
        ("a.sdf", b"CCO", r"a SMILES file \(.smi"),
        ("a.csv", b"name,structure\nx,CCO\n", "names no column smiles; it has name, structure"),
        ("a.smi", b"CCO x\nCC\xff y\n", "line 2: not UTF-8"),
        ("a.smi.gz", gzip.compress(SMI.encode() * 50)[:-30], "truncated"),
    ],
)
def test_what_is_no_library_is_told(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=said):
        rows(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FormatError, match=r"none\.smi: no such file"):
        rows(tmp_path / "none.smi")
