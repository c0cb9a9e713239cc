"""Regulons: one edge a pair, both directions are no direction, unknown effects are rejected."""

import pandas as pd
import pyreadr
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.sources.cellstate.regulons import REGULON_SCHEMA, read_dorothea, read_precise_trn, read_trrust


def edges(table):
    assert table.schema.equals(REGULON_SCHEMA)
    return [(row["regulator"], row["target"], row["sign"]) for row in table.to_pylist()]


def test_trrust_merges_what_stands_twice(tmp_path):
    path = tmp_path / "t.tsv"
    rows = [
        "B\tX\tActivation\t1",
        "A\tX\tActivation\t1",
        "B\tX\tRepression\t2",
        "A\tX\tActivation\t3",
        "A\tY\tMaybe\t4",
    ]
    path.write_text("\n".join(rows) + "\n")
    found = read_trrust(path)
    assert edges(found.table) == [("B", "X", 0), ("A", "X", 1)]
    assert found.rejects.to_pylist()[0]["line"] == 5


def test_a_sign_with_an_unknown_one_is_unknown(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(",regulator,gene_id,effect\n0,crp,b1,+\n1,crp,b1,?\n2,crp,b2,-\n3,crp,b3,+-\n")
    assert edges(read_precise_trn(path).table) == [("crp", "b1", 0), ("crp", "b2", -1), ("crp", "b3", 0)]


def test_dorothea_keeps_its_best_grades(tmp_path):
    path = tmp_path / "d.rda"
    frame = pd.DataFrame(
        {"tf": ["A", "A", "B"], "confidence": ["A", "D", "C"], "target": ["x", "y", "x"], "mor": [1.0, 1.0, -1.0]}
    )
    pyreadr.write_rdata(str(path), frame, df_name="dorothea_hs")
    assert edges(read_dorothea(path)) == [("A", "x", 1), ("B", "x", -1)]
    assert read_dorothea(path, "D")["evidence"].to_pylist() == ["A", "D", "C"]
    with pytest.raises(KnockonError, match="no confidence 'F'"):
        read_dorothea(path, "F")
    pyreadr.write_rdata(str(path), frame[["tf", "target"]], df_name="dorothea_hs")
    with pytest.raises(FormatError, match="has no column confidence"):
        read_dorothea(path)


@pytest.mark.public
def test_the_public_regulons(public_files):
    assert read_dorothea(public_files / "cellstate/dorothea_hs.rda").num_rows == 13223
    network = read_precise_trn(public_files / "cellstate/precise/TRN.csv")
    assert (network.table.num_rows, network.rejects.num_rows) == (8325, 0)
