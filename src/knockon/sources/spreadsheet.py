"""Cells of a spreadsheet (.xls, .xlsx, .ods), read in a process of its own.

calamine (0.37) aborts the whole process on some broken .xls files, by asking for more memory than there is. A child
process takes the fall, and its parent says which file was broken.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import python_calamine

from knockon.errors import FormatError

_MOST_MEMORY = 4 << 30
_LONGEST_SECONDS = 120


def read_first_sheet(path: Path) -> list[list[Any]]:
    """All cells of the first sheet, row by row from the top, rows of equal length: text, numbers, or "" for empty.

    Raises FormatError for a file that is missing, empty, or no readable spreadsheet.
    """
    rows = next(iter(_read(path, "first").values()), [])
    if not rows:
        raise FormatError(f"{path}: the first sheet is empty")
    return rows


def read_sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Sheet name → its cells, as `read_first_sheet` gives them; a sheet without cells has no rows. Errors likewise."""
    return _read(path, "all")


def _read(path: Path, which: str) -> dict[str, list[list[Any]]]:
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    command = [sys.executable, "-m", "knockon.sources.spreadsheet", str(path), which]
    try:
        child = subprocess.run(command, capture_output=True, timeout=_LONGEST_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise FormatError(f"{path}: is no readable spreadsheet (not read after {_LONGEST_SECONDS} s)") from error
    if child.returncode:
        last = child.stderr.decode(errors="replace").strip().splitlines()[-1:] if child.returncode == 1 else []
        raise FormatError(f"{path}: is no readable spreadsheet ({last[0][:200] if last else 'damaged'})")
    sheets: dict[str, list[list[Any]]] = json.loads(child.stdout)
    return sheets


def _child(path: str, which: str) -> None:
    """Print the cells of the first sheet, or of all, as JSON: name → rows."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    book = python_calamine.CalamineWorkbook.from_path(path)
    names = book.sheet_names if which == "all" else book.sheet_names[:1]
    sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    json.dump(sheets, sys.stdout, default=str)


if __name__ == "__main__":
    try:
        _child(sys.argv[1], sys.argv[2])
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as failure:
        sys.exit(str(failure))
