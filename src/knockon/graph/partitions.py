"""An external sort by hash: rows go to a temporary file in 256 partitions and come back one range of hashes at a time.

This bounds memory by the block that comes in and the partition that goes out, whatever the total.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from knockon.hashing import Hashes

BITS = 8
"""Partitions are the leading bits of the hash: 256 of them."""

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class Partitions:
    """Rows of one schema on disk, by the leading bits of their `hash` column (uint64)."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._writer: pa.RecordBatchFileWriter | None = pa.ipc.new_file(str(path), schema, options=_OPTIONS)
        self._batches: list[list[int]] = [[] for _ in range(1 << BITS)]
        self._written = 0
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Append rows, in any order."""
        if self._writer is None:
            raise ValueError("rows can't be added once reading has begun")
        places = leading_bits(table["hash"].to_numpy(), BITS)
        order = np.argsort(places, kind="stable")
        table = table.take(pa.array(order)).combine_chunks()
        bounds = np.searchsorted(places[order], np.arange((1 << BITS) + 1))
        for place in np.flatnonzero(np.diff(bounds)):
            piece = table.slice(bounds[place], bounds[place + 1] - bounds[place])
            for batch in piece.to_batches():
                self._writer.write_batch(batch)
                self._batches[place].append(self._written)
                self._written += 1
        self.rows += table.num_rows

    def ranges(self, bits: int) -> Iterator[pa.Table]:
        """Yield 2**bits tables (bits ≤ BITS) in increasing order of hash; rows keep their order of arrival."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        width = 1 << (BITS - bits)
        with pa.OSFile(str(self._path)) as file:
            reader = pa.ipc.open_file(file)
            for first in range(0, 1 << BITS, width):
                numbers = [number for place in self._batches[first : first + width] for number in place]
                yield pa.Table.from_batches([reader.get_batch(number) for number in numbers], schema=self._schema)


def leading_bits(hashes: Hashes, bits: int) -> np.ndarray:
    """The first `bits` bits of each hash as small integers, shape (rows,)."""
    if bits == 0:
        return np.zeros(len(hashes), dtype=np.int64)
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)
