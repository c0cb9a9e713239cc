"""raw/manifest.yaml: the files that a graph is built from, with the format and the provenance of each."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knockon.errors import FormatError, refuse_unknown

MANIFEST = "manifest.yaml"


@dataclass(frozen=True)
class RawFile:
    """One file of the raw folder. `path` is absolute, and so are the companions' paths."""

    name: str
    path: Path
    format: str | None
    dataset: str | None = None
    publication: str | None = None
    media: str | None = None
    temperature: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    companions: dict[str, Path] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of the format's reader: options and companion files."""
        return {**self.options, **self.companions}


def read_manifest(raw: Path) -> list[RawFile]:
    """Read the manifest of a raw folder.

    Raises FormatError where it is absent or broken, a listed file is missing, or a path leads out of the folder.
    """
    path = raw / MANIFEST
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FormatError(f"{path}: is missing; run dvc repro yeast_sources") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise FormatError(f"{path}: must be a list of files; see docs/own-data.md")
    files = [_raw_file(raw, number, entry) for number, entry in enumerate(entries, 1)]
    names = [file.name for file in files]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise FormatError(f"{path}: two files have the name {repeated}")
    return files


def _raw_file(raw: Path, number: int, entry: object) -> RawFile:
    where = f"{raw / MANIFEST}: entry {number}"
    if not isinstance(entry, dict) or not entry.get("name") or not entry.get("path"):
        raise FormatError(f"{where}: needs a name and a path")
    refuse_unknown(f"{where} ({entry['name']})", "key", entry, RawFile.__dataclass_fields__, FormatError)
    values = {key: value for key, value in entry.items() if value is not None}
    temperature = values.get("temperature")
    if isinstance(temperature, bool) or not isinstance(temperature, (int, float, type(None))):
        raise FormatError(f"{where} ({entry['name']}): temperature must be a number of °C, not {temperature!r}")
    values["format"] = values.get("format")
    values["path"] = _inside(raw, str(entry["path"]), where)
    values["companions"] = {key: _inside(raw, str(other), where) for key, other in values.get("companions", {}).items()}
    values["temperature"] = None if temperature is None else float(temperature)
    return RawFile(**values)


def _inside(raw: Path, relative: str, where: str) -> Path:
    # Links are not followed: DVC may check a file out as a link into its cache, which lies elsewhere.
    path = Path(os.path.normpath(raw.absolute() / relative))
    if not path.is_relative_to(os.path.normpath(raw.absolute())):
        raise FormatError(f"{where}: {relative} leads out of {raw}")
    if not path.is_file():
        raise FormatError(f"{where}: {relative} is not in {raw}; run dvc repro yeast_sources")
    return path
