"""The avGFP genotypes come out of the published file, each checked against the reference sequence."""

import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.gfp.avgfp import AVGFP_SCHEMA, read_avgfp, read_reference, translate

HEADER = "aaMutations\tuniqueBarcodes\tmedianBrightness\tstd\n"


@pytest.fixture
def reference(tmp_path):
    path = tmp_path / "reference.fa"
    path.write_text(">reference\nAGCAAGGGCTGA\n")  # S K G stop
    return path


def read(tmp_path, reference, rows):
    path = tmp_path / "genotypes.tsv"
    path.write_text(HEADER + rows)
    return read_avgfp(path, reference)


def test_the_standard_code_translates_every_codon():
    assert translate("ATGAGCTGGTTTTAAATG") == "MSWF"


def test_mutations_are_sorted_and_the_wild_type_is_empty(tmp_path, reference):
    result = read(tmp_path, reference, "\t3\t3.7\t0.1\nSG2D:SS0A\t2\t1.5\t\n")
    assert result.table.schema.equals(AVGFP_SCHEMA)
    assert result.table["variant"].to_pylist() == ["", "S0A:G2D"]
    assert result.table["mutations"].to_pylist()[1] == [
        {"position": 0, "wild_type": "S", "mutant": "A"},
        {"position": 2, "wild_type": "G", "mutant": "D"},
    ]
    assert result.table["standard_deviation"].to_pylist() == [0.1, None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("SA0D\t1\t3\t", "does not fit the reference"),
        ("SG3D\t1\t3\t", "does not fit the reference"),
        ("SG2B\t1\t3\t", "does not fit the reference"),
        ("G2D\t1\t3\t", "does not fit the reference"),
        ("SG2D:SG2A\t1\t3\t", "two mutations of one residue"),
        ("SG2D\t0\t3\t", "no number of barcodes"),
        ("SG2D\t1\tinf\t", "no finite brightness"),
        ("SG2D\t1\t\t", "no finite brightness"),
        ("SG2D\t1\t3\tmuch", "no finite standard deviation"),
        ("SS0A\t1\t3\t", "came before"),
    ],
)
def test_rows_that_can_not_be_used_are_refused_with_their_line(tmp_path, reference, row, reason):
    result = read(tmp_path, reference, f"SS0A\t1\t3\t\n{row}\n")
    assert result.table.num_rows == 1
    assert result.rejects["line"].to_pylist() == [3]
    assert reason in result.rejects["reason"][0].as_py()


def test_a_reference_that_is_no_coding_sequence_is_an_error(tmp_path, reference):
    reference.write_text(">reference\nAGCAA\n")
    with pytest.raises(FormatError, match="whole number of codons"):
        read(tmp_path, reference, "\t1\t3\t\n")


@pytest.mark.public
def test_the_published_file_has_its_published_counts(public_files):
    folder = public_files / "gfp"
    assert len(read_reference(folder / "avGFP_reference_sequence.fa")) == 237
    result = read_avgfp(folder / "amino_acid_genotypes_to_brightness.tsv", folder / "avGFP_reference_sequence.fa")
    assert result.rejects.num_rows == 0
    counts = pc.list_value_length(result.table["mutations"])
    assert result.table.num_rows == 54025
    assert pc.sum(pc.and_(pc.greater(counts, 0), pc.less(counts, 4))).as_py() == 26807
    assert pc.sum(pc.greater(counts, 3)).as_py() == 27217
    assert pc.sum(pc.match_substring(result.table["variant"], "*")).as_py() == 2310
