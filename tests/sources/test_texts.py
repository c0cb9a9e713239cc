"""Texts as places in bytes: the words of lines, and hashes that depend on a text alone."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.hashing import mix
from knockon.sources.blocks import line_breaks
from knockon.sources.texts import column_texts, cut_texts, words_of_lines


def words(text: str) -> list[tuple[str, str]]:
    data = text.encode()
    first, second = words_of_lines(data, line_breaks(data))
    return list(zip(first.list(), second.list(), strict=True))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("CCO ethanol", ("CCO", "ethanol")),
        ("CCO\tethanol\t0.5", ("CCO", "ethanol")),
        ("CCO  ethanol 0.5", ("CCO", "ethanol")),
        ("CCO\tethyl alcohol\t0.5", ("CCO", "ethyl alcohol")),
        ("CCO", ("CCO", "")),
        ("CCO \t ", ("CCO", "")),
        ("   CCO x", ("CCO", "x")),
        ("", ("", "")),
        (" \t", ("", "")),
        ("CÖ é", ("CÖ", "é")),
    ],
)
def test_the_words_of_a_line_do_not_depend_on_the_lines_around_it(line, found):
    assert words(line) == ([found] if line else [])
    assert words(f"N a\n{line}\nO\tb\n") == [("N", "a"), found, ("O", "b")]


def one_by_one(text: bytes) -> int:
    """The hash of one text, as its docstring says it."""
    state = mix(np.array([len(text)], dtype=np.uint64))
    for start in range(0, len(text), 8):
        state = mix(state ^ np.frombuffer(text[start : start + 8].ljust(8, b"\0"), dtype="<u8"))
    return int(state[0])


def test_a_hash_is_of_the_bytes_of_the_text_alone():
    random = np.random.default_rng(0)
    texts = ["".join(random.choice(list("CNO()=1"), size)) for size in [*range(40), 200]]
    column = column_texts(pa.array(texts))
    expected = [one_by_one(text.encode()) for text in texts]
    assert column.digests().tolist() == expected
    assert column.take(np.arange(len(texts))[::-1]).digests().tolist() == expected[::-1]
    data = ("\n".join(texts)).encode()
    lines = words_of_lines(data, line_breaks(data))[0]
    assert lines.digests().tolist() == expected


def test_texts_that_differ_have_hashes_that_differ():
    texts = ["", "C", "C\0", "\0C", "\0" * 8, "\0" * 16, "CCCCCCCC", "CCCCCCCCC", "CCCCCCCCCCCCCCCC", "NCCCCCCC"]
    texts += [f"C{number}" for number in range(20_000)] + [f"{number}CCCCCCCC" for number in range(20_000)]
    assert len(np.unique(column_texts(pa.array(texts)).digests())) == len(texts)


def test_a_slice_of_a_column_is_that_slice():
    column = pa.chunked_array([pa.array(["C", "CC", "é"]), pa.array(["", "N"])])
    assert column_texts(column.slice(1, 3)).list() == ["CC", "é", ""]
    assert column_texts(column.slice(5)).list() == []
    assert len(cut_texts(b"", np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).digests()) == 0
