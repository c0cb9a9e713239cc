"""A representation that was not built, for want of weights: a file in its place that says why."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from knockon.atomic import write_parquet

_REASON = "skipped"


def write_skipped(path: Path, reason: str) -> None:
    """Write a file without rows, with the reason in its metadata."""
    table = pa.table({"gene": pa.array([], pa.string())})
    write_parquet(path, table.replace_schema_metadata({_REASON: reason}))


def skipped_reason(path: Path) -> str | None:
    """Why a representation was skipped; None where it is there. Raises FileNotFoundError where there is no file."""
    found = (pq.read_schema(path).metadata or {}).get(_REASON.encode())
    return None if found is None else found.decode()
