"""Rows of a person's file that could not be used: told, and written beside the answers."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knockon.atomic import write_text
from knockon.errors import KnockonError

if TYPE_CHECKING:
    import pyarrow as pa


def check_target(out: Path) -> None:
    """Raise KnockonError for a file that can't be made, before anything is computed for it."""
    if out.is_dir():
        raise KnockonError(f"{out}: is a folder; --out is the file to write")
    if out.suffix != ".csv":
        raise KnockonError(f"{out}: answers are written as .csv")


def beside(out: Path) -> Path:
    """Where the refused rows go: hits.csv → hits.rejected.csv."""
    return out.with_suffix(f".rejected{out.suffix}")


def tell_rejects(out: Path, rejects: "pa.Table") -> None:
    """Print the refused rows by reason and write them beside `out`; without any, those of an earlier run go."""
    target = beside(out)
    if not rejects.num_rows:
        target.unlink(missing_ok=True)
        return
    from knockon.commands.printing import print_plain, print_rejects

    print_rejects(rejects)
    write_csv(target, rejects.column_names, zip(*(column.to_pylist() for column in rejects.columns), strict=True))
    print_plain(f"written to {target}: the rejected rows, with their lines and reasons")


def write_csv(target: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV, whole or not at all; None is an empty value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    write_text(target, text.getvalue())
