"""What the sources stages share: files in their places, whole or not at all, and wrong settings told by name."""

import hashlib
from pathlib import Path

import pytest

from knockon.errors import KnockonError
from knockon.sources.registry import Source
from knockon.stages.sources import fetch_public, is_public, raw_folder
from knockon.stages.stage import Params


def source(name: str) -> Source:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return Source(name, "yeast", f"yeast/sub/{name}.txt", None, digest, len(name), "none", "nobody", None)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Two files, each with its own name in it."""
    folder = tmp_path / "mirror" / "yeast" / "sub"
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (folder / f"{name}.txt").write_text(name)
    monkeypatch.setenv("KNOCKON_MIRROR", str(tmp_path / "mirror"))


def test_public_files_go_where_their_study_has_them_or_where_they_are_placed(mirror, tmp_path):
    with raw_folder(tmp_path / "raw") as folder:
        fetch_public(folder, "yeast", [source("one"), source("two")], {"two": Path("elsewhere/2.txt")})
    found = {path.relative_to(tmp_path / "raw").as_posix() for path in (tmp_path / "raw").rglob("*") if path.is_file()}
    assert found == {"sub/one.txt", "elsewhere/2.txt"}
    assert (tmp_path / "raw/elsewhere/2.txt").read_text() == "two"


def test_a_run_that_fails_leaves_what_was_there(mirror, tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/before.txt").write_text("before")
    with pytest.raises(KnockonError), raw_folder(tmp_path / "raw") as folder:
        fetch_public(folder, "yeast", [source("absent")])
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["before.txt"]
    assert {path.name for path in tmp_path.iterdir()} == {"mirror", "raw"}


def test_the_source_is_public_or_simulated():
    params = Params({"yeast": {"source": "public"}, "gfp": {"source": "simulated"}}, ("yeast.source", "gfp.source"))
    assert is_public(params, "yeast")
    assert not is_public(params, "gfp")
