"""Tables of either orientation, and GCT: the same matrix, or one error that says where."""

import gzip

import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.genes import GeneTable
from knockon.sources.cellstate.matrices import read_gct, read_matrix

GENES = ["ENSG00000000001.3", "ENSG00000000002.1", "ENSG00000000003"]
VALUES = np.array([[100, 0, 7], [50, 3, np.nan]], dtype=np.float32)


def table(values, rows, columns, separator):
    cells = [["", *columns], *[[row, *("NA" if np.isnan(x) else f"{x:g}" for x in line)]
                               for row, line in zip(rows, values, strict=True)]]  # fmt: skip
    return "".join(separator.join(line) + "\n" for line in cells)


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("turned", [False, True])
def test_either_orientation_gives_the_same_matrix(tmp_path, separator, turned):
    path = tmp_path / "m.txt"
    names = (GENES, ["a", "b"]) if turned else (["a", "b"], GENES)
    path.write_text(table(VALUES.T if turned else VALUES, *names, separator))
    found = read_matrix(path, scale="counts")
    np.testing.assert_array_equal(found.values, VALUES)
    assert (found.samples, found.genes, found.holes) == (("a", "b"), tuple(GENES), 1)


def test_symbols_need_a_table_of_genes_or_a_statement(tmp_path):
    path = tmp_path / "m.tsv"
    path.write_text("gene\ta\tb\nTP53\t100\t2\nMYC\t5\t60\n")
    with pytest.raises(FormatError, match=r"nothing tells whether rows \('TP53' …\) or columns .* are genes"):
        read_matrix(path)
    known = GeneTable(["ENSG00000000001"], {"ENSG00000000001": "MYC"})
    assert read_matrix(path, genes=known).genes == ("TP53", "MYC")
    assert read_matrix(path, orientation="samples_in_rows").genes == ("a", "b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ta\tb\nb0001\t1\tx\n", r"line 2, column 3: 'x' is no number"),
        ("\ta\tb\nb0001\t100\t2\nb0002\t1\n", r"line 3: 2 columns instead of 3 \(1 such lines\)"),
        ("\ta\tb\nb0001\t100\t-2\n", "negative"),
        ("", "empty|fewer than 1"),
        ("\ta\tb\n", "no rows|0 genes|nothing tells"),
    ],
)
def test_a_broken_table_is_one_error(tmp_path, text, message):
    path = tmp_path / "broken.tsv"
    path.write_text(text)
    with pytest.raises(FormatError, match=message) as raised:
        read_matrix(path, orientation="genes_in_rows")
    assert "broken.tsv" in str(raised.value)


GCT_2 = "#1.2\n2\t2\nName\tDescription\ta\tb\nb0001\tone\t100\t2\nb0002\ttwo\t5\t60\n"
GCT_3 = "#1.3\n2\t2\t1\t1\nid\tsymbol\ta\tb\nkind\tna\tliver\tskin\nb0001\tone\t100\t2\nb0002\ttwo\t5\t60\n"


@pytest.mark.parametrize("text", [GCT_2, GCT_3])
@pytest.mark.parametrize("packed", [False, True])
def test_gct_of_both_versions(tmp_path, text, packed):
    path = tmp_path / "m.gct"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    found = read_gct(path)
    np.testing.assert_array_equal(found.values, [[100, 5], [2, 60]])
    assert (found.samples, found.genes, found.scale.name) == (("a", "b"), ("b0001", "b0002"), "counts")
    assert found.annotations == ({"kind": ("liver", "skin")} if text is GCT_3 else {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#1.2", "#2.0", "line 1 is '#2.0'; GCT begins with #1.2 or #1.3"),
        ("2\t2\n", "3\t2\n", "2 lines below the header, line 2 says 3"),
        ("2\t2\n", "2\t3\n", "line 3 names 4 columns, line 2 says 5"),
        ("2\t2\n", "2\n", "it must hold the numbers"),
        ("100", "1e2x", "line 4, column 3|is no number"),
        ("two\t5\t60", "two\t5", "line 5 has another number of columns"),
    ],
)
def test_a_broken_gct_is_one_error(tmp_path, old, new, message):
    path = tmp_path / "m.gct"
    path.write_text(GCT_2.replace(old, new, 1))
    with pytest.raises(FormatError, match=message):
        read_gct(path)
