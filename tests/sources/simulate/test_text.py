import gzip
import time
from pathlib import Path

import numpy as np
import pytest

from knockon.sources.simulate.text import Decimals, as_text, gzip_file, join_rows, write_lines


def test_rows_are_joined_as_python_would():
    names, values = ["a", "ünïcode", ""], np.array([1.5, -0.25, np.nan])
    text = join_rows([as_text(names), "constant", Decimals(-1, 2, 2).text(values)])
    expected = [f"{name}\tconstant\t{value}\n" for name, value in zip(names, ("1.50", "-0.25", "NaN"), strict=True)]
    assert text.decode() == "".join(expected)


def test_decimals_agree_with_the_format_of_python_and_refuse_what_lies_outside():
    values = np.random.default_rng(0).uniform(-1.6, 1.6, 2000)
    text = Decimals(-1.6, 1.6, 4).text(values)
    rounded = np.array([float(f"{value:.4f}") for value in values])
    assert np.abs(text.astype(float) - rounded).max() < 1e-9
    for outside in (1.7, -1.7):
        with pytest.raises(IndexError):
            Decimals(-1.6, 1.6, 4).text(np.array([outside]))


def test_decimals_that_start_above_zero_still_write_missing_values():
    assert Decimals(0.5, 1, 1).text(np.array([np.nan, 0.5])).tolist() == [b"NaN", b"0.5"]


def test_gzip_bytes_do_not_depend_on_name_or_time(tmp_path: Path):
    for name in ("one", "two"):
        with gzip_file(tmp_path / name) as file:
            file.write(b"yeast\n")
        time.sleep(0.01)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert gzip.decompress((tmp_path / "one").read_bytes()) == b"yeast\n"


def test_lines_take_the_asked_line_end(tmp_path: Path):
    write_lines(tmp_path / "new" / "file", ["a", "b"], end="\r\n")
    assert (tmp_path / "new" / "file").read_bytes() == b"a\r\nb\r\n"
