"""STRING: every pair once, channels whole, and no pair whose two directions disagree."""

import gzip

import numpy as np
import pyarrow.compute as pc
import pytest

from knockon.errors import FormatError
from knockon.sources.yeast.string_physical import CHANNELS, STRING_PHYSICAL_SCHEMA, one_row_a_pair, read_string_physical

HEADER = " ".join(("protein1", "protein2", *CHANNELS)) + "\n"


def read(tmp_path, text):
    path = tmp_path / "links.txt.gz"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return read_string_physical(path)


def row(a, b, combined=292):
    return f"4932.{a} 4932.{b} 0 292 0 0 5 0 0 {combined}\n"


def test_each_pair_comes_once_in_alphabetical_order(tmp_path):
    result = read(tmp_path, HEADER + row("YB", "YA") + row("YA", "YB") + row("YA", "YA-A"))
    assert result.table.schema.equals(STRING_PHYSICAL_SCHEMA, check_metadata=True)
    assert result.table["protein_a"].to_pylist() == ["YA", "YA"]
    assert result.table["protein_b"].to_pylist() == ["YA-A", "YB"]
    assert result.table["database_transferred"].to_pylist() == [5, 5]
    assert result.rejects.num_rows == 0


def test_bad_rows(tmp_path):
    rows = row("YA", "YB") + row("YB", "YA", 300) + row("YC", "YC") + row("YC", "YD", 1001) + row("YC", "YE", "x")
    result = read(tmp_path, HEADER + rows)
    assert result.table["combined_score"].to_pylist() == [292]
    assert result.rejects["line"].to_pylist() == [3, 4, 5, 6]
    assert result.rejects["reason"].to_pylist()[:2] == [
        "another row of the same pair has other scores",
        "a protein with itself",
    ]


def test_a_file_without_all_channels_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="the header has 3 columns"):
        read(tmp_path, "protein1 protein2 combined_score\n4932.YA 4932.YB 200\n")


def test_one_row_a_pair_agrees_with_a_dictionary():
    generator = np.random.default_rng(5)
    ends = np.sort(generator.integers(0, 6, (2, 200)), axis=0)
    scores = generator.integers(0, 2, (200, 2))
    first_rows = {}
    for place, pair in enumerate(zip(*ends.tolist(), strict=True)):
        first_rows.setdefault(pair, place)
    place, differs = one_row_a_pair(ends[0], ends[1], scores)
    assert place.tolist() == [first_rows[pair] for pair in sorted(first_rows)]
    expected = [not np.array_equal(scores[i], scores[first_rows[tuple(ends[:, i].tolist())]]) for i in range(200)]
    assert differs.tolist() == expected


@pytest.mark.public
def test_the_published_file(public_files):
    result = read_string_physical(public_files / "yeast/networks/4932.protein.physical.links.full.v12.0.txt.gz")
    assert (result.table.num_rows, result.rejects.num_rows) == (352_606 // 2, 0)
    assert pc.all(pc.less(result.table["protein_a"], result.table["protein_b"])).as_py()
