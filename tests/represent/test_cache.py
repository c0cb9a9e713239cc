import hashlib

import numpy as np
import pyarrow as pa
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.represent.cache import EmbeddingCache
from knockon.represent.gene_vectors import one_hot
from knockon.represent.missing_rows import completed
from knockon.represent.sequence_vectors import sequence_vectors


class CountingEncoder:
    """Gives a vector that depends on the sequence alone and remembers what it was asked."""

    def __init__(self, name="letters", revision="1", dimensions=4):
        self.name, self.revision, self.dimensions = name, revision, dimensions
        self.asked = []

    def encode(self, sequences):
        self.asked += sequences
        digests = [hashlib.sha256((self.revision + text).encode()).digest()[: self.dimensions] for text in sequences]
        return np.array([list(digest) for digest in digests], dtype=np.float32)


SEQUENCES = [f"ATG{'ACGT'[number % 4]}{'A' * number}" for number in range(40)]


def _contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_new_sequence_alone_is_embedded(tmp_path):
    encoder = CountingEncoder()
    cache = EmbeddingCache(tmp_path)
    first = cache.embed(encoder, SEQUENCES)
    encoder.asked.clear()
    again = cache.embed(encoder, [*SEQUENCES[:5], "NEW", *SEQUENCES[5:]])
    assert encoder.asked == ["NEW"]
    assert np.array_equal(np.delete(again, 5, axis=0), first)


def test_rows_follow_the_question_with_repeats(tmp_path):
    encoder = CountingEncoder()
    result = EmbeddingCache(tmp_path).embed(encoder, ["B", "A", "B"])
    assert sorted(encoder.asked) == ["A", "B"]
    assert np.array_equal(result, CountingEncoder().encode(["B", "A", "B"]))


def test_another_revision_or_model_never_gets_these_vectors(tmp_path):
    cache = EmbeddingCache(tmp_path)
    cache.embed(CountingEncoder(), SEQUENCES)
    for other in (CountingEncoder(revision="2"), CountingEncoder(name="words"), CountingEncoder(name="letters-1")):
        result = cache.embed(other, SEQUENCES[:3])
        assert len(other.asked) == 3
        assert np.array_equal(result, other.encode(SEQUENCES[:3]))


def test_equal_content_gives_equal_bytes_whatever_the_order_and_block(tmp_path):
    EmbeddingCache(tmp_path / "a", block=3).embed(CountingEncoder(), SEQUENCES)
    late = EmbeddingCache(tmp_path / "b", block=100)
    late.embed(CountingEncoder(), SEQUENCES[20:][::-1])
    late.embed(CountingEncoder(), SEQUENCES)
    assert _contents(tmp_path / "a") == _contents(tmp_path / "b")


def test_a_new_sequence_rewrites_one_shard(tmp_path):
    cache = EmbeddingCache(tmp_path)
    cache.embed(CountingEncoder(), SEQUENCES)
    before = _contents(tmp_path)
    cache.embed(CountingEncoder(), ["NEW"])
    after = _contents(tmp_path)
    assert sum(before.get(name) != content for name, content in after.items()) == 1


def test_a_killed_run_keeps_the_blocks_it_finished(tmp_path):
    class Killed(CountingEncoder):
        def encode(self, sequences):
            if len(self.asked) >= 20:
                raise KeyboardInterrupt
            return super().encode(sequences)

    cache = EmbeddingCache(tmp_path, block=10)
    with pytest.raises(KeyboardInterrupt):
        cache.embed(Killed(), SEQUENCES)
    encoder = CountingEncoder()
    cache.embed(encoder, SEQUENCES)
    assert len(encoder.asked) == 20


def test_a_damaged_shard_is_named_with_what_to_do(tmp_path):
    cache = EmbeddingCache(tmp_path)
    cache.embed(CountingEncoder(), ["A"])
    shard = next(tmp_path.rglob("*.parquet"))
    shard.write_bytes(b"PAR1 half")
    with pytest.raises(FormatError, match="delete this file"):
        cache.embed(CountingEncoder(), ["A"])


def test_an_encoder_that_gives_nan_leaves_nothing_behind(tmp_path):
    class Broken(CountingEncoder):
        def encode(self, sequences):
            return super().encode(sequences) * np.nan

    with pytest.raises(KnockonError, match="not finite"):
        EmbeddingCache(tmp_path).embed(Broken(), ["A"])
    assert _contents(tmp_path) == {}


def test_an_encoder_of_the_wrong_shape_is_refused(tmp_path):
    class Short(CountingEncoder):
        def encode(self, sequences):
            return super().encode(sequences)[:, :2]

    with pytest.raises(KnockonError, match=r"\(1, 4\)"):
        EmbeddingCache(tmp_path).embed(Short(), ["A"])


def test_no_sequences_is_no_error(tmp_path):
    assert EmbeddingCache(tmp_path).embed(CountingEncoder(), []).shape == (0, 4)


def test_a_gene_without_a_sequence_is_a_row_of_nan_and_counted(tmp_path):
    genes, sequences = ("A", "B", "C"), pa.array(["ATG", None, "CCC"])
    representation = sequence_vectors("model", genes, sequences, CountingEncoder(), EmbeddingCache(tmp_path))
    expected = CountingEncoder().encode(["ATG", "CCC"])
    assert np.array_equal(representation.matrix[[0, 2]], expected)
    assert np.isnan(representation.matrix[1]).all()
    assert representation.provenance == {"model": "letters", "revision": "1", "absent": "1"}
    whole, count = completed(representation)
    assert count == 1
    np.testing.assert_allclose(whole.matrix[1], expected.mean(axis=0))
    assert np.array_equal(whole.matrix[[0, 2]], expected)
    assert np.isnan(representation.matrix[1]).all(), "what was given stays as it is"
    assert completed(whole) == (whole, 0)


def test_no_gene_with_a_sequence_is_an_error(tmp_path):
    with pytest.raises(KnockonError, match="no gene has a sequence"):
        sequence_vectors("model", ("A",), pa.array([None], pa.string()), CountingEncoder(), EmbeddingCache(tmp_path))


def test_rows_that_are_sparse_are_whole():
    vectors = one_hot(("A", "B"))
    assert completed(vectors) == (vectors, 0)
