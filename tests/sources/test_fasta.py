"""FASTA records are cut whole out of the bytes, whatever the line ends, and bad ones are named."""

import gzip

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.fasta import FASTA_SCHEMA, normalise_chromosomes, read_fasta, read_fasta_genome


def read(tmp_path, data, name="some.fa"):
    path = tmp_path / name
    path.write_bytes(data)
    return read_fasta(path)


@pytest.mark.parametrize("data", [b">a one two\nACG\nT\n\n>b\nacgt", b">a one two\r\nACG\r\nT\r\n\r\n>b\r\nacgt\r\n"])
def test_lines_are_joined_and_upper_case(tmp_path, data):
    result = read(tmp_path, data)
    assert result.table.schema.equals(FASTA_SCHEMA, check_metadata=True)
    assert result.table.to_pylist() == [
        {"name": "a", "description": "one two", "sequence": "ACGT"},
        {"name": "b", "description": "", "sequence": "ACGT"},
    ]
    assert result.rejects.num_rows == 0


def test_gzip_is_read_alike(tmp_path):
    assert read(tmp_path, gzip.compress(b">a\nAC\n", mtime=0), "some.fa.gz").table["sequence"].to_pylist() == ["AC"]


def test_faulty_records_are_rejected_with_the_line_of_their_header(tmp_path):
    result = read(tmp_path, b">a\nAC\n>empty\n>odd\nA1\n>a\nGG\n>last\n")
    assert result.table["name"].to_pylist() == ["a"]
    assert list(zip(result.rejects["line"].to_pylist(), result.rejects["reason"].to_pylist(), strict=True)) == [
        (3, "no sequence"),
        (4, "a character that is no residue"),
        (6, "a name that came before"),
        (8, "no sequence"),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"ACGT\n", "begins with '>'"),
        (b">\nACGT\n", "line 1: a FASTA header without a name"),
        (b">a\nAC\xff\n", "line 2: not UTF-8"),
        (b">a\nAC\0\n", "line 2: a NUL byte"),
        (gzip.compress(b">a\n" + bytes(range(65, 90)) * 999, mtime=0)[:-20], "truncated or corrupt"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_an_error(tmp_path, data, message):
    with pytest.raises(FormatError, match=message):
        read(tmp_path, data)


def test_chromosomes_get_the_names_of_ensembl(tmp_path):
    names = pa.array(["chrIV", "4", "chrmt", "Mito", "chrM", "17", "2-micron", "XVI"])
    assert normalise_chromosomes(names).to_pylist() == ["IV", "IV", "Mito", "Mito", "Mito", "Mito", "2-micron", "XVI"]
    path = tmp_path / "genome.fa"
    path.write_text(">chrI\nAC\n")
    assert read_fasta_genome(path).table["name"].to_pylist() == ["I"]


@pytest.mark.public
def test_the_published_genome_is_whole(public_files):
    folder = public_files / "yeast/genome"
    genome = read_fasta_genome(folder / "Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz").table
    assert genome.num_rows == 17
    assert pc.sum(pc.binary_length(genome["sequence"])).as_py() == 12_157_105
    upstream = read_fasta(folder / "saccharomyces_cerevisiae.upstream.fa")
    assert (upstream.table.num_rows, upstream.rejects.num_rows) == (5799, 20)


@pytest.mark.parametrize(
    "data",
    [
        b">ref|NC_001133| [org=S. cerevisiae] [moltype=genomic] [chromosome=I]\nAC\n"
        b">ref|NC_001224| [org=S. cerevisiae] [location=mitochondrion] [top=circular]\nGT\n",
        b">NC_001133.9 S. cerevisiae S288C chromosome I, complete sequence\nAC\n"
        b">NC_001224.1 S. cerevisiae S288C mitochondrion, complete genome\nGT\n",
        b">chrI\nAC\n>chrmt\nGT\n",
    ],
)
def test_chromosomes_are_found_as_sgd_and_ncbi_write_them(tmp_path, data):
    path = tmp_path / "genome.fsa"
    path.write_bytes(data)
    result = read_fasta_genome(path)
    assert result.table["name"].to_pylist() == ["I", "Mito"]
    assert result.table["sequence"].to_pylist() == ["AC", "GT"]


def test_what_is_no_chromosome_and_one_that_comes_twice_are_rejected(tmp_path):
    path = tmp_path / "genome.fa"
    path.write_bytes(b">chrM\nAC\n>chrmt\nGT\n>scaffold_7 of something\nAA\n>IV\nTT\n")
    result = read_fasta_genome(path)
    assert result.table["name"].to_pylist() == ["Mito", "IV"]
    assert [(row["line"], row["value"], row["reason"][:26]) for row in result.rejects.to_pylist()] == [
        (3, "Mito", "a name that came before"),
        (5, "scaffold_7", "not a chromosome name that"),
    ]
