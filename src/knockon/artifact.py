"""One stamp on everything that knockon writes to be read again: its type, and the version of its layout.

`stamp` goes into the file's JSON or its metadata; every reader calls `check` before it looks at anything else. A change
of a layout raises the version; the reader then names the versions that it still reads. Version 0 is what was written
before there were stamps, where its layout is that of version 1.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from knockon.errors import FormatError

UNSTAMPED = 0

_KEYS = ("type", "version")


def stamp(kind: str, version: int) -> dict[str, Any]:
    """What says what a file is: `{"type": "knockon.records", "version": 1}`."""
    return {"type": f"knockon.{kind}", "version": version}


def stamp_text(kind: str, version: int) -> dict[str, str]:
    """The same for metadata of Arrow and Parquet, which hold text alone."""
    return {name: str(value) for name, value in stamp(kind, version).items()}


def check(found: object, kind: str, versions: Collection[int], path: Path) -> int:
    """The version of what was read, one of `versions`.

    found: the JSON object or the metadata that holds the stamp. versions: those that the caller reads; UNSTAMPED among
    them where files without a stamp are read, too. Raises FormatError where it is something else, of a newer version,
    or of one that nobody reads any more.
    """
    stated = found if isinstance(found, Mapping) else {}
    if "type" not in stated and isinstance(found, Mapping) and UNSTAMPED in versions:
        return UNSTAMPED
    wanted = f"knockon.{kind}"
    if stated.get("type") != wanted:
        raise FormatError(
            f"{path}: its type is {stated.get('type', 'not stated')}, not {wanted}: "
            "is it another file, or damaged? Run dvc checkout, or make it again"
        )
    version = _number(stated.get("version"))
    if version is None:
        raise FormatError(f"{path}: its version is {stated.get('version')!r}, not a number: make it again")
    if version > max(versions):
        raise FormatError(
            f"{path}: {wanted} of version {version} by a newer knockon, this one reads up to {max(versions)}: "
            "update knockon, or make it again"
        )
    if version not in versions:
        raise FormatError(f"{path}: {wanted} of version {version}, which this knockon reads no more: make it again")
    return version


def content(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says besides its stamp."""
    return {name: value for name, value in found.items() if name not in _KEYS}


def _number(version: object) -> int | None:
    """A version as a number; text where it comes from metadata."""
    if isinstance(version, str) and version.isdigit():
        return int(version)
    return version if isinstance(version, int) and not isinstance(version, bool) else None
