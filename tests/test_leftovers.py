"""Temporary names of processes that were killed go; those of processes that run stay."""

import os
import subprocess
import sys

import pytest

from knockon.leftovers import remove_leftovers


@pytest.fixture
def gone():
    """The number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_what_a_killed_process_left_goes(tmp_path, gone):
    """A half-written graph of 2·10⁷ experiments is gigabytes."""
    target = tmp_path / "yeast"
    target.mkdir()
    (tmp_path / f"yeast.tmp-{gone}").mkdir()
    (tmp_path / f"yeast.tmp-{gone}" / "part").write_text("half")
    (tmp_path / f"yeast.tmp-{gone}-ab12").mkdir()
    (target / f"a.parquet.tmp-{gone}").write_text("half")
    assert len(remove_leftovers(target)) == 3
    assert [path.name for path in tmp_path.rglob("*")] == ["yeast"]


def test_what_is_being_written_stays(tmp_path, gone):
    """And so does what only looks alike, or belongs to another output."""
    kept = ["yeast", f"yeast.tmp-{os.getpid()}", f"yeast.tmp-{os.getppid()}-x", "yeast.tmp-mine", f"other.tmp-{gone}"]
    for name in kept:
        (tmp_path / name).write_text("")
    assert remove_leftovers(tmp_path / "yeast") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)


def test_a_folder_that_is_not_there_has_no_leftovers(tmp_path):
    assert remove_leftovers(tmp_path / "no" / "yeast") == []
