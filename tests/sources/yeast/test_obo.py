"""Terms and edges of an OBO file; obsolete terms stay, flagged."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.obo import GO_EDGE_SCHEMA, GO_TERM_SCHEMA, read_go_edges, read_go_terms

OBO = """format-version: 1.2
ontology: go
default-namespace: gene_ontology

[Term]
id: GO:0000002
name: mitochondrial genome maintenance
namespace: biological_process
is_a: GO:0000001 ! outer
relationship: part_of GO:0000003 ! whole
relationship: regulates GO:0000001 ! other

[Term]
id: GO:0000001
name: outer
namespace: biological_process

[Term]
id: GO:0000004
name: obsolete thing
namespace: molecular_function
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


@pytest.fixture
def ontology(tmp_path):
    path = tmp_path / "go.obo"
    path.write_text(OBO)
    return path


def test_terms_are_sorted_and_obsolete_ones_kept(ontology):
    table = read_go_terms(ontology).table
    assert table.schema.equals(GO_TERM_SCHEMA, check_metadata=True)
    # GO:0000003 is only named as a parent, so it is no term of this file.
    assert table["go_id"].to_pylist() == ["GO:0000001", "GO:0000002", "GO:0000004"]
    assert table["obsolete"].to_pylist() == [False, False, True]


def test_edges_run_from_child_to_parent_along_the_true_path(ontology):
    table = read_go_edges(ontology).table
    assert table.schema.equals(GO_EDGE_SCHEMA, check_metadata=True)
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("GO:0000002", "GO:0000001", "is_a"),
        ("GO:0000002", "GO:0000003", "part_of"),
    ]
    assert read_go_edges(ontology, relations=["regulates"]).table.num_rows == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "is empty"), ("id: x\n", "is it an OBO file"), ("x\n\n[Term]\nid: GO:1\nno colon here\n", "obonet")],
)
@pytest.mark.parametrize("read", [read_go_terms, read_go_edges])
def test_broken_files_are_errors(tmp_path, read, text, message):
    path = tmp_path / "bad.obo"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read(path)
