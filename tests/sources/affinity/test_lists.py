"""BindingDB's archive, Metz' table, and a table of one's own with all that can be wrong in it."""

import io
import tarfile

import pytest

from knockon.errors import FormatError
from knockon.sources.affinity.lists import PARTS, read_bindingdb, read_metz, read_own
from knockon.sources.affinity.measured import MEASURED_SCHEMA

CHAIN = "MKTAYIAKQRQISFVKSHFSRQ"


def bindingdb_row(inchi="InChI=1S/CH4/h1H4", pkd="7.5", chains="1", sequence=CHAIN):
    cells = ["" for _ in range(49)]
    cells[0], cells[1], cells[2], cells[10], cells[36], cells[37] = "50001", "C", inchi, pkd, chains, sequence
    return "\t".join(cells)


@pytest.fixture
def archive(tmp_path):
    def write(rows, parts=PARTS):
        path = tmp_path / "Kd.tar.xz"
        with tarfile.open(path, "w:xz") as file:
            for part in parts:
                # The published header names more columns than any row has.
                data = "\n".join(["\t".join(f"c{n}" for n in range(193)), *rows]).encode() + b"\n"
                member = tarfile.TarInfo(f"Kd/{part}")
                member.size = len(data)
                file.addfile(member, io.BytesIO(data))
        return path

    return write


def test_six_tables_of_an_archive(archive):
    result = read_bindingdb(archive([bindingdb_row(), bindingdb_row(chains="2"), bindingdb_row(pkd="")]))
    assert result.table.schema.equals(MEASURED_SCHEMA)
    assert result.table["part"].to_pylist() == list(PARTS)
    assert set(result.table["notation"].to_pylist()) == {"inchi"}
    assert set(result.table["line"].to_pylist()) == {2}
    assert result.rejects["reason"].to_pylist()[:2] == ["a target of several chains", "not a concentration"]


def test_a_damaged_archive_is_one_error(archive, tmp_path):
    path = archive([bindingdb_row()], PARTS[:-1])
    with pytest.raises(FormatError, match="has no table Kd/ER"):
        read_bindingdb(path)
    path.write_bytes(archive([bindingdb_row()]).read_bytes()[:-60])
    with pytest.raises(FormatError, match=r"truncated or no tar\.xz"):
        read_bindingdb(path)
    with pytest.raises(FormatError, match="no such file"):
        read_bindingdb(tmp_path / "absent.tar.xz")


def test_metz_takes_sequences_from_beside(tmp_path):
    (tmp_path / "p.csv").write_text(f"name,sequence,index\nCDK7,{CHAIN},1\n")
    (tmp_path / "m.csv").write_text(
        "metz,smiles,proteinName,protein_dataset\r\n6.6,CCO,CDK7,metz\r\n5,CCO,CDK99,metz\r\n"
    )
    result = read_metz(tmp_path / "m.csv", tmp_path / "p.csv")
    assert result.table["sequence"].to_pylist() == [CHAIN]
    assert result.table["kind"].to_pylist() == ["Ki"]
    assert result.rejects["reason"].to_pylist() == ["a protein without sequence"]
    (tmp_path / "p.csv").write_text(f"name,sequence,index\nCDK7,{CHAIN},1\nCDK7,{CHAIN},2\n")
    with pytest.raises(FormatError, match="CDK7 stands twice"):
        read_metz(tmp_path / "m.csv", tmp_path / "p.csv")


def own(tmp_path, text, **options):
    path = tmp_path / "own.csv"
    path.write_text(text)
    return read_own(path, **options)


def test_a_table_of_ones_own(tmp_path):
    text = f"id,smiles,sequence,affinity,unit\na,CCO,{CHAIN},8.5 nM,\nb,CCO,{CHAIN},>10000,nM\na,CC,{CHAIN},6,pK\n"
    result = own(tmp_path, text)
    assert result.table["value"].to_pylist() == pytest.approx([8.070581, 5.0])
    assert result.table["relation"].to_pylist() == ["=", "<"]
    assert result.rejects["reason"].to_pylist() == ["the id came before"]


@pytest.mark.parametrize(
    ("affinity", "reason"),
    [
        ("5", "no unit"),
        ("0 nM", "not positive"),
        ("-1 uM", "not positive"),
        ("5 furlong", "unknown unit"),
        ("", "no affinity"),
    ],
)
def test_affinities_that_are_none(tmp_path, affinity, reason):
    text = f"smiles,sequence,affinity\nCCO,{CHAIN},1 nM\nCCO,{CHAIN},{affinity}\n"
    result = own(tmp_path, text)
    assert result.rejects["line"].to_pylist() == [3]
    assert reason in result.rejects["reason"][0].as_py()


def test_a_unit_for_the_whole_file(tmp_path):
    assert own(tmp_path, f"smiles,sequence,affinity\nCCO,{CHAIN},10\n", unit="uM").table["value"].to_pylist() == [5.0]


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(FormatError, match="names no affinity"):
        own(tmp_path, f"smiles,sequence\nCCO,{CHAIN}\n")
    with pytest.raises(FormatError, match="no row can be used; the first reason: no unit"):
        own(tmp_path, f"smiles,sequence,affinity\nCCO,{CHAIN},5\n")
