"""Spilling to disk: nothing is lost, the order is that of the keys, and no file stays behind."""

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset import spill
from knockon.dataset.aggregate import KEYED_SCHEMA, add_keys
from knockon.dataset.packing import pack, unpack
from knockon.dataset.spill import PARTITIONS, Spill, partition_numbers, rechunk
from tests.dataset.made_up import screen


@pytest.fixture
def keyed():
    return add_keys(screen(3_000, 15, seed=8))


def _through(folder, tables):
    with Spill(folder, KEYED_SCHEMA, tie="id") as spilled:
        for table in tables:
            spilled.add(table)
        return list(spilled.read())


def test_rows_come_back_whole_and_sorted(tmp_path, keyed, monkeypatch):
    monkeypatch.setattr(spill, "_BUFFERED_ROWS", 700)
    ranges = _through(tmp_path / "spill", [keyed.slice(start, 300) for start in range(0, 3_000, 300)])
    assert len(ranges) == PARTITIONS
    got = pa.concat_tables(ranges).combine_chunks()
    assert got.equals(keyed.sort_by([("key", "ascending"), ("id", "ascending")]).combine_chunks())
    for number, table in enumerate(ranges):
        assert (partition_numbers(table["key"].to_numpy()) == number).all()


def test_batches_and_order_leave_no_trace(tmp_path, keyed, monkeypatch):
    monkeypatch.setattr(spill, "_BUFFERED_ROWS", 1_000)
    one = pa.concat_tables(_through(tmp_path / "a", [keyed]))
    shuffled = keyed.take(pa.array(np.random.default_rng(1).permutation(len(keyed))))
    other = pa.concat_tables(_through(tmp_path / "b", [shuffled.slice(start, 123) for start in range(0, 3_000, 123)]))
    assert one.combine_chunks().equals(other.combine_chunks())


def test_files_are_removed_even_after_an_error(tmp_path, keyed):
    def fail():
        with Spill(tmp_path / "spill", KEYED_SCHEMA) as spilled:
            spilled.add(keyed)
            next(spilled.read())
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_spill_gives_empty_ranges(tmp_path):
    ranges = _through(tmp_path / "spill", [])
    assert sum(len(table) for table in ranges) == 0
    assert ranges[0].schema.equals(KEYED_SCHEMA)


def test_packing_is_lossless_also_for_slices(keyed):
    part = keyed.slice(11, 500)
    packed = pack(part)
    assert packed.nbytes < 0.7 * part.nbytes
    assert unpack(pa.Table.from_batches([packed]), KEYED_SCHEMA).equals(part)
    assert unpack(pa.Table.from_batches([packed.slice(3, 9)]), KEYED_SCHEMA).equals(part.slice(3, 9))


@pytest.mark.parametrize("size", [1, 7, 100, 5_000])
def test_rechunk_keeps_rows_and_order(keyed, size):
    batches = keyed.slice(0, 200).to_batches(max_chunksize=33)
    tables = list(rechunk(batches, size))
    assert pa.concat_tables(tables).equals(keyed.slice(0, 200))
    assert all(len(table) < size + 33 for table in tables)
