"""Vectors on disk by digest: whole blocks, found again by another process, and never taken for another model's."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from knockon.errors import FormatError, KnockonError
from knockon.represent.vector_blocks import VectorBlocks

MADE_BY = {"tower": "abc"}


def texts(first, count):
    """Digests of texts, and vectors that tell which text they are of."""
    numbers = np.arange(first, first + count)
    digests = (numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(77)
    return digests, np.column_stack([numbers, -numbers]).astype(np.float32)


@pytest.fixture
def filled(tmp_path):
    blocks = VectorBlocks(tmp_path, 2, MADE_BY)
    for start, count in ((0, 5), (100, 1), (50, 30)):
        blocks.append(*texts(start, count), ["odd" if number % 2 else "" for number in range(start, start + count)])
    return tmp_path


@pytest.mark.parametrize("again", [False, True])
def test_each_text_finds_its_own_vector(tmp_path, filled, again):
    blocks = VectorBlocks(filled, 2, MADE_BY)
    if again:
        blocks.append(*texts(200, 3), [""] * 3)
    asked, expected = (np.concatenate(parts) for parts in zip(texts(60, 3), texts(2, 2), texts(100, 1), strict=True))
    order = np.array([3, 0, 5, 1, 4, 2, 3])
    places = blocks.find(asked[order])
    assert (places >= 0).all()
    assert np.array_equal(blocks.take(places), expected[order])
    assert [blocks.notes[code] for code in blocks.codes(places)] == ["odd" if n % 2 else "" for n in expected[order, 0]]
    assert (blocks.find(texts(300, 4)[0]) == -1).all()
    assert len(blocks) == 36 + 3 * again


@pytest.mark.parametrize("order", ["as embedded", "backwards", "shuffled", "with gaps", "each twice"])
def test_texts_are_found_in_whatever_order_they_come(tmp_path, order):
    """Most are guessed from the one before them: a wrong guess must be noticed at every edge of a run and a block."""
    blocks = VectorBlocks(tmp_path, 2, MADE_BY)
    for start, count in ((300, 130), (0, 64), (64, 63), (1000, 1)):
        blocks.append(*texts(start, count), [""] * count)
    numbers = np.arange(0, 1010)
    random = np.random.default_rng(0)
    asked = {
        "as embedded": numbers,
        "backwards": numbers[::-1],
        "shuffled": random.permutation(numbers),
        "with gaps": numbers[random.random(len(numbers)) < 0.9],
        "each twice": np.repeat(numbers, 2),
    }[order]
    digests, vectors = texts(0, 1010)
    places = blocks.find(digests[asked])
    known = (asked < 127) | ((asked >= 300) & (asked < 430)) | (asked == 1000)
    assert np.array_equal(places >= 0, known)
    assert (places[~known] == -1).all()
    assert np.array_equal(blocks.take(places[known]), vectors[asked[known]])


def test_an_empty_folder_knows_nothing(tmp_path):
    blocks = VectorBlocks(tmp_path / "new", 2, MADE_BY)
    assert blocks.find(texts(0, 3)[0]).tolist() == [-1, -1, -1]
    assert blocks.take(np.zeros(0, dtype=np.int64)).shape == (0, 2)
    blocks.append(*texts(0, 0), [])
    assert not (tmp_path / "new").exists()


def test_vectors_of_another_model_are_refused(filled):
    with pytest.raises(KnockonError, match="delete the folder"):
        VectorBlocks(filled, 2, {"tower": "xyz"})
    with pytest.raises(KnockonError, match="delete the folder"):
        VectorBlocks(filled, 3, MADE_BY)


@pytest.mark.parametrize("damage", [lambda raw: raw[: len(raw) // 2], lambda raw: b"", lambda raw: b"x" * len(raw)])
def test_a_damaged_block_is_named(filled, damage):
    path = sorted(filled.glob("*.arrow"))[0]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FormatError, match=f"{path.name}: damaged .* delete this file"):
        VectorBlocks(filled, 2, MADE_BY)


def test_a_wrong_vector_is_not_written(tmp_path):
    blocks = VectorBlocks(tmp_path, 2, MADE_BY)
    digests, vectors = texts(0, 3)
    vectors[1, 0] = np.nan
    with pytest.raises(KnockonError, match="not all finite"):
        blocks.append(digests, vectors, [""] * 3)
    with pytest.raises(KnockonError, match="shape"):
        blocks.append(digests, vectors[:2], [""] * 3)
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
import knockon.atomic
from knockon.represent.vector_blocks import VectorBlocks
from tests.represent.test_vector_blocks import MADE_BY, texts
blocks = VectorBlocks(Path(sys.argv[1]), 2, MADE_BY)
blocks.append(*texts(0, 3), [""] * 3)
knockon.atomic.synchronise = lambda path: os.kill(os.getpid(), signal.SIGKILL)
blocks.append(*texts(10, 3), [""] * 3)
"""


def test_a_killed_writer_loses_the_block_it_was_at_and_no_other(tmp_path, root):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob("*.tmp-*"))) == 1
    blocks = VectorBlocks(tmp_path, 2, MADE_BY)
    assert (blocks.find(texts(0, 3)[0]) >= 0).all()
    assert (blocks.find(texts(10, 3)[0]) < 0).all()
    assert not list(tmp_path.glob("*.tmp-*"))
