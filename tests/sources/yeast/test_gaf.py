"""Annotations keep their NOT, their evidence and their references."""

import gzip

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.gaf import GAF_SCHEMA, read_gaf
from knockon.sources.yeast.go_lists import read_go_child_parent


def row(qualifier="", term="GO:0005763", aspect="C", synonyms="YAL001C|TSV115", symbol="TFC3"):
    columns = ["SGD", "S000000001", symbol, qualifier, term, "SGD_REF:S1|PMID:2", "IDA", "", aspect, "name", synonyms]
    return "\t".join([*columns, "gene", "taxon:4932", "20040202", "SGD", "", ""]) + "\n"


def read(tmp_path, text):
    path = tmp_path / "gene_association.sgd.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return read_gaf(path)


def test_a_row(tmp_path):
    result = read(tmp_path, "!gaf-version: 2.0\n" + row("NOT|contributes_to") + row("NOT") + row(synonyms=""))
    assert result.table.schema.equals(GAF_SCHEMA, check_metadata=True)
    assert result.table["gene"].to_pylist() == ["YAL001C", "YAL001C", "TFC3"]
    assert result.table["negated"].to_pylist() == [True, True, False]
    assert result.table["qualifier"].to_pylist() == ["contributes_to", None, None]
    assert result.table["references"].to_pylist()[0] == ["SGD_REF:S1", "PMID:2"]


def test_the_old_format_of_fifteen_columns_is_read(tmp_path):
    assert read(tmp_path, "\t".join(row().split("\t")[:15]) + "\n").table.num_rows == 1


def test_bad_rows(tmp_path):
    result = read(tmp_path, "!\n" + row() + row(term="GO:12") + row(aspect="X") + row(symbol="") + "SGD\tshort\n")
    assert result.table.num_rows == 1
    assert result.rejects["line"].to_pylist() == [3, 4, 5, 6]


def test_another_format_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="is it another format"):
        read(tmp_path, "!gaf-version: 2.0\n!only comments\n")


@pytest.mark.public
def test_the_published_file(public_files):
    result = read_gaf(public_files / "yeast/go/gene_association.sgd.gz")
    assert (result.table.num_rows, result.rejects.num_rows) == (87_270, 0)
    assert pc.count_distinct(result.table["sgd_id"]).as_py() == 6359
    assert pc.sum(result.table["negated"]).as_py() == 93
    edges = read_go_child_parent(public_files / "yeast/go/yeast_child_2_parent.txt").table
    terms = pc.unique(result.table["go_id"])
    placed = pc.or_(pc.is_in(terms, pc.unique(edges["child"])), pc.is_in(terms, pc.unique(edges["parent"])))
    assert (len(terms), pc.sum(placed).as_py()) == (4430, 4138)
