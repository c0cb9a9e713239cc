"""SGD's pathways keep reactions without a known gene."""

import pytest

from knockon.sources.yeast.pathways import PATHWAY_SCHEMA, read_sgd_pathways


def test_rows(tmp_path):
    path = tmp_path / "biochemical_pathways.tab"
    path.write_text("glycolysis\tenolase\t4.2.1.11\tENO1\tPMID:1|PMID:2\nglycolysis\t\t\t\t\n\tx\ty\tz\t\nshort\n")
    result = read_sgd_pathways(path)
    assert result.table.schema.equals(PATHWAY_SCHEMA, check_metadata=True)
    assert result.table["gene"].to_pylist() == ["ENO1", None]
    assert result.table["references"].to_pylist() == [["PMID:1", "PMID:2"], []]
    assert result.rejects["line"].to_pylist() == [3, 4]


@pytest.mark.public
def test_the_published_file(public_files):
    result = read_sgd_pathways(public_files / "yeast/networks/biochemical_pathways.tab")
    assert (result.table.num_rows, result.rejects.num_rows) == (1100, 0)
