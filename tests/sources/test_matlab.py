"""A MATLAB table is decoded from its bytes alone, and a broken file is one error, never a crash."""

import io

import numpy as np
import pytest
import scipy.io

from knockon.errors import FormatError
from knockon.sources.matlab import read_table_columns
from tests.sources.mat_files import numbers, table_file, texts


def read(tmp_path, data):
    path = tmp_path / "table.mat"
    path.write_bytes(data)
    return read_table_columns(path)


def test_columns_of_text_and_of_numbers_are_read(tmp_path):
    columns = {"gene": texts("YA", "Ä"), "code": np.zeros((6, 1), np.uint32), "CBF1": numbers(0.5, np.nan)}
    found = read(tmp_path, table_file(columns))
    assert list(found) == ["gene", "CBF1"]
    assert found["gene"] == ["YA", "Ä"]
    assert np.array_equal(found["CBF1"], [0.5, np.nan], equal_nan=True)


def test_other_matlab_files_are_errors(tmp_path):
    plain = io.BytesIO()
    scipy.io.savemat(plain, {"a": numbers(1.0)})
    whole = table_file({"geneName": texts("YA"), "CBF1": numbers(0.5)})
    cases = [
        (plain.getvalue(), "no object"),
        (b"", "no MATLAB file"),
        (b"not a matrix" * 40, "no MATLAB file"),
        (whole[: len(whole) // 2], "ends in the middle"),
        (table_file({"geneName": texts("YA", "YB"), "CBF1": numbers(0.5)}), "unlike ones"),
    ]
    for data, message in cases:
        with pytest.raises(FormatError, match=message):
            read(tmp_path, data)
    with pytest.raises(FormatError, match="can't be read"):
        read_table_columns(tmp_path / "absent.mat")


def test_a_compressed_part_may_not_grow_beyond_all_measure(tmp_path, monkeypatch):
    compressed = io.BytesIO()
    scipy.io.savemat(compressed, {"a": np.zeros((1000, 100))}, do_compression=True)
    monkeypatch.setattr("knockon.sources.matlab._LARGEST_DECOMPRESSED", 1000)
    with pytest.raises(FormatError, match="grows beyond"):
        read(tmp_path, compressed.getvalue())


def test_a_broken_file_is_at_most_one_error_whichever_byte_is_wrong(tmp_path):
    whole = bytearray(table_file({"geneName": texts("YA", "YB"), "CBF1": numbers(0.5, 1.0)}))
    generator = np.random.default_rng(1)
    for place in generator.integers(128, len(whole), 800).tolist():
        broken = whole.copy()
        broken[place] ^= int(generator.integers(1, 256))
        try:
            columns = read(tmp_path, bytes(broken))
        except FormatError:
            continue
        assert {len(column) for column in columns.values()} == {2}
