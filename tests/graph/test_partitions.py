"""The external sort: nothing lost, everything in its range, whatever the number of ranges."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from knockon.graph.partitions import Partitions, leading_bits

_SCHEMA = pa.schema([("hash", pa.uint64()), ("name", pa.string())])


def _blocks(count: int) -> list[pa.Table]:
    random = np.random.default_rng(1)
    blocks = []
    for block in range(3):
        hashes = random.integers(0, 2**64, count, dtype=np.uint64)
        names = [f"{block}-{row}" if row % 7 else None for row in range(count)]
        blocks.append(pa.table({"hash": hashes, "name": names}, schema=_SCHEMA))
    return blocks


@pytest.mark.parametrize("bits", [0, 1, 5, 8])
def test_ranges_hold_every_row_once_in_order_of_hash(tmp_path: Path, bits: int) -> None:
    """A row in the wrong range would land in a part where no query by id range finds it."""
    blocks = _blocks(500)
    partitions = Partitions(tmp_path / "rows.arrow", _SCHEMA)
    for block in blocks:
        partitions.add(block)
    ranges = list(partitions.ranges(bits))
    assert len(ranges) == 2**bits
    for number, table in enumerate(ranges):
        assert (leading_bits(table["hash"].to_numpy(), bits) == number).all()
    keys = [("hash", "ascending")]
    assert pa.concat_tables(ranges).sort_by(keys).equals(pa.concat_tables(blocks).sort_by(keys))


def test_rows_of_one_partition_keep_their_order_of_arrival(tmp_path: Path) -> None:
    """Equal measurements are told apart by the order in which they stand in the file."""
    partitions = Partitions(tmp_path / "rows.arrow", _SCHEMA)
    for first in (0, 100):
        names = [str(first + row) for row in range(100)]
        partitions.add(pa.table({"hash": np.full(100, 2**63, dtype=np.uint64), "name": names}, schema=_SCHEMA))
    (table,) = partitions.ranges(0)
    assert table["name"].to_pylist() == [str(row) for row in range(200)]


def test_adding_after_reading_is_refused(tmp_path: Path) -> None:
    """The file is closed by then; rows would vanish."""
    partitions = Partitions(tmp_path / "rows.arrow", _SCHEMA)
    list(partitions.ranges(0))
    with pytest.raises(ValueError, match="reading has begun"):
        partitions.add(_blocks(1)[0])
