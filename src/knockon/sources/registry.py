"""The registry of pinned public files: what there is, where it comes from, and how its bytes are known."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from knockon.errors import FormatError, KnockonError, nearest, refuse_unknown

STUDIES = ("yeast", "gfp", "affinity", "cellstate")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PROVENANCE = ("dataset", "publication", "media", "temperature")


@dataclass(frozen=True)
class Source:
    """One public file. `path` and the companions' paths are relative to a mirror or to the folder fetched into.

    `url` is None where no stable address is known; `format` is None where the file is not read on its own;
    `temperature` is in °C and None where the file says it itself.
    """

    name: str
    study: str
    path: str
    url: str | None
    sha256: str
    bytes: int
    licence: str
    citation: str
    format: str | None
    dataset: str | None = None
    publication: str | None = None
    media: str | None = None
    temperature: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    companions: dict[str, str] = field(default_factory=dict)

    def manifest_entry(self) -> dict[str, Any]:
        """The file's entry in the manifest of its study's raw folder: paths without the study's prefix."""
        entry: dict[str, Any] = {"name": self.name, "path": self._within_study(self.path), "format": self.format}
        entry |= {key: getattr(self, key) for key in _PROVENANCE if self.dataset is not None}
        if self.options:
            entry["options"] = dict(self.options)
        if self.companions:
            entry["companions"] = {key: self._within_study(path) for key, path in self.companions.items()}
        return entry

    def _within_study(self, path: str) -> str:
        return path.removeprefix(f"{self.study}/")


def load_registry(path: Path | None = None) -> list[Source]:
    """Read the registry that comes with the package, or another file of the same form.

    Raises FormatError for a file that is no registry: the message names the entry.
    """
    shown = path if path is not None else Path("registry.yaml")
    text = (path or resources.files("knockon.sources") / "registry.yaml").read_text(encoding="utf-8")
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise FormatError(f"{shown}: is not YAML: {error}") from error
    if not isinstance(entries, list):
        raise FormatError(f"{shown}: must be a list of sources")
    sources = [_source(shown, number, entry) for number, entry in enumerate(entries, start=1)]
    _check_distinct(shown, sources)
    return sources


def select(
    study: str | None = None, names: Sequence[str] | None = None, registry: Sequence[Source] | None = None
) -> list[Source]:
    """Choose sources by study, by name, or both; the companions of those named come along. Order of the registry.

    Raises KnockonError for a study or name that does not exist, with the nearest that does.
    """
    sources = list(registry) if registry is not None else load_registry()
    if study is not None:
        _check_known([study], STUDIES, "study")
        sources = [source for source in sources if source.study == study]
    if names is None:
        return sources
    _check_known(names, [source.name for source in sources], "source")
    chosen = [source for source in sources if source.name in names]
    wanted = {source.path for source in chosen} | {path for source in chosen for path in source.companions.values()}
    return [source for source in sources if source.path in wanted]


def _source(file: Path, number: int, entry: object) -> Source:
    where = f"{file}: entry {number}"
    if not isinstance(entry, dict):
        raise FormatError(f"{where}: is not a mapping")
    known = [item.name for item in fields(Source)]
    required = known[: known.index("format") + 1]
    if missing := [key for key in required if key not in entry]:
        raise FormatError(f"{where} ({entry.get('name')}): has no {missing[0]}")
    refuse_unknown(f"{where} ({entry['name']})", "key", entry, known, FormatError)
    if not _SHA256.fullmatch(str(entry["sha256"])):
        raise FormatError(f"{where} ({entry['name']}): sha256 must be 64 hexadecimal digits")
    for path in (entry["path"], *(entry.get("companions") or {}).values()):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise FormatError(f"{where} ({entry['name']}): path {path} leads out of the folder")
    return Source(**entry)


def _check_distinct(file: Path, sources: Sequence[Source]) -> None:
    for what in ("name", "path"):
        seen: set[str] = set()
        for source in sources:
            value = getattr(source, what)
            if value in seen:
                raise FormatError(f"{file}: two sources have the {what} {value}")
            seen.add(value)


def _check_known(given: Iterable[str], known: Sequence[str], what: str) -> None:
    for name in given:
        if name not in known:
            raise KnockonError(f"there is no {what} {name!r}{nearest(name, known)}")
