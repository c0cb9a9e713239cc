"""Genes and segments come out of SGD_features.tab with coordinates that run one way, and in reading order."""

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.sgd_features import GENE_SCHEMA, SEGMENT_SCHEMA, read_sgd_features, read_sgd_segments


def feature(identifier, kind, name, place, parent="", **more):
    chromosome, start, stop, strand = place
    columns = [identifier, kind, more.get("qualifier", ""), name, more.get("gene", ""), more.get("aliases", "")]
    columns += [parent, "", chromosome, start, stop, strand, "", "2011-02-03", "2011-02-03", more.get("text", "")]
    return "\t".join(columns) + "\n"


GENE = feature(
    "S000000001", "ORF", "YAL001C", ("1", "90", "10", "C"), qualifier="Verified", gene="TFC3", aliases="FUN24|tau 138"
)
SEGMENTS = (
    feature("S000000003", "CDS", "", ("1", "40", "10", "C"), parent="YAL001C")
    + feature("S000000002", "CDS", "", ("1", "90", "61", "C"), parent="YAL001C")
    + feature("S000000004", "intron", "", ("1", "60", "41", "C"), parent="YAL001C")
)


@pytest.fixture
def features(tmp_path):
    path = tmp_path / "SGD_features.tab"
    return lambda text: (path.write_text(text), path)[1]


def test_a_gene_on_the_crick_strand(features):
    result = read_sgd_features(features(GENE + SEGMENTS))
    assert result.table.schema.equals(GENE_SCHEMA, check_metadata=True)
    (gene,) = result.table.to_pylist()
    assert (gene["systematic_name"], gene["chromosome"]) == ("YAL001C", "I")
    assert (gene["start"], gene["end"], gene["strand"]) == (10, 90, -1)
    assert gene["aliases"] == ["FUN24", "tau 138"]


def test_segments_are_ordered_as_they_are_read(features):
    table = read_sgd_segments(features(GENE + SEGMENTS)).table
    assert table.schema.equals(SEGMENT_SCHEMA, check_metadata=True)
    assert table.select(["start", "end", "order"]).to_pylist() == [
        {"start": 61, "end": 90, "order": 0},
        {"start": 10, "end": 40, "order": 1},
    ]


def test_bad_rows_are_named_with_line_and_reason(features):
    text = GENE + GENE
    text += feature("S000000005", "ORF", "", ("2", "1", "9", "W"))
    text += feature("S000000006", "ORF", "YBL001C", ("2", "1e3", "9", "W"))
    text += feature("S000000007", "ORF", "YBL002W", ("2", "1", "9", "X"))
    result = read_sgd_features(features(text + "too\tshort\n"))
    assert result.table.num_rows == 1
    assert dict(zip(result.rejects["line"].to_pylist(), result.rejects["reason"].to_pylist(), strict=True)) == {
        2: "a gene that came before",
        3: "no systematic name",
        4: "a coordinate that is no whole number",
        5: "a strand that is neither W nor C",
        6: "2 columns instead of 16",
    }


def test_a_segment_needs_a_place(features):
    segment = feature("S000000002", "CDS", "", ("1", "90", "", "C"), parent="YAL001C")
    result = read_sgd_segments(features(GENE + segment))
    assert result.table.num_rows == 0
    assert result.rejects["reason"].to_pylist() == ["a segment without start, stop or strand"]


def test_another_format_is_an_error(features):
    with pytest.raises(FormatError, match="no row has the expected 16 columns"):
        read_sgd_features(features("gene,start\nYAL001C,1\n"))


@pytest.mark.public
def test_the_published_file_has_its_genes(public_files):
    path = public_files / "yeast/genome/SGD_features.tab"
    genes, segments = read_sgd_features(path), read_sgd_segments(path)
    assert genes.rejects.num_rows == segments.rejects.num_rows == 0
    orfs = genes.table.filter(pc.equal(genes.table["feature_type"], "ORF"))
    assert orfs.num_rows == 6604
    assert pc.sum(pc.equal(orfs["qualifier"], "Verified")).as_py() == 5155
    assert segments.table.num_rows == 7074 + 47  # coding segments and +1 frameshifts
