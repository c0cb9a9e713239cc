"""The whole way from raw records to a dataset: nothing lost, nothing counted twice, the same bytes every time."""

import json
import math
import resource

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knockon.dataset import build, spill
from knockon.dataset.aggregate import add_keys, aggregate
from knockon.dataset.build import DatasetSettings, build_dataset
from knockon.dataset.directions import DIRECTION_SCHEMA, directions, in_both
from knockon.dataset.quarantine import CONFLICTING, QUARANTINE_SCHEMA, REPEATED
from knockon.dataset.store import RecordStore
from knockon.errors import FormatError, KnockonError
from tests.dataset.made_up import deleted, record, screen, table

A, B, C = "YAL001C", "YBR002W", "YCR003C"
PAIR = deleted(A, B)


def _settings(folder, **changes):
    folder.mkdir(exist_ok=True)
    paths = {"store": folder / "store", "quarantine": folder / "quarantine.parquet"}
    return DatasetSettings(**paths, directions=folder / "directions.parquet", scratch=folder, **changes)


def _build(folder, *tables, **changes):
    settings = _settings(folder, **changes)
    summary = build_dataset(tables, settings)
    return summary, RecordStore(settings.store), pq.read_table(settings.quarantine), pq.read_table(settings.directions)


def _contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_streaming_gives_what_memory_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(spill, "_BUFFERED_ROWS", 3_000)
    monkeypatch.setattr(build, "BATCH_ROWS", 1_000)
    rows = screen(12_000, 60, seed=1)
    summary, store, refused, pairs = _build(tmp_path / "out", *rows.to_batches(700), reconstruct=False)
    wanted = aggregate(rows)
    assert pa.concat_tables(store.batches()).combine_chunks().equals(wanted.combine_chunks())
    assert pairs.equals(directions(add_keys(rows)))
    assert len(refused) == 0
    assert (summary.read, summary.stored, summary.merged) == (12_000, len(wanted), 12_000 - len(wanted))
    assert summary.reciprocal == in_both(pairs) > 100
    assert sum(summary.counts.values()) == len(store)


def test_bytes_do_not_depend_on_order_and_batches(tmp_path, monkeypatch):
    rows = pa.concat_tables([screen(6_000, 40, seed=2), _faulty()])
    order = np.random.default_rng(0).permutation(len(rows))
    first, *_ = _build(tmp_path / "a", rows)
    monkeypatch.setattr(spill, "_BUFFERED_ROWS", 1_000)
    monkeypatch.setattr(build, "BATCH_ROWS", 500)
    other, *_ = _build(tmp_path / "b", *rows.take(pa.array(order)).to_batches(333))
    assert _contents(tmp_path / "a") == _contents(tmp_path / "b")
    assert first.as_dict() == other.as_dict()


def _faulty():
    return table(
        record(PAIR, 1, value=math.nan),
        record(PAIR, 2, value=0.1),
        record(PAIR, 2, value=0.2),
        record(PAIR, 3),
        record(PAIR, 3),
        record([(A, "ts", "1"), (A, "ts", "2")], 4),
        record(PAIR, 5, id=None),
        record(PAIR, 6, id=None),
    )


def test_every_raw_record_is_stored_merged_or_set_aside(tmp_path):
    summary, store, refused, _ = _build(tmp_path / "out", _faulty(), table(record(PAIR, 9)))
    reasons = dict(summary.quarantined)
    assert reasons == {
        CONFLICTING: 2,
        REPEATED: 1,
        "the value is missing, NaN or infinite": 1,
        "the same gene twice": 1,
        "the id is not 16 hexadecimal digits": 2,
    }
    assert refused.schema.equals(QUARANTINE_SCHEMA)
    assert sorted(refused["reason"].to_pylist()) == sorted(r for r, count in reasons.items() for _ in range(count))
    assert summary.read == 9 == len(store) + summary.merged + summary.quarantined.total()


def test_a_measured_fitness_beats_the_reconstructed_one(tmp_path):
    singles = [record(deleted(gene), i, value=0.5) for i, gene in enumerate((A, B, C))]
    rows = table(
        *singles,
        record(PAIR, 10, value=-0.1),
        record(PAIR, 11, value=0.9, phenotype="fitness"),
        record(deleted(A, C), 12, value=-0.1),
        record(deleted(A, C), 13, value=-0.1, temperature=30.0),
    )
    summary, store, _, _ = _build(tmp_path / "out", rows)
    fitness = [row for row in store.take(range(len(store))).to_pylist() if row["phenotype"] == "fitness"]
    doubles = {row["perturbations"][1]["gene"]: row for row in fitness if len(row["perturbations"]) == 2}
    assert (doubles[B]["value"], doubles[B]["reconstructed"]) == (0.9, False)
    assert (round(doubles[C]["value"], 12), doubles[C]["reconstructed"]) == (0.15, True)
    assert (summary.reconstructed, summary.superseded) == (1, 1)
    assert len(doubles) == 2


def test_reconstruction_can_be_left_out(tmp_path):
    rows = table(record(deleted(A), 1), record(deleted(B), 2), record(PAIR, 3))
    summary, store, _, _ = _build(tmp_path / "out", rows, reconstruct=False)
    assert summary.reconstructed == 0
    assert len(store) == 3


def test_no_records_give_an_empty_dataset(tmp_path):
    summary, store, refused, pairs = _build(tmp_path / "out")
    assert (summary.read, len(store), len(refused), len(pairs)) == (0, 0, 0, 0)
    assert pairs.schema.equals(DIRECTION_SCHEMA)


def test_only_bad_records(tmp_path):
    summary, store, refused, _ = _build(tmp_path / "out", table(record(PAIR, 1, value=math.inf)))
    assert (summary.stored, len(store), len(refused)) == (0, 0, 1)


def test_summary_is_plain_json(tmp_path):
    summary, *_ = _build(tmp_path / "out", _faulty())
    loaded = json.loads(json.dumps(summary.as_dict(), allow_nan=False))
    assert loaded["quarantined"]["total"] == 7
    assert loaded["counts"] == [{"dataset": "screen", "phenotype": "interaction", "genes": 2, "rows": 1}]


def test_a_failure_leaves_nothing_behind(tmp_path):
    settings = _settings(tmp_path / "out")
    good = screen(100, 20, seed=1)
    with pytest.raises(FormatError, match="no column value"):
        build_dataset([good, good.drop(["value"])], settings)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_is_one_clear_message(tmp_path):
    """A limit on the size of files stands in for the full disk."""
    settings = _settings(tmp_path / "out")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
        with pytest.raises(KnockonError, match="could not be written"):
            build_dataset([screen(20_000, 50, seed=1)], settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "out").iterdir()) == []
