"""Fetching: whole and verified, from the mirror or a server, or one message that says what to do."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from knockon.errors import ChecksumError, KnockonError
from knockon.sources import fetch as fetching
from knockon.sources.fetch import UnavailableError, fetch, fetch_all, mirror_from_environment, verify
from knockon.sources.registry import Source

DATA = b"strain\t1.0\n" * 100


def source(name: str = "a", url: str | None = None) -> Source:
    digest = hashlib.sha256(DATA).hexdigest()
    return Source(name, "yeast", f"yeast/{name}.txt", url, digest, len(DATA), "none stated", "nobody 1999", None)


def mirror_with(folder: Path, data: bytes, *names: str) -> Path:
    for name in names:
        path = folder / "mirror" / "yeast" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / "mirror"


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that fails at first; /good then gives the file, /bad another, /gone nothing.

    /torn promises more bytes than it sends.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = {"/good": DATA, "/bad": b"<html>moved</html>", "/torn": DATA[:10]}.get(self.path)
            if body is None or asked.count(self.path) == 1:
                self.send_error(404 if body is None else 503)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(DATA) if self.path == "/torn" else len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    monkeypatch.setenv("no_proxy", "*")
    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}", asked
        http.shutdown()
        thread.join()


def test_the_mirror_serves_the_pinned_bytes(tmp_path: Path) -> None:
    path = fetch(source(), tmp_path / "raw", mirror_with(tmp_path, DATA, "a"))
    assert path == tmp_path / "raw" / "yeast" / "a.txt"
    assert path.read_bytes() == DATA
    verify(source(), tmp_path / "raw")


def test_a_wrong_copy_in_the_mirror_is_left_aside(tmp_path: Path) -> None:
    """Protects against bytes other than the pinned ones ever standing under the file's name."""
    mirror = mirror_with(tmp_path, b"other", "a")
    with pytest.raises(ChecksumError, match=r"wrong checksum: 5 bytes .*a\.txt\.rejected"):
        fetch(source(), tmp_path / "raw", mirror)
    assert leftovers(tmp_path / "raw") == ["a.txt.rejected"]
    assert (mirror / "yeast" / "a.txt").read_bytes() == b"other"


def test_a_good_copy_stays_and_a_bad_one_is_replaced(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    mirror = mirror_with(tmp_path, DATA, "a")
    path = fetch(source(), raw, mirror)
    before = path.stat().st_mtime_ns
    assert fetch(source(), raw, None).stat().st_mtime_ns == before
    path.write_bytes(b"edited")
    assert fetch(source(), raw, mirror).read_bytes() == DATA
    assert (raw / "yeast" / "a.txt.rejected").read_bytes() == b"edited"


def test_a_download_is_retried_and_verified(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    """Protects against a server that is away for a moment."""
    address, asked = server
    assert fetch(source(url=f"{address}/good"), tmp_path, None).read_bytes() == DATA
    assert asked == ["/good", "/good"]
    assert leftovers(tmp_path) == ["a.txt"]


def test_a_wrong_download_is_left_aside(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    with pytest.raises(ChecksumError, match="left aside"):
        fetch(source(url=f"{server[0]}/bad"), tmp_path, None)
    assert leftovers(tmp_path) == ["a.txt.rejected"]


def test_a_file_that_is_gone_does_not_stop_the_others(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    sources = [source("a", f"{server[0]}/gone"), source("b", f"{server[0]}/good")]
    with pytest.raises(UnavailableError, match="404") as error:
        fetch_all(sources, tmp_path, None)
    assert "yeast/a.txt" in str(error.value)
    assert leftovers(tmp_path) == ["b.txt"]


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were asked for from a server, which is tried once."""
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    monkeypatch.setattr(fetching, "_RETRIES", 0)
    asked: list[str] = []
    original = fetching._download
    monkeypatch.setattr(
        fetching, "_download", lambda source, *rest: (asked.append(source.name), original(source, *rest))
    )
    return asked


# Port 9 of this machine (discard) is closed: the same error as without network.
DEAD = "http://127.0.0.1:9/file"


def test_without_network_and_mirror_there_is_one_message(tmp_path: Path, attempts: list[str]) -> None:
    """Protects people without network: files, variable and offline demo in one message, one attempt a host."""
    sources = [source(name, DEAD) for name in "abc"] + [source("d")]
    with pytest.raises(UnavailableError) as error:
        fetch_all(sources, tmp_path / "raw", mirror_with(tmp_path, DATA, "b"))
    message = str(error.value)
    for expected in ("yeast/a.txt", "yeast/c.txt", "yeast/d.txt  (no download address)", "KNOCKON_MIRROR", "make demo"):
        assert expected in message
    assert "yeast/b.txt" not in message
    assert message.count("no connection to 127.0.0.1:9") == 1
    assert attempts == ["a"]
    assert leftovers(tmp_path / "raw") == ["b.txt"]


def test_a_dead_host_does_not_stop_the_others(
    tmp_path: Path, server: tuple[str, list[str]], attempts: list[str]
) -> None:
    server[1].append("/good")
    sources = [source("a", DEAD), source("b", f"{server[0]}/good"), source("c", DEAD)]
    with pytest.raises(UnavailableError, match=r"no connection to 127\.0\.0\.1:9") as error:
        fetch_all(sources, tmp_path, None)
    assert attempts == ["a", "b"]
    assert leftovers(tmp_path) == ["b.txt"]
    assert "yeast/b.txt" not in str(error.value)


def test_a_torn_transfer_does_not_make_its_host_dead(
    tmp_path: Path, server: tuple[str, list[str]], attempts: list[str]
) -> None:
    server[1].extend(["/torn", "/good"])
    sources = [source("a", f"{server[0]}/torn"), source("b", f"{server[0]}/good")]
    with pytest.raises(KnockonError, match=r"yeast/a\.txt"):
        fetch_all(sources, tmp_path, None)
    assert attempts == ["a", "b"]
    assert leftovers(tmp_path) == ["b.txt"]


def test_verify_names_what_is_missing_or_wrong(tmp_path: Path) -> None:
    with pytest.raises(KnockonError, match="is missing; knockon sources fetch a"):
        verify(source(), tmp_path)
    fetch(source(), tmp_path, mirror_with(tmp_path, DATA, "a"))
    with pytest.raises(ChecksumError, match="wrong checksum"):
        verify(replace(source(), sha256="1" * 64), tmp_path)


def test_a_mistyped_mirror_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects against downloading what lies in the mirror, because its name has a typing mistake."""
    monkeypatch.setenv("KNOCKON_MIRROR", str(tmp_path / "absent"))
    with pytest.raises(KnockonError, match="which is no folder"):
        mirror_from_environment()
    monkeypatch.setenv("KNOCKON_MIRROR", str(tmp_path))
    assert mirror_from_environment() == tmp_path
    monkeypatch.delenv("KNOCKON_MIRROR")
    assert mirror_from_environment() is None


@pytest.fixture
def dying_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that promises the whole file, sends half of it, and hangs up; always."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(DATA)))
            self.end_headers()
            self.wfile.write(DATA[: len(DATA) // 2])

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    monkeypatch.setenv("no_proxy", "*")
    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_a_network_that_dies_half_way_leaves_no_half_a_file(tmp_path: Path, dying_server: str) -> None:
    """Half a table is a sound table of fewer rows to most readers."""
    with pytest.raises(KnockonError, match=r"wrong checksum|no connection|KNOCKON_MIRROR"):
        fetch(source("a", f"{dying_server}/a"), tmp_path / "raw", None)
    assert not (tmp_path / "raw/yeast/a.txt").exists()
    assert [name for name in leftovers(tmp_path / "raw") if not name.endswith(".rejected")] == []
