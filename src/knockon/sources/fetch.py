"""Getting the pinned files: from a mirror folder or the network, whole, verified, or not at all."""

import hashlib
import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from knockon.atomic import atomic_path
from knockon.errors import ChecksumError, KnockonError
from knockon.progress import console
from knockon.sources.registry import Source

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

MIRROR_VARIABLE = "KNOCKON_MIRROR"

_RETRIES = 3
_TIMEOUT_SECONDS = 30
_CHUNK_BYTES = 1 << 20


class UnavailableError(KnockonError):
    """Files that neither the mirror nor the network gave."""

    def __init__(
        self, sources: Sequence[Source], mirror: Path | None, reason: str, dead_host: str | None = None
    ) -> None:
        """`reason`: why the downloads failed, empty where none was tried; `dead_host`: one that did not answer."""
        listed = "\n".join(f"  {source.path}" + ("" if source.url else "  (no download address)") for source in sources)
        looked = f"{MIRROR_VARIABLE}={mirror} does not have them" if mirror else f"{MIRROR_VARIABLE} is not set"
        why = f", and they could not be downloaded: {reason}" if reason else ""
        super().__init__(
            f"these files are not at hand:\n{listed}\n{looked}{why}. Set {MIRROR_VARIABLE} to a folder that has them, "
            "or connect to the network; `make demo` runs everything offline on simulated data."
        )
        self.reason = reason
        self.dead_host = dead_host


def mirror_from_environment() -> Path | None:
    """The folder that KNOCKON_MIRROR names; None where it is unset or empty.

    Raises KnockonError where it names no folder: a typing mistake must not turn into downloads.
    """
    named = os.environ.get(MIRROR_VARIABLE)
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise KnockonError(f"{MIRROR_VARIABLE} names {named}, which is no folder: correct or unset it")
    return folder


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(source: Source, folder: Path, mirror: Path | None) -> Path:
    """Put a source at `folder`/`source.path` and return that path; a verified copy that is there already stays.

    The mirror is asked first, then the network (pooch, with retries).

    Raises:
        ChecksumError: the bytes are not the pinned ones; they are left aside as `<name>.rejected`.
        UnavailableError: the mirror does not have the file, and it could not be downloaded.
    """
    with _transfer_bar() as bar:
        return _fetch(source, folder, mirror, bar)


def fetch_all(sources: Sequence[Source], folder: Path, mirror: Path | None) -> list[Path]:
    """Fetch several sources with one progress bar; files that can't be had are named in one message at the end.

    A host that could not be reached for one file is not asked again; its other files are looked for in the mirror.

    Raises as `fetch` does.
    """
    paths, unavailable = [], []
    reasons: list[str] = []
    dead_hosts: set[str] = set()
    with _transfer_bar() as bar:
        for source in sources:
            try:
                paths.append(_fetch(source, folder, mirror, bar, dead_hosts))
            except UnavailableError as error:
                unavailable.append(source)
                reasons += [error.reason] if error.reason else []
                dead_hosts |= {error.dead_host} if error.dead_host else set()
    if unavailable:
        raise UnavailableError(unavailable, mirror, "; ".join(reasons))
    return paths


def verify(source: Source, folder: Path) -> None:
    """Check that `folder`/`source.path` holds the pinned bytes. Raises ChecksumError or KnockonError (missing)."""
    path = folder / source.path
    if not path.is_file():
        raise KnockonError(f"{path}: is missing; knockon sources fetch {source.name}")
    if (found := file_sha256(path)) != source.sha256:
        raise ChecksumError(f"{path}: {_difference(source, path, found)}")


def _fetch(
    source: Source, folder: Path, mirror: Path | None, bar: "Progress", dead_hosts: Collection[str] = frozenset()
) -> Path:
    target = folder / source.path
    if target.is_file():
        if file_sha256(target) == source.sha256:
            return target
        # What lies there may be somebody's edit: keep it, but never use it.
        target.replace(_aside(target))
    task = bar.add_task(source.path, total=source.bytes)
    copy = None if mirror is None else mirror / source.path
    if copy is not None and copy.is_file():
        with atomic_path(target) as temporary:
            shutil.copyfile(copy, temporary)
            bar.update(task, completed=source.bytes)
            _accept(source, temporary, target, str(copy))
        return target
    if source.url is None or _host(source.url) in dead_hosts:
        raise UnavailableError([source], mirror, "")
    with atomic_path(target) as temporary:
        _download(source, temporary, mirror, _PoochBar(bar, task))
        _accept(source, temporary, target, source.url)
    return target


def _download(source: Source, temporary: Path, mirror: Path | None, bar: "_PoochBar") -> None:
    # Who has a mirror, or simulated data, asks no server.
    import pooch
    import requests
    from pooch.core import stream_download

    downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT_SECONDS)
    try:
        # The hash is checked by _accept, so that a wrong file is left aside instead of deleted.
        stream_download(str(source.url), temporary, None, downloader, retry_if_failed=_RETRIES)
    except requests.HTTPError as error:
        raise UnavailableError([source], mirror, str(error)) from error
    except requests.ConnectionError as error:
        host = _host(str(source.url))
        reason = f"no connection to {host} ({type(error).__name__})"
        raise UnavailableError([source], mirror, reason, dead_host=host) from error
    except (requests.RequestException, ValueError) as error:
        # A transfer that broke off or an address that can't be read says nothing about the host's other files.
        raise UnavailableError([source], mirror, f"{source.url}: {type(error).__name__}") from error


def _host(url: str) -> str:
    """The host of an address, with its port where it names one."""
    return urlsplit(url).netloc


def _accept(source: Source, temporary: Path, target: Path, origin: str) -> None:
    found = file_sha256(temporary)
    if found != source.sha256:
        aside = _aside(target)
        difference = _difference(source, temporary, found)
        temporary.replace(aside)
        raise ChecksumError(f"{source.name} from {origin}: {difference}; it was left aside as {aside} and is not used")


def _aside(target: Path) -> Path:
    return target.with_name(f"{target.name}.rejected")


def _difference(source: Source, path: Path, found: str) -> str:
    return (
        f"wrong checksum: {path.stat().st_size} bytes with sha256 {found[:12]}…, "
        f"expected {source.bytes} bytes with {source.sha256[:12]}…"
    )


def _transfer_bar() -> "Progress":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


class _PoochBar:
    """A rich task in the form that pooch expects of a progress bar."""

    def __init__(self, bar: "Progress", task: "TaskID") -> None:
        self.bar = bar
        self.task = task
        self.total: Any = 0

    def update(self, amount: int) -> None:
        self.bar.update(self.task, advance=amount)

    def reset(self) -> None:
        self.bar.update(self.task, completed=0)

    def close(self) -> None:
        self.bar.update(self.task, completed=self.bar.tasks[self.task].total)
