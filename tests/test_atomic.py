"""Writes are whole or absent."""

import errno
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.atomic import atomic_directory, atomic_path, write_json, write_parquet, write_text
from knockon.errors import KnockonError


def _stop_half_way(opened):
    with opened as temporary:
        target = temporary / "half" if temporary.is_dir() else temporary
        target.write_text("half")
        raise RuntimeError("killed")


@pytest.mark.parametrize("manager", [atomic_path, atomic_directory])
def test_a_failure_leaves_nothing(tmp_path, manager):
    with pytest.raises(RuntimeError, match="killed"):
        _stop_half_way(manager(tmp_path / "deep" / "target"))
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_failure_keeps_the_old_file(tmp_path):
    write_text(tmp_path / "note", "old")
    with pytest.raises(RuntimeError, match="killed"):
        _stop_half_way(atomic_path(tmp_path / "note"))
    assert (tmp_path / "note").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_failure_keeps_the_old_folder(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("old")
    with pytest.raises(RuntimeError, match="killed"):
        _stop_half_way(atomic_directory(tmp_path / "folder"))
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["old"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    for name in ("first", "second"):
        with atomic_directory(tmp_path / "folder") as temporary:
            (temporary / name).write_text(name)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["second"]


def test_the_target_does_not_exist_while_it_is_written(tmp_path):
    with atomic_path(tmp_path / "note") as temporary:
        temporary.write_text("half")
        assert not (tmp_path / "note").exists()
        assert ".tmp-" in temporary.name
    assert (tmp_path / "note").read_text() == "half"


@pytest.mark.parametrize("manager", [atomic_path, atomic_directory])
def test_a_full_disk_is_a_clear_message(tmp_path, manager):
    def fill(opened):
        with opened:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(KnockonError, match=r"target: could not be written \(No space left"):
        fill(manager(tmp_path / "target"))


@pytest.mark.parametrize("manager", [atomic_path, atomic_directory])
def test_a_missing_input_is_not_blamed_on_the_output(tmp_path, manager):
    def read_another(opened):
        with opened:
            Path(tmp_path / "absent input").read_text()

    with pytest.raises(FileNotFoundError, match="absent input"):
        read_another(manager(tmp_path / "target"))


def test_a_file_in_place_of_a_folder_is_a_clear_message(tmp_path):
    write_text(tmp_path / "file", "x")
    with pytest.raises(KnockonError, match="could not be written"):
        write_text(tmp_path / "file" / "below", "x")


def test_json_is_indented_ordered_and_without_nan(tmp_path):
    write_json(tmp_path / "a.json", {"b": "ε", "a": [1]})
    assert (tmp_path / "a.json").read_text() == '{\n  "b": "ε",\n  "a": [\n    1\n  ]\n}\n'
    assert json.loads((tmp_path / "a.json").read_text()) == {"b": "ε", "a": [1]}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", {"a": float("nan")})
    assert not (tmp_path / "b.json").exists()


def test_parquet_bytes_depend_on_the_table_alone(tmp_path):
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    for name in ("one", "two"):
        write_parquet(tmp_path / name, table)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert pq.read_table(tmp_path / "one").equals(table)


def test_a_durable_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    from knockon import atomic

    brought: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        atomic, "synchronise", lambda path: brought.append((path.read_text(), (tmp_path / "note").exists()))
    )
    with atomic_path(tmp_path / "note", durable=True) as temporary:
        temporary.write_text("whole")
    with atomic_path(tmp_path / "other") as temporary:
        temporary.write_text("not durable")
    assert brought == [("whole", False)]


def test_a_disk_that_fails_to_take_it_is_one_message(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    with (
        pytest.raises(KnockonError, match="note: could not be written"),
        atomic_path(tmp_path / "note", durable=True) as temporary,
    ):
        temporary.write_text("whole")
    assert list(tmp_path.iterdir()) == []
