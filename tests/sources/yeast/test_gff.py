"""GFF attributes are decoded after lists are split; comments and the FASTA part are passed over."""

import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.gff import GFF_SCHEMA, read_sgd_gff

ROW = (
    "chrI\tSGD\tgene\t1807\t2169\t.\t-\t.\tID=YAL068C;Name=YAL068C;gene=PAU8;Alias=PAU8,seripauperin%2C%20PAU8;"
    "Ontology_term=GO:0003674,GO:0005575;Note=unknown%20function%3B%20100%25;dbxref=SGD:S000002142;"
    "orf_classification=Verified\n"
)


def read(tmp_path, text):
    path = tmp_path / "some.gff"
    path.write_text(text)
    return read_sgd_gff(path)


def test_attributes(tmp_path):
    result = read(tmp_path, "##gff-version 3\n# comment\n" + ROW + "###\n##FASTA\n>chrI\nACGT\n")
    assert result.table.schema.equals(GFF_SCHEMA, check_metadata=True)
    (row,) = result.table.to_pylist()
    assert (row["chromosome"], row["start"], row["end"], row["strand"]) == ("I", 1807, 2169, -1)
    assert row["aliases"] == ["PAU8", "seripauperin, PAU8"]
    assert row["ontology_terms"] == ["GO:0003674", "GO:0005575"]
    assert row["note"] == "unknown function; 100%"
    assert (row["id"], row["gene"], row["sgd_id"]) == ("YAL068C", "PAU8", "S000002142")
    assert (row["orf_classification"], row["parent"]) == ("Verified", None)
    assert result.rejects.num_rows == 0


def test_bad_rows(tmp_path):
    text = ROW + ROW.replace("1807", "2.5") + ROW.replace("1807", "9999") + ROW.replace("\t-\t", "\t*\t") + "a\tb\n"
    result = read(tmp_path, text)
    assert result.table.num_rows == 1
    assert result.rejects["line"].to_pylist() == [2, 3, 4, 5]


def test_bytes_that_are_no_text_do_not_break_the_file(tmp_path):
    (row,) = read(tmp_path, ROW.replace("unknown%20", "%FF%20")).table.to_pylist()
    assert row["note"].startswith("\N{REPLACEMENT CHARACTER}")


def test_another_format_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="nine columns"):
        read(tmp_path, "gene\tYAL001C\n")


@pytest.mark.public
def test_the_published_file(public_files):
    result = read_sgd_gff(public_files / "yeast/genome/saccharomyces_cerevisiae.gene.gff")
    assert (result.table.num_rows, result.rejects.num_rows) == (5811, 0)
    assert result.table["gene"].null_count == 5811 - 5065
    assert result.table["orf_classification"].null_count == 0


def test_a_chromosome_that_no_genome_of_ours_has_is_rejected(tmp_path):
    result = read(tmp_path, ROW + ROW.replace("chrI", "NC_001133.9"))
    assert result.table["chromosome"].to_pylist() == ["I"]
    assert result.rejects["value"].to_pylist() == ["NC_001133.9"]
