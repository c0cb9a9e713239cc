"""Genes that a spreadsheet took for dates."""

import pyarrow as pa
import pytest

from knockon.sources.design.spreadsheet_names import restore, symbol_of


@pytest.mark.parametrize(
    "written", ["1-Oct", "01-Oct", "1-Oct-13", "Oct-1", "October-01", "41548", "2013-10-01", "2013-10-01 00:00:00"]
)
def test_a_date_is_its_month_and_day_again(written):
    assert symbol_of(written) == "OCT1"


@pytest.mark.parametrize("written", ["OCT1", "YAL001C", "0", "123", "999999", "1-Xyz", "2013-13-01", "00000", ""])
def test_what_is_no_date_stays(written):
    assert symbol_of(written) is None


def test_dates_and_numbers_are_told_apart():
    found = restore(pa.chunked_array([["1-Oct", "7", "OCT1"], ["3.5e2", "1-Oct"]]))
    assert found.names.to_pylist() == ["OCT1", "7", "OCT1", "3.5e2", "OCT1"]
    assert found.dates.to_pylist() == [True, False, False, False, True]
    assert found.numbers.to_pylist() == [False, True, False, True, False]
