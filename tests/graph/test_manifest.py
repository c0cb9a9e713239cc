"""raw/manifest.yaml: good ones are read, bad ones are named."""

from pathlib import Path

import pytest
import yaml

from knockon.errors import FormatError
from knockon.graph.manifest import read_manifest


def _write(raw: Path, *entries: object) -> None:
    (raw / "smf.txt").write_text("x\n")
    (raw / "manifest.yaml").write_text(yaml.safe_dump(list(entries)))


def test_paths_and_companions_become_absolute_and_options_arguments(tmp_path: Path) -> None:
    """The reader gets its options and the companions' paths by keyword."""
    entry = {
        "name": "smf",
        "path": "smf.txt",
        "format": "smf",
        "dataset": "d",
        "temperature": 26,
        "media": None,
        "options": {"kind": "ts"},
        "companions": {"strains": "smf.txt"},
    }
    _write(tmp_path, entry)
    (file,) = read_manifest(tmp_path)
    assert file.arguments() == {"kind": "ts", "strains": tmp_path / "smf.txt"}
    assert (file.path, file.temperature, file.media) == (tmp_path / "smf.txt", 26.0, None)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"path": "smf.txt"}, "entry 1: needs a name"),
        ("smf.txt", "entry 1: needs a name"),
        ({"name": "a", "path": "smf.txt", "temprature": 30}, "no key temprature; the keys are name"),
        ({"name": "a", "path": "gone.txt"}, "gone.txt is not in"),
        ({"name": "a", "path": "../smf.txt"}, "leads out of"),
        ({"name": "a", "path": "smf.txt", "companions": {"rows": "/etc/passwd"}}, "leads out of"),
        ({"name": "a", "path": "smf.txt", "temperature": "30 °C"}, "must be a number of °C"),
        ({"name": "a", "path": "smf.txt", "temperature": True}, "must be a number of °C"),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, entry: object, message: str) -> None:
    """People write entries for their own files: the message says which entry and what is wrong."""
    _write(tmp_path, entry)
    with pytest.raises(FormatError, match=message):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", ["", "a: [", "name: x", "[]"])
def test_a_manifest_that_is_no_list_of_files_is_refused(tmp_path: Path, text: str) -> None:
    """Half-written or empty manifests must not give an empty graph."""
    (tmp_path / "manifest.yaml").write_text(text)
    with pytest.raises(FormatError, match=r"manifest\.yaml"):
        read_manifest(tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """Rejects are counted by name."""
    _write(tmp_path, {"name": "a", "path": "smf.txt"}, {"name": "a", "path": "smf.txt"})
    with pytest.raises(FormatError, match="two files have the name a"):
        read_manifest(tmp_path)


def test_a_file_may_be_a_link_to_elsewhere(tmp_path: Path) -> None:
    """DVC with cache.type symlink checks files out as links into its cache."""
    (tmp_path / "cache").write_text("x\n")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").symlink_to(tmp_path / "cache")
    (tmp_path / "raw" / "manifest.yaml").write_text(yaml.safe_dump([{"name": "a", "path": "a.txt"}]))
    assert read_manifest(tmp_path / "raw")[0].path.read_text() == "x\n"


def test_a_missing_manifest_says_what_to_run(tmp_path: Path) -> None:
    """The first mistake of a fresh clone."""
    with pytest.raises(FormatError, match="yeast_sources"):
        read_manifest(tmp_path)
