"""Delimited text: every row is either returned with its line or rejected with its line."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from knockon.errors import FormatError
from knockon.sources.text import read_delimited, read_lines, stream_delimited, to_float, to_int


def write(folder: Path, text: str, name: str = "table.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_rows_carry_their_line_past_comments_blanks_and_bad_rows(tmp_path: Path) -> None:
    """Protects the line numbers that people look up in their files."""
    path = write(tmp_path, "\n!note\nx\ty\n1\t2\n\n!more\n3\n4\t5\t6\n7\t8")
    result = read_delimited(path, None, comment="!")
    assert result.table.to_pylist() == [{"line": 4, "x": "1", "y": "2"}, {"line": 9, "x": "7", "y": "8"}]
    assert [(row["line"], row["value"], row["reason"]) for row in result.rejects.to_pylist()] == [
        (7, "3", "1 columns instead of 2"),
        (8, "4\t5\t6", "3 columns instead of 2"),
    ]


@pytest.mark.parametrize("block_bytes", [1, 6, 17, 64, 4096])
def test_result_does_not_depend_on_the_block_size(tmp_path: Path, block_bytes: int) -> None:
    """Protects the streaming of large files: the header, bad rows and blank lines may lie anywhere in a block."""
    text = "a\tb\n" + "".join(f"{i}\t{i * i}\n" if i % 7 else "short\n\n" for i in range(50))
    path = write(tmp_path, text)
    whole = read_delimited(path, ["a", "b"])
    parts = list(stream_delimited(path, ["a", "b"], block_bytes=block_bytes, dictionary=["a"]))
    assert pa.concat_tables([part.rejects for part in parts]) == whole.rejects
    rows = [row for part in parts for row in part.table.to_pylist()]
    assert rows == whole.table.to_pylist()
    assert whole.rejects.num_rows == 8


def test_gzip_crlf_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress("\ufeffA,b\r\n1,µ\r\n".encode(), mtime=0))
    result = read_delimited(path, ["a", "b"], ",", expected_header=["a", "B"])
    assert result.table.select(["a", "b"]).to_pylist() == [{"a": "1", "b": "µ"}]


def test_quotes_are_plain_characters_unless_asked_for(tmp_path: Path) -> None:
    """Protects gene descriptions such as 5"-nucleotidase from swallowing the rows behind them."""
    path = write(tmp_path, '1\t5"-nucleotidase\n2\tother\n')
    assert read_delimited(path, ["a", "b"], header=False).table["b"].to_pylist() == ['5"-nucleotidase', "other"]
    quoted = write(tmp_path, '"a,b",2\n', "quoted.csv")
    assert read_delimited(quoted, ["x", "y"], ",", header=False, quoted=True).table["x"].to_pylist() == ["a,b"]


def test_an_open_quote_is_an_error_with_its_line(tmp_path: Path) -> None:
    """Protects against rows that vanish into one value that is never closed."""
    path = write(tmp_path, '1,a\n2,"b\n3,c\n')
    with pytest.raises(FormatError, match="line 2: a quotation mark is not closed"):
        read_delimited(path, ["x", "y"], ",", header=False, quoted=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "no header"),
        ("a\tc\n1\t2\n", "column 2 of the header is 'c', the format says 'b'"),
        ("a\n1\n", "header has 1 columns, the format 2"),
        ("a\tb\n1;2\n3;4\n", "no row has the expected 2 columns.*line 2"),
    ],
)
def test_another_format_is_refused_as_a_whole(tmp_path: Path, text: str, message: str) -> None:
    """Protects against a file of another format read as no rows."""
    with pytest.raises(FormatError, match=message):
        read_delimited(write(tmp_path, text), ["a", "b"], expected_header=["a", "b"])


def test_header_alone_is_no_rows(tmp_path: Path) -> None:
    assert read_delimited(write(tmp_path, "a\tb\n"), ["a", "b"]).table.num_rows == 0


def test_a_repeated_column_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="'a' twice"):
        read_delimited(write(tmp_path, "a\ta\n1\t2\n"), None)


def test_lines_keep_blank_ones(tmp_path: Path) -> None:
    table = read_lines(write(tmp_path, "one\n\nthree"))
    assert table.to_pylist() == [{"line": 1, "text": "one"}, {"line": 2, "text": ""}, {"line": 3, "text": "three"}]


GOOD = {"1": 1.0, "-.5": -0.5, "+2.": 2.0, "1e-3": 0.001, "4E2": 400.0, " 7 ": 7.0}
MISSING = ["", "NaN", "nan", "NA", "N/A", "null", None]
BAD = ["inf", "-inf", "Infinity", "1e999", "−1", "1,5", "0x10", "1_000", "x", "1 2", "--1", "1e", "."]


def test_numbers_are_strict() -> None:
    """Protects labels from infinities, typographic minus signs and words that pandas would take for numbers."""
    texts = [*GOOD, *MISSING, *BAD]
    values, bad = to_float(pa.chunked_array([pa.array(texts[:5]), pa.array(texts[5:])]))
    assert values.to_pylist() == [*GOOD.values(), *[None] * (len(MISSING) + len(BAD))]
    assert bad.to_pylist() == [False] * (len(GOOD) + len(MISSING)) + [True] * len(BAD)


@pytest.mark.parametrize("text", [*GOOD, *MISSING, *BAD])
def test_a_number_is_judged_alike_alone_and_in_company(text: str | None) -> None:
    """Protects against the fast path (a column that is all numbers) and the slow one judging differently."""
    alone = to_float(pa.array([text], type=pa.string()))
    together = to_float(pa.array([text, "word"]))
    assert alone[0][0] == together[0][0]
    assert alone[1][0] == together[1][0]


def test_integers_are_strict() -> None:
    values, bad = to_int(pa.array(["12", "-3", "", "1.0", "9" * 30, "x"]))
    assert values.to_pylist() == [12, -3, None, None, None, None]
    assert bad.to_pylist() == [False, False, False, True, True, True]


def test_no_rows_convert_to_no_numbers() -> None:
    values, bad = to_float(pa.chunked_array([], type=pa.string()))
    assert len(values) == len(bad) == 0


def test_a_quoted_column_name_may_hold_the_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, '"name, common",value\nA,2\n', "quoted_header.csv")
    found = read_delimited(path, ["name, common", "value"], ",", quoted=True)
    assert found.table.drop_columns("line").to_pydict() == {"name, common": ["A"], "value": ["2"]}
