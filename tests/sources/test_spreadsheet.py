"""A broken spreadsheet ends its own process, not ours."""

import sys

import pytest
from openpyxl import Workbook

from knockon.errors import FormatError
from knockon.sources import spreadsheet
from knockon.sources.spreadsheet import read_first_sheet


def test_cells_from_the_top_left_corner(tmp_path):
    book = Workbook()
    book.active["B2"] = 1.5
    book.active["A3"] = "é"
    path = tmp_path / "cells.xlsx"
    book.save(path)
    assert read_first_sheet(path) == [["", ""], ["", 1.5], ["é", ""]]


def test_a_child_that_is_killed_is_an_error_with_the_file_name(tmp_path, monkeypatch):
    path = tmp_path / "deadly.xls"
    path.write_bytes(b"x")
    deadly = tmp_path / "python"
    deadly.write_text("#!/bin/sh\nkill -ABRT $$\n")
    deadly.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(deadly))
    with pytest.raises(FormatError, match=r"deadly\.xls: is no readable spreadsheet \(damaged\)"):
        spreadsheet.read_first_sheet(path)
