"""The GO slim mapping, with its catch-all term that has no identifier."""

import pytest

from knockon.sources.yeast.go_slim import GO_SLIM_SCHEMA, read_go_slim

ROW = "YAL001C\tTFC3\tS000000001\tC\tnucleus\tGO:0005634\tORF|Verified\n"


def test_rows(tmp_path):
    path = tmp_path / "go_slim_mapping.tab"
    other = "R0020C\t\tS000029675\tP\tother\t\tORF|Verified\n"
    path.write_text(
        ROW + other + ROW.replace("\tC\t", "\tc\t") + ROW.replace("GO:", "GO_") + ROW.replace("YAL001C", "")
    )
    result = read_go_slim(path)
    assert result.table.schema.equals(GO_SLIM_SCHEMA, check_metadata=True)
    assert result.table["go_id"].to_pylist() == ["GO:0005634", None]
    assert result.table["standard_name"].to_pylist() == ["TFC3", None]
    assert result.rejects["line"].to_pylist() == [3, 4, 5]


@pytest.mark.public
def test_the_published_file(public_files):
    result = read_go_slim(public_files / "yeast/go/go_slim_mapping_20180921.tab")
    assert (result.table.num_rows, result.rejects.num_rows) == (42_885, 0)
