"""ARCHS4's HDF5 in blocks of samples: every kept sample once, single cells left out, bad files refused."""

import h5py
import numpy as np
import pytest

from knockon.errors import FormatError
from knockon.sources.cellstate.archs4 import Archs4, characteristics
from tests.sources.cellstate.made_up import archs4, levels

COUNTS = levels(11, 30)


@pytest.mark.parametrize("size", [1, 4, 11, 100])
def test_blocks_of_any_size_give_every_kept_sample_once(tmp_path, size):
    chance = np.where(np.arange(11) % 4 == 3, 0.9, 0.1)
    file = Archs4(archs4(tmp_path / "a.h5", COUNTS, chance))
    kept = np.flatnonzero(chance < 0.5)
    blocks = list(file.blocks(size))
    assert max(len(block.rows) for block in blocks) <= size
    np.testing.assert_array_equal(np.concatenate([block.rows for block in blocks]), kept)
    np.testing.assert_array_equal(np.concatenate([block.values for block in blocks]), COUNTS[kept])
    assert file.field("characteristics_ch1") == tuple(f"cell line: {row}" for row in kept)


def test_a_file_of_another_form_is_told_what_it_lacks(tmp_path):
    path = archs4(tmp_path / "a.h5", COUNTS)
    for part, message in (
        ("meta/samples/series_id", "no meta/samples/series_id"),
        ("meta/genes/symbol", "has none of"),
    ):
        with h5py.File(path, "r+") as file:
            del file[part]
        with pytest.raises(FormatError, match=message):
            Archs4(path)


def test_sizes_must_fit(tmp_path):
    path = archs4(tmp_path / "a.h5", COUNTS, genes=["only", "two"])
    with pytest.raises(FormatError, match=r"30 × 11, with names of 2 genes and 11 samples"):
        Archs4(path)


def test_no_hdf5_and_a_truncated_one_are_refused(tmp_path):
    path = archs4(tmp_path / "a.h5", COUNTS)
    whole = path.read_bytes()
    for data in (b"", b"text", whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(FormatError, match=r"a\.h5: not a readable HDF5"):
            Archs4(path)
    with pytest.raises(FormatError, match="no such file"):
        Archs4(tmp_path / "absent.h5")


def test_negative_reads_are_refused(tmp_path):
    file = Archs4(archs4(tmp_path / "a.h5", np.where(COUNTS.max() == COUNTS, -1, COUNTS)))
    with pytest.raises(FormatError, match="are negative"):
        list(file.blocks())


def test_characteristics_are_read_by_name():
    assert characteristics("cell line: HeLa,time: 4 h,odd") == {"cell line": "HeLa", "time": "4 h"}
