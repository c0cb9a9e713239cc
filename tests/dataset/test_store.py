"""The record store: reads, sharding, workers, and damage that must be named."""

import json
import pickle

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch.utils.data import DataLoader

from knockon.dataset.aggregate import aggregate
from knockon.dataset.records import AGGREGATED_SCHEMA
from knockon.dataset.store import RecordStore, write_store
from knockon.errors import FormatError, KnockonError
from tests.dataset.made_up import screen


@pytest.fixture(scope="module")
def records():
    return aggregate(screen(30_000, 300, seed=1))


@pytest.fixture(scope="module")
def folder(records, tmp_path_factory):
    target = tmp_path_factory.mktemp("stores") / "store"
    assert write_store(target, [records]) == len(records)
    return target


@pytest.fixture
def store(folder):
    return RecordStore(folder)


@pytest.fixture
def small(tmp_path):
    """A store of one shard, to be damaged."""
    write_store(tmp_path / "small", [aggregate(screen(300, 20, seed=2))])
    return tmp_path / "small"


def test_keys_positions_and_digits_give_the_same_record(store, records):
    rows = records.to_pylist()
    assert len(store) == len(rows) > 20_000
    for position in (0, 1, 777, len(rows) - 1):
        row = rows[position]
        assert store[position] == store[np.int64(position)] == row
        assert store[np.uint64(row["key"])] == store[f"{row['key']:016x}"] == row
        assert store.find(row["key"]) == position
    assert store[-1] == rows[-1]


def test_absent_keys_and_positions(store):
    with pytest.raises(KeyError, match="0000000000000000"):
        store[np.uint64(0)]
    with pytest.raises(KeyError, match="ffffffffffffffff"):
        store["f" * 16]
    with pytest.raises(KeyError, match="not a key"):
        store["YAL001C"]
    for position in (len(store), -len(store) - 1):
        with pytest.raises(IndexError):
            store[position]
    with pytest.raises(IndexError):
        store.take([0, len(store)])


def test_take_keeps_order_and_repeats(store, records):
    rows = np.random.default_rng(0).integers(0, len(store), 5_000)
    rows[100:110] = rows[0]
    assert store.take(rows).equals(records.take(pa.array(rows)).combine_chunks())
    assert store.take(np.sort(rows)).equals(records.take(pa.array(np.sort(rows))))
    assert store.take([]).schema.equals(AGGREGATED_SCHEMA)


def test_batches_are_the_whole_store_in_order(store, records):
    batches = list(store.batches(size=100))
    assert max(len(batch) for batch in batches) == 100
    assert pa.concat_tables(batches).equals(records)
    some = pa.concat_tables(store.batches(columns=["key", "value"]))
    assert some.equals(records.select(["key", "value"]))


def test_columns_of_the_whole_store(store, records):
    np.testing.assert_array_equal(store.keys, records["key"].to_numpy())
    np.testing.assert_array_equal(store.groups, records["group"].to_numpy())
    genotypes = store.genotypes()
    names = [[part["gene"] for part in strain] for strain in records["perturbations"].to_pylist()]
    assert genotypes.genes == tuple(sorted({name for strain in names for name in strain}))
    assert len(genotypes) == len(names)
    for strain in range(0, len(names), 501):
        chosen = genotypes.take(np.array([strain]))
        assert [genotypes.genes[i] for i in chosen.indices] == names[strain]


def test_genes_that_a_model_does_not_know_are_an_error(store):
    with pytest.raises(KnockonError, match="unknown"):
        store.genotypes(store.genes()[1:])


def test_keys_of_a_small_store_are_not_copied(small):
    store = RecordStore(small)
    assert not store.keys.flags.owndata
    assert not store.keys.flags.writeable


def test_bytes_do_not_depend_on_batches(folder, records, tmp_path):
    write_store(tmp_path / "other", [records.slice(start, 999) for start in range(0, len(records), 999)])
    assert _contents(tmp_path / "other") == _contents(folder)


def _contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _changed_bytes(before, after):
    return sum(len(content) for name, content in after.items() if before.get(name) != content)


@pytest.mark.parametrize("change", ["value", "removed", "added"])
def test_one_changed_row_changes_one_shard(folder, records, tmp_path, change):
    """DVC versions files: at most 5 % of the bytes may be new after a change of one row."""
    before = _contents(folder)
    assert len(before) >= 33
    write_store(tmp_path / "changed", [_changed(records, change)])
    after = _contents(tmp_path / "changed")
    new = [name for name, content in after.items() if before.get(name) != content]
    assert len([name for name in new if name != "store.json"]) == 1
    assert _changed_bytes(before, after) <= 0.05 * sum(map(len, after.values()))


def _changed(records, change):
    if change == "removed":
        return pa.concat_tables([records[:5_000], records[5_001:]])
    columns = {name: records[name].to_pylist()[5_000:5_001] for name in records.schema.names}
    if change == "value":
        columns["value"] = [0.123]
        return pa.concat_tables([records[:5_000], pa.table(columns, schema=AGGREGATED_SCHEMA), records[5_001:]])
    columns["key"] = [columns["key"][0] + 1]
    return pa.concat_tables([records[:5_001], pa.table(columns, schema=AGGREGATED_SCHEMA), records[5_001:]])


def test_shards_share_their_leading_bits(folder):
    index = json.loads((folder / "store.json").read_text())
    assert index["type"] == "knockon.records"
    assert index["version"] == 1
    assert index["rows"] == sum(shard["rows"] for shard in index["shards"])
    for shard in index["shards"]:
        number = int(shard["file"][6:8], 16)
        assert int(shard["first"], 16) >> 58 == int(shard["last"], 16) >> 58 == number


def test_unsorted_or_repeated_keys_are_refused(records, tmp_path):
    for tables in ([records.take(pa.array([1, 0]))], [records[:2], records[1:3]]):
        with pytest.raises(KnockonError, match="ascending"):
            write_store(tmp_path / "store", tables)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store(tmp_path):
    assert write_store(tmp_path / "store", []) == 0
    store = RecordStore(tmp_path / "store")
    assert len(store) == len(store.keys) == len(list(store.batches())) == len(store.genotypes()) == 0
    with pytest.raises(KeyError):
        store[np.uint64(5)]


def test_a_new_store_replaces_the_old_one(folder, tmp_path, records):
    write_store(tmp_path / "store", [records])
    write_store(tmp_path / "store", [records[:10]])
    assert len(RecordStore(tmp_path / "store")) == 10
    assert len(list((tmp_path / "store").iterdir())) == 2


def test_pickles_are_small_and_open_again(store):
    assert store[3]
    text = pickle.dumps(store)
    assert len(text) < 300
    assert pickle.loads(text)[3] == store[3]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_read_what_the_parent_reads(store, method):
    expected = store.take(range(0, 600))
    loader = DataLoader(
        torch.utils.data.Subset(store, range(600)),
        batch_size=100,
        num_workers=2,
        multiprocessing_context=method,
        collate_fn=_table,
    )
    assert pa.concat_tables(list(loader)).equals(expected)


def _table(batch):
    return batch


def test_what_is_no_store_is_named(tmp_path, small):
    with pytest.raises(FormatError, match=r"store\.json is missing"):
        RecordStore(tmp_path)
    for text, message in [
        ("{", "not readable as JSON"),
        ("[1]", "its type is not stated, not knockon.records"),
        ('{"type": "knockon.vectors", "version": 1}', "its type is knockon.vectors, not knockon.records"),
        ('{"type": "knockon.records", "version": 2, "rows": 0, "shards": []}', "version 2 by a newer knockon"),
        ('{"type": "knockon.records", "version": 1, "rows": 5}', "damaged"),
        ('{"type": "knockon.records", "version": 1, "shards": [{"a": 1}]}', "damaged"),
        ('{"type": "knockon.records", "version": "one"}', "its version is 'one', not a number"),
    ]:
        (small / "store.json").write_text(text)
        with pytest.raises(FormatError, match=message):
            RecordStore(small)
    (small / "store.json").write_bytes(b"\xff\xfe")
    with pytest.raises(FormatError, match="not readable as JSON"):
        RecordStore(small)


@pytest.mark.parametrize("damage", ["truncated", "longer", "absent", "zeroed"])
def test_a_damaged_shard_is_named(small, damage):
    shard = next(small.glob("*.arrow"))
    content = shard.read_bytes()
    if damage == "absent":
        shard.unlink()
    else:
        new = {"truncated": content[:-100], "longer": content + b"x", "zeroed": bytes(len(content))}
        shard.write_bytes(new[damage])
    store = RecordStore(small)
    with pytest.raises(FormatError, match=shard.name):
        store.take([0])
