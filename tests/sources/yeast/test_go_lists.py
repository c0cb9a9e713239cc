"""Child-to-parent lists and names of terms."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.sources.yeast.go_lists import GO_NAME_SCHEMA, read_go_child_parent, read_go_names
from knockon.sources.yeast.obo import GO_EDGE_SCHEMA


def written(tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_text(text)
    return path


def test_identifiers_get_their_colon_and_bad_edges_are_rejected(tmp_path):
    text = "GO_0000002\tGO_0000001\nGO_0000001\tGO_00SUPER\n"
    text += "GO_0000002\tGO_0000001\nGO_0000001\tGO_0000001\nx\tGO_0000001\n"
    result = read_go_child_parent(written(tmp_path, text))
    assert result.table.schema.equals(GO_EDGE_SCHEMA, check_metadata=True)
    assert result.table["child"].to_pylist() == ["GO:0000002", "GO:0000001"]
    assert result.table["parent"].to_pylist() == ["GO:0000001", "GO:00SUPER"]
    assert result.rejects["line"].to_pylist() == [3, 4, 5]


def test_names(tmp_path):
    result = read_go_names(written(tmp_path, "GO:0000001\tone\nGO:0000001\tagain\npart_of\tpart of\nGO:0000002\t\n"))
    assert result.table.schema.equals(GO_NAME_SCHEMA, check_metadata=True)
    assert result.table.to_pylist() == [{"go_id": "GO:0000001", "name": "one"}]
    assert result.rejects["line"].to_pylist() == [2, 3, 4]


@pytest.mark.public
def test_the_published_hierarchy_and_names(public_files):
    edges = read_go_child_parent(public_files / "yeast/go/yeast_child_2_parent.txt")
    terms = pc.unique(pa.chunked_array([*edges.table["child"].chunks, *edges.table["parent"].chunks]))
    assert (edges.table.num_rows, edges.rejects.num_rows, len(terms)) == (9895, 0, 5125)
    names = read_go_names(public_files / "yeast/dcell/goID_2_name.tab")
    assert (names.table.num_rows, names.rejects.num_rows) == (49_086, 5)
