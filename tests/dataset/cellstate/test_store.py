"""The store of expression: what was written in blocks is read by row, and what is damaged is refused."""

import json
import pickle

import numpy as np
import pyarrow as pa
import pytest

from knockon.dataset.cellstate.store import ExpressionStore, write_store
from knockon.errors import FormatError, KnockonError

VALUES = np.random.default_rng(1).normal(5, 2, (7, 4)).astype(np.float32)
VALUES[2, 1] = np.nan
GENES = pa.table({"gene": ["b1", "b2", "b3", "b4"]})
SAMPLES = pa.table({"sample": [f"s{row}" for row in range(7)], "study": list("aabbccc")})


def blocks(size):
    return (VALUES[start : start + size] for start in range(0, 7, size))


@pytest.fixture
def folder(tmp_path):
    write_store(tmp_path / "store", GENES, SAMPLES, blocks(3), "tpm")
    return tmp_path / "store"


@pytest.mark.parametrize("size", [1, 3, 7])
def test_what_was_written_is_read(tmp_path, size):
    write_store(tmp_path / "store", GENES, SAMPLES, blocks(size), "tpm")
    store = ExpressionStore(tmp_path / "store")
    assert (len(store), store.shape, store.scale) == (7, (7, 4), "tpm")
    np.testing.assert_array_equal(store.values, VALUES)
    np.testing.assert_array_equal(store.take(np.array([5, 0, 2])), VALUES[[5, 0, 2]])
    assert store.samples.equals(SAMPLES)
    assert (tmp_path / "store/values.f32").read_bytes() == VALUES.astype("<f4").tobytes()


def test_a_store_is_pickled_as_its_path_and_can_not_be_written_through(folder):
    store = ExpressionStore(folder)
    assert len(pickle.dumps(store)) < 300
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(store)).values, VALUES)
    with pytest.raises(ValueError, match="read-only"):
        store.values[0, 0] = 1


def test_the_digest_is_of_values_and_names(folder, tmp_path):
    other = SAMPLES.set_column(0, "sample", pa.array([f"t{row}" for row in range(7)]))
    write_store(tmp_path / "other", GENES, other, blocks(7), "tpm")
    assert ExpressionStore(folder).digest() != ExpressionStore(tmp_path / "other").digest()


def test_what_does_not_fit_leaves_nothing(tmp_path):
    twice = pa.table({"gene": ["b1", "b1", "b3", "b4"]})
    for genes, parts, message in (
        (twice, blocks(3), "a gene stands twice"),
        (GENES, [VALUES[:3]], "3 samples of values for 7 names"),
        (GENES, [VALUES[:, :2]], r"a block of shape \(7, 2\) for 4 genes"),
    ):
        with pytest.raises(KnockonError, match=message):
            write_store(tmp_path / "store", genes, SAMPLES, parts, "tpm")
        assert list(tmp_path.iterdir()) == []


def test_a_damaged_store_is_refused(folder):
    (folder / "values.f32").write_bytes(b"short")
    with pytest.raises(FormatError, match=r"values\.f32: 5 bytes, 112 expected"):
        _ = ExpressionStore(folder).values
    index = folder / "store.json"
    written = index.read_text()
    for text, message in (
        ("{", "not readable as JSON"),
        (json.dumps({"type": "knockon.records", "version": 1}), "its type is knockon.records"),
        (json.dumps(json.loads(written) | {"version": 99}), "version 99 by a newer knockon"),
        (json.dumps({key: value for key, value in json.loads(written).items() if key != "genes"}), "genes is missing"),
    ):
        index.write_text(text)
        with pytest.raises(FormatError, match=message):
            ExpressionStore(folder)
    index.unlink()
    with pytest.raises(FormatError, match="not a store of expression"):
        ExpressionStore(folder)
