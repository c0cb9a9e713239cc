"""Writes that are either whole or absent: a temporary name in the same folder, then a rename.

A stage killed half-way leaves only `*.tmp-*` names, which no reader looks at.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knockon.errors import KnockonError

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def atomic_path(target: Path, durable: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `target`; rename it to `target` if the block ends well, remove it otherwise.

    durable: the content is on the disk before the name is, so that a power cut leaves no empty file of that name.
    Raises KnockonError where the folder can't be written or the disk is full.
    """
    temporary = target.with_name(f"{target.name}.tmp-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if durable:
            synchronise(temporary)
        temporary.replace(target)
    except OSError as error:
        if not _about(error, target, temporary):
            raise
        raise KnockonError(f"{target}: could not be written ({error.strerror}); free space or permissions?") from error
    finally:
        # Where even the folder could not be made there is nothing to remove, and no error to add.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def synchronise(path: Path) -> None:
    """Bring a file's content to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _about(error: OSError, target: Path, temporary: Path) -> bool:
    """Whether an error is about writing `target`; a missing input, say, keeps its own message."""
    if error.filename is None:
        return True
    named = Path(str(error.filename))
    return named in (target, *target.parents) or named == temporary or temporary in named.parents


@contextmanager
def atomic_directory(target: Path) -> Iterator[Path]:
    """Give an empty temporary folder beside `target`; it replaces `target` as a whole if the block ends well."""
    temporary = target.with_name(f"{target.name}.tmp-{os.getpid()}")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        yield temporary
        if target.exists():
            shutil.rmtree(target)
        temporary.replace(target)
    except OSError as error:
        if not _about(error, target, temporary):
            raise
        raise KnockonError(f"{target}: could not be written ({error.strerror}); free space or permissions?") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_json(target: Path, value: Any) -> None:
    """Write `value` as indented JSON with a final newline; keys keep their order, NaN is refused."""
    with atomic_path(target) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_text(target: Path, text: str) -> None:
    """Write `text` as UTF-8."""
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_parquet(target: Path, table: "pa.Table") -> None:
    """Write one Parquet file (zstd). The bytes depend on the table alone, not on the machine or the time."""
    # Many that write nothing but text come here, too.
    import pyarrow.parquet as pq

    with atomic_path(target) as temporary:
        pq.write_table(table, temporary, compression="zstd")
