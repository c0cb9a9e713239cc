"""Tables on disk by key range: what lets one pass over any number of rows work in bounded memory."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.dataset.identity import parse_hex
from knockon.dataset.packing import pack, unpack
from knockon.errors import KnockonError
from knockon.hashing import Hashes

PARTITION_BITS = 6
"""64 ranges of the leading bits of the key: 2·10⁷ rows come back some 300,000 at a time."""

PARTITIONS = 1 << PARTITION_BITS

_BUFFERED_ROWS = 500_000


class Spill:
    """Rows that are appended in any order and read back sorted by key, one key range at a time.

    A context manager: write, then read. Its files in `folder`, which it makes, are removed at the end. `schema` needs a
    uint64 column `key`; rows of one key are sorted by the column `tie` (16 hexadecimal digits) where one is named.
    """

    def __init__(self, folder: Path, schema: pa.Schema, tie: str | None = None) -> None:
        self._folder = folder
        self._schema = schema
        self._tie = tie
        self._writers: dict[int, pa.RecordBatchStreamWriter] = {}
        self._buffer: list[pa.Table] = []
        self._buffered = 0

    def __enter__(self) -> "Spill":
        self._folder.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After a full disk closing fails again; the first error is the one to report.
        with suppress(OSError):
            self._close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, table: pa.Table) -> None:
        """Append rows."""
        self._buffer.append(table)
        self._buffered += len(table)
        if self._buffered >= _BUFFERED_ROWS:
            self._flush()

    def read(self) -> Iterator[pa.Table]:
        """Give the rows of every key range in ascending order of keys; ranges without rows give an empty table."""
        self._flush()
        self._close()
        for number in range(PARTITIONS):
            path = self._path(number)
            yield unpack(self._sorted(path), self._schema) if path.exists() else self._schema.empty_table()

    def _sorted(self, path: Path) -> pa.Table:
        """One range, packed: sorting codes is cheaper than sorting texts."""
        with pa.memory_map(str(path)) as source:
            packed = pa.ipc.open_stream(source).read_all().combine_chunks()
        ties = [] if self._tie is None else [parse_hex(packed[self._tie])[0]]
        return packed.take(pa.array(np.lexsort((*ties, packed["key"].to_numpy()))))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:02x}.arrows"

    def _close(self) -> None:
        while self._writers:
            self._writers.popitem()[1].close()

    def _flush(self) -> None:
        if not self._buffered:
            return
        packed = pack(pa.concat_tables(self._buffer))
        self._buffer, self._buffered = [], 0
        numbers = partition_numbers(packed["key"].to_numpy())
        order = np.argsort(numbers, kind="stable")
        bounds = np.searchsorted(numbers[order], np.arange(PARTITIONS + 1))
        packed = packed.take(pa.array(order))
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            self._write(number, packed.slice(bounds[number], bounds[number + 1] - bounds[number]))

    def _write(self, number: int, batch: pa.RecordBatch) -> None:
        path = self._path(number)
        try:
            if number not in self._writers:
                options = pa.ipc.IpcWriteOptions(compression="lz4")
                self._writers[number] = pa.ipc.new_stream(str(path), batch.schema, options=options)
            self._writers[number].write_batch(batch)
        except OSError as error:
            raise KnockonError(f"{path}: could not be written ({error.strerror}); is the disk full?") from error


def partition_numbers(keys: Hashes) -> NDArray[np.int64]:
    """Leading bits of every key, int64 from 0 to PARTITIONS − 1."""
    return (keys >> np.uint64(64 - PARTITION_BITS)).astype(np.int64)


def rechunk(batches: Iterable[pa.Table | pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Tables of about `rows` rows, whatever sizes come in: large ones are cut, small ones are gathered."""
    waiting: list[pa.Table] = []
    count = 0
    for batch in batches:
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        for start in range(0, len(table), rows):
            piece = table.slice(start, rows)
            waiting.append(piece)
            count += len(piece)
            if count >= rows:
                yield pa.concat_tables(waiting)
                waiting, count = [], 0
    if waiting:
        yield pa.concat_tables(waiting)
