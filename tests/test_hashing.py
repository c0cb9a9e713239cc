"""Hashes: pinned, independent of chunks and encoding, well mixed."""

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp

from knockon.hashing import combine, digest, hash_column, hex_keys, mix, text_hash, unit_interval


def test_text_hash_is_pinned():
    """Stored keys and splits depend on it: another machine or version must give the same."""
    assert f"{text_hash('YAL001C'):016x}" == "f149b433f080374a"
    assert f"{text_hash(''):016x}" == "e4a6a0577479b2b4"


def test_mix_is_splitmix64():
    """First outputs of Vigna's reference SplitMix64 with seed 0 and 1234567."""
    assert int(mix(np.array([0], dtype=np.uint64))[0]) == 0xE220A8397B1DCDAF
    assert int(mix(np.array([1234567], dtype=np.uint64))[0]) == 6457827717110365317


@pytest.mark.parametrize(
    "values",
    [
        ["a", None, "b", "a", ""],
        [1.5, None, -0.0, 0.0, 1e300],
        [1, None, -5, 7, 2**40],
        [True, None, False, True, True],
    ],
    ids=["text", "float", "integer", "boolean"],
)
def test_columns_hash_alike_whatever_their_form(values):
    array = pa.array(values)
    whole = hash_column(array)
    assert whole.dtype == np.uint64
    chunked = pa.chunked_array([array[:2], array[2:2], array[2:]])
    np.testing.assert_array_equal(hash_column(chunked), whole)
    np.testing.assert_array_equal(hash_column(array.slice(1, 3)), whole[1:4])
    assert len(hash_column(array[:0])) == 0
    if isinstance(values[0], str):
        np.testing.assert_array_equal(hash_column(array.dictionary_encode()), whole)
        np.testing.assert_array_equal(hash_column(array.cast(pa.large_string())), whole)
        np.testing.assert_array_equal(hash_column(chunked.dictionary_encode()), whole)


def test_equal_values_hash_alike_and_others_do_not():
    text = hash_column(pa.array(["a", "b", "a", None, ""]))
    assert text[0] == text[2]
    assert len(set(text.tolist())) == 4
    numbers = hash_column(pa.array([0.0, -0.0, 1.0, None]))
    assert numbers[0] == numbers[1]
    assert len(set(numbers.tolist())) == 3


def test_all_nulls():
    assert len(set(hash_column(pa.array([None, None], type=pa.string())).tolist())) == 1
    assert hash_column(pa.array([None], type=pa.string())) == hash_column(pa.array([None], type=pa.float64()))


def test_combine_minds_the_order_of_columns():
    first, second = hash_column(pa.array(["a", "b"])), hash_column(pa.array(["b", "a"]))
    assert (combine([first, second]) != combine([second, first])).all()
    assert combine([first, second])[0] == combine([second, first])[1]


def test_hex_keys_sort_like_numbers():
    numbers = np.array([0, 1, 255, 2**63, 2**64 - 1], dtype=np.uint64)
    texts = hex_keys(numbers)
    assert texts.type == pa.string()
    assert texts.to_pylist() == sorted(f"{number:016x}" for number in numbers.tolist())
    assert len(hex_keys(numbers[:0])) == 0


def test_unit_interval_is_uniform_seeded_and_local():
    hashes = np.arange(100_000, dtype=np.uint64)
    numbers = unit_interval(hashes, seed=1)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    counts, _ = np.histogram(numbers, bins=20, range=(0, 1))
    assert abs(counts - 5_000).max() < 5 * np.sqrt(5_000)
    np.testing.assert_array_equal(unit_interval(hashes[500:600], seed=1), numbers[500:600])
    assert abs(np.corrcoef(numbers, unit_interval(hashes, seed=2))[0, 1]) < 0.02


def test_a_digest_tells_rows_order_type_shape_and_names_apart():
    values = np.arange(6, dtype=np.float64).reshape(3, 2)
    sparse = sp.csr_matrix(np.eye(3))
    variants = {
        "as it is": digest(values),
        "every row twice": digest(np.repeat(values, 2, axis=0)),
        "rows and rows again": digest(np.tile(values, (2, 1))),
        "two rows swapped": digest(values[[1, 0, 2]]),
        "another type": digest(values.astype(np.float32)),
        "the same bytes as another type": digest(values.view(np.int64)),
        "another shape": digest(values.reshape(2, 3)),
        "one more dimension": digest(values[None]),
        "two arrays": digest(values[:1], values[1:]),
        "with names": digest(values, names="a b"),
        "with other names": digest(values, names="a"),
        "nothing": digest(),
        "no rows": digest(values[:0]),
        "sparse": digest(sparse),
        "sparse, wider": digest(sp.csr_matrix((sparse.data, sparse.indices, sparse.indptr), shape=(3, 4))),
        "its three arrays": digest(sparse.data, sparse.indices, sparse.indptr),
    }
    assert len(set(variants.values())) == len(variants)
    assert all(len(found) == 16 and int(found, 16) >= 0 for found in variants.values())


def test_a_digest_is_pinned_whatever_the_layout_in_memory():
    values = np.arange(6, dtype=np.float64).reshape(3, 2)
    assert digest(values, names="YAL001C") == "780584ed7d4ef65e"
    assert digest(np.asfortranarray(values)) == digest(values) == digest(np.tile(values, 2)[:, :2])
    assert digest(values.astype(">f8")) == digest(values)
    assert digest(np.array(["YAL001C"])) == digest(np.array(["YAL001C"]))


def test_objects_have_no_digest():
    with pytest.raises(TypeError, match="objects"):
        digest(np.array(["a", None], dtype=object))
