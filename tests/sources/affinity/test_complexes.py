"""PDBbind's complexes, its clean core, the random hold-out, and lists of ids."""

import json

import pytest

from knockon.errors import FormatError
from knockon.sources.affinity.complexes import (
    BENCHMARK,
    CORE,
    PDBBIND,
    read_benchmark1k,
    read_core,
    read_ids,
    read_pdbbind,
)
from knockon.sources.affinity.measured import MEASURED_SCHEMA

CHAIN = "MKTAYIAKQRQISFVKSHFSRQ"


def write(path, header, *rows):
    path.write_text("\n".join([",".join(header), *rows]) + "\n")
    return path


def test_a_complex(tmp_path):
    result = read_pdbbind(write(tmp_path / "all.csv", PDBBIND, f"1ABC,training,6.5,CCO,{CHAIN},MK"))
    assert result.table.schema.equals(MEASURED_SCHEMA)
    row = result.table.to_pylist()[0]
    assert (row["name"], row["value"], row["part"], row["kind"]) == ("1abc", 6.5, "training", "Kd or Ki")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"1abc,training,7,CCN,{CHAIN},MK", "the id came before in this part"),
        (f",training,7,CCN,{CHAIN},MK", "no pdbid"),
        (f"2abc,training,7,,{CHAIN},MK", "no smiles"),
        ("2abc,training,7,CCN,,MK", "no sequence"),
        (f"2abc,training,x,CCN,{CHAIN},MK", "not a concentration"),
        (f"2abc,training,7,CCN,{CHAIN}", "5 columns instead of 6"),
    ],
)
def test_rows_that_can_not_be_used_are_refused_with_their_line(tmp_path, row, reason):
    path = write(tmp_path / "all.csv", PDBBIND, f"1abc,training,6.5,CCO,{CHAIN},MK", row)
    result = read_pdbbind(path)
    assert result.table.num_rows == 1
    assert (result.rejects["line"].to_pylist(), reason in result.rejects["reason"][0].as_py()) == ([3], True)


def test_the_core_states_its_affinity_twice(tmp_path):
    rows = (f"1abc,9,Ki=1nM,0.001,CCO,{CHAIN}", f"2abc,6,Kd=1mM,1000,CCN,{CHAIN}")
    result = read_core(write(tmp_path / "core.csv", CORE, *rows))
    assert result.table["kind"].to_pylist() == ["Ki"]
    assert result.rejects["reason"].to_pylist() == ["the text and the pK differ"]


def test_the_hold_out(tmp_path):
    result = read_benchmark1k(write(tmp_path / "b.csv", BENCHMARK, f"{CHAIN},CCO,0.001,9,OCC,1"))
    assert result.table.schema.equals(MEASURED_SCHEMA)
    assert result.table["value"].to_pylist() == [9.0]


def test_lists_of_ids(tmp_path):
    path = tmp_path / "ids.json"
    path.write_text(json.dumps({"train": ["1ABC", "2abc"], "test": ["3abc"]}))
    table = read_ids(path).table
    assert table["name"].to_pylist() == ["1abc", "2abc", "3abc"]
    assert table["part"].to_pylist() == ["train", "train", "test"]
    for text, message in (("[]", "not a JSON object"), ('{"a": 1}', "a is no list"), ('{"a": ["x", "x"]}', "twice")):
        path.write_text(text)
        with pytest.raises(FormatError, match=message):
            read_ids(path)


def test_a_file_without_a_usable_row_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="no row can be used; the first reason: no smiles"):
        read_pdbbind(write(tmp_path / "all.csv", PDBBIND, f"1abc,training,6.5,,{CHAIN},MK"))
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(FormatError, match="empty"):
        read_pdbbind(tmp_path / "empty.csv")
