"""A table of pairs: all its columns are kept, rows that can't be used go aside with line and reason."""

import pytest

from knockon.errors import FormatError
from knockon.serving.affinity_file import read_pair_file

SEQUENCE = "MKTAYIAKQRQISFVKSHFSRQ"


def written(tmp_path, *lines):
    path = tmp_path / "pairs.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_rows_are_read_in_the_form_of_training_and_kept_as_they_are(tmp_path):
    path = written(
        tmp_path,
        "note,smiles,x,sequence",
        f'"a, b",C(O)C,1,{SEQUENCE}',
        f",C1CC,2,{SEQUENCE}",
        f"c,OCC,3,{SEQUENCE.lower()}",
        f"d,CCN,4,{'ACGT' * 10}",
        f"e,,5,{SEQUENCE}",
        f"f,MKTAYIAK,6,{SEQUENCE}",
        "g,CCN",
    )
    read = read_pair_file(path)
    assert read.table.to_pydict() == {
        "note": ["a, b", "c"],
        "smiles": ["C(O)C", "OCC"],
        "x": ["1", "3"],
        "sequence": [SEQUENCE, SEQUENCE.lower()],
    }
    assert (read.smiles, read.sequences) == (("CCO", "CCO"), (SEQUENCE, SEQUENCE))
    assert [(row["line"], row["reason"]) for row in read.rejects.to_pylist()] == [
        (3, "not a SMILES"),
        (5, "DNA or RNA, not a protein; translate it"),
        (6, "no smiles"),
        (7, "letters of a peptide, not SMILES"),
        (8, "2 columns instead of 4"),
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "is empty"),
        (["smiles,protein", f"CCO,{SEQUENCE}"], "names no sequence; it needs smiles and sequence"),
        (["smiles,sequence,pk", f"CCO,{SEQUENCE},5"], "has a column pk, which the answers bring: rename it"),
        (["smiles,sequence", f"C1CC,{SEQUENCE}"], "no row can be used; line 2: not a SMILES"),
        (["smiles,sequence"], "no row can be used: it has no rows"),
    ],
)
def test_a_file_without_a_pair_is_refused(tmp_path, lines, said):
    with pytest.raises(FormatError, match=said):
        read_pair_file(written(tmp_path, *lines))
