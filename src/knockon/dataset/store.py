"""The key-value store: aggregated records in memory-mapped Arrow shards, sorted by key.

A shard holds the keys that share their leading bits, so that a changed row changes one shard and the index. Strings are
dictionary-coded on disk (packing.py) and plain text in everything that is read. `store.json` names type, version and
shards.
"""

import json
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.artifact import check, stamp
from knockon.atomic import atomic_directory
from knockon.dataset.genotypes import Genotypes, genotypes_from
from knockon.dataset.identity import flat
from knockon.dataset.packing import pack, unpack
from knockon.dataset.records import AGGREGATED_SCHEMA
from knockon.dataset.row_reader import RowReader
from knockon.dataset.spill import PARTITIONS, partition_numbers
from knockon.errors import FormatError, KnockonError
from knockon.hashing import Hashes

KIND = "records"
VERSION = 1
SMALL_STORE = 10_000
"""Up to this many rows a store is one shard."""

_INDEX = "store.json"


@dataclass(frozen=True)
class Shard:
    """One file of a store: its name, size and the range of its keys (16 hexadecimal digits)."""

    file: str
    rows: int
    bytes: int
    first: str
    last: str


def write_store(folder: Path, batches: Iterable[pa.Table]) -> int:
    """Write tables of AGGREGATED_SCHEMA, in ascending order of key over all tables, as a store; returns the rows.

    The folder appears, or is replaced, as a whole. Raises KnockonError where keys are not strictly ascending.
    """
    with atomic_directory(folder) as temporary:
        shards = [_write_shard(temporary, number, table) for number, table in _sharded(batches)]
        rows = sum(shard.rows for shard in shards)
        index = {**stamp(KIND, VERSION), "rows": rows, "shards": [asdict(shard) for shard in shards]}
        (temporary / _INDEX).write_text(json.dumps(index, indent=1) + "\n")
    return rows


def _sharded(batches: Iterable[pa.Table]) -> Iterator[tuple[int, pa.Table]]:
    """Gather sorted tables by shard number; a store that stays small is shard 0 alone."""
    waiting: list[pa.Table] = []
    count, large = 0, False
    for table in _ascending(batches):
        waiting.append(table)
        count += len(table)
        large = large or count > SMALL_STORE
        if large:
            *complete, rest = _cut(pa.concat_tables(waiting))
            yield from complete
            waiting = [rest[1]]
    if large:
        yield from _cut(pa.concat_tables(waiting))
    elif count:
        yield 0, pa.concat_tables(waiting)


def _cut(table: pa.Table) -> list[tuple[int, pa.Table]]:
    numbers = partition_numbers(table["key"].to_numpy())
    bounds = np.searchsorted(numbers, np.arange(PARTITIONS + 1))
    return [(n, table.slice(bounds[n], bounds[n + 1] - bounds[n])) for n in np.unique(numbers).tolist()]


def _ascending(batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
    last = -1
    for table in batches:
        keys = table["key"].to_numpy()
        if not len(keys):
            continue
        if int(keys[0]) <= last or not (keys[1:] > keys[:-1]).all():
            raise KnockonError("a store needs records with distinct keys in ascending order: aggregate them first")
        last = int(keys[-1])
        yield table


def _write_shard(folder: Path, number: int, table: pa.Table) -> Shard:
    path = folder / f"shard-{number:02x}.arrow"
    batch = pack(table.select(AGGREGATED_SCHEMA.names))
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    keys = table["key"].to_numpy()
    return Shard(path.name, len(table), path.stat().st_size, f"{keys[0]:016x}", f"{keys[-1]:016x}")


class RecordStore:
    """Read a store. Positions count from 0 in ascending order of key.

    Files are mapped on first use in each process, so that a store can be handed to forked and spawned workers; what is
    pickled is the path alone. Raises FormatError where the folder is no store, is newer than this program, or is
    damaged.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._shards = _read_index(self.folder)
        self._bounds = np.concatenate([[0], np.cumsum([shard.rows for shard in self._shards])]).astype(np.int64)
        self._last = np.array([int(shard.last, 16) for shard in self._shards], dtype=np.uint64)
        self._tables: dict[int, pa.Table] = {}
        self._readers: dict[int, RowReader] = {}
        self._process = os.getpid()

    def __reduce__(self) -> tuple[type["RecordStore"], tuple[str]]:
        return RecordStore, (str(self.folder),)

    def __len__(self) -> int:
        return int(self._bounds[-1])

    def __repr__(self) -> str:
        return f"RecordStore({str(self.folder)!r}, {len(self):,} rows)"

    def __getitem__(self, item: int | np.integer | str) -> dict[str, Any]:
        """One record as a dictionary: by position (int), by key as np.uint64, or by key as 16 hexadecimal digits.

        Raises KeyError for an absent key, IndexError for a position outside the store.
        """
        position = self.find(item) if isinstance(item, str | np.uint64) else self._position(int(item))
        shard = bisect_right(self._bounds, position) - 1
        return self._reader(shard)[position - int(self._bounds[shard])]

    def __getitems__(self, rows: Sequence[int]) -> pa.Table:
        """What a torch DataLoader calls for a whole batch: its `collate_fn` gets this table."""
        return self.take(rows)

    def find(self, key: str | int | np.uint64) -> int:
        """Position of a key (number or 16 hexadecimal digits). Raises KeyError where it is absent."""
        try:
            wanted = np.uint64(int(key, 16) if isinstance(key, str) else key)
        except (ValueError, OverflowError) as error:
            raise KeyError(f"{key!r} is not a key: 16 hexadecimal digits") from error
        shard = int(np.searchsorted(self._last, wanted))
        if shard < len(self._shards):
            keys = self._table(shard)["key"].to_numpy()
            row = int(np.searchsorted(keys, wanted))
            if row < len(keys) and keys[row] == wanted:
                return int(self._bounds[shard]) + row
        raise KeyError(f"no record has the key {int(wanted):016x}")

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> pa.Table:
        """Records at the given positions, in the given order, repeats allowed: AGGREGATED_SCHEMA."""
        positions = np.asarray(rows, dtype=np.int64)
        if len(positions) and (positions.min() < 0 or positions.max() >= len(self)):
            raise IndexError(f"positions run from 0 to {len(self) - 1}")
        if not len(positions):
            return AGGREGATED_SCHEMA.empty_table()
        order = np.argsort(positions, kind="stable")
        ascending = positions[order]
        cuts = np.searchsorted(ascending, self._bounds)
        pieces = []
        for number in np.flatnonzero(np.diff(cuts)).tolist():
            inner = ascending[cuts[number] : cuts[number + 1]] - self._bounds[number]
            pieces.append(unpack(self._table(number).take(pa.array(inner)), AGGREGATED_SCHEMA))
        return _reorder(pa.concat_tables(pieces), order)

    def batches(self, size: int = 65_536, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """All records in order of key, at most `size` at a time, with all columns of AGGREGATED_SCHEMA or some."""
        chosen = (
            AGGREGATED_SCHEMA if columns is None else pa.schema([AGGREGATED_SCHEMA.field(name) for name in columns])
        )
        for number in range(len(self._shards)):
            table = self._table(number)
            for start in range(0, len(table), size):
                yield unpack(table.slice(start, size), chosen)

    @property
    def keys(self) -> Hashes:
        """All keys in ascending order, uint64 (rows,); a view of the mapped file where the store is one shard."""
        return self._gathered("key")

    @property
    def groups(self) -> Hashes:
        """Hash of the unordered set of perturbed genes of every record, uint64 (rows,)."""
        return self._gathered("group")

    def genes(self) -> tuple[str, ...]:
        """All perturbed genes, sorted."""
        names: set[str] = set()
        for number in range(len(self._shards)):
            perturbed, _ = flat(self._table(number)["perturbations"])
            names.update(pc.struct_field(perturbed, "gene").dictionary.to_pylist())
        return tuple(sorted(names))

    def genotypes(self, genes: tuple[str, ...] | None = None) -> Genotypes:
        """The perturbed genes of all records, over `genes` (sorted; by default those of the store).

        Raises KnockonError where a perturbed gene is not among `genes`.
        """
        genes = self.genes() if genes is None else genes
        tables = [self._table(number) for number in range(len(self._shards))]
        parts = [genotypes_from(table["perturbations"], genes) for table in tables]
        counts = np.concatenate([np.zeros(1, dtype=np.int64), *[part.counts for part in parts]])
        indices = np.concatenate([np.empty(0, dtype=np.int32), *[part.indices for part in parts]])
        return Genotypes(genes, np.cumsum(counts), indices)

    def _position(self, row: int) -> int:
        """A position as Python counts: negative ones from the end."""
        if not -len(self) <= row < len(self):
            raise IndexError(f"position {row} of a store of {len(self)} records")
        return row + len(self) if row < 0 else row

    def _gathered(self, name: str) -> Hashes:
        views = [self._table(number)[name].to_numpy() for number in range(len(self._shards))]
        return views[0] if len(views) == 1 else np.concatenate([np.empty(0, dtype=np.uint64), *views])

    def _reader(self, number: int) -> RowReader:
        """Single rows of one shard."""
        table = self._table(number)
        if number not in self._readers:
            self._readers[number] = RowReader(table.to_batches()[0])
        return self._readers[number]

    def _table(self, number: int) -> pa.Table:
        """One shard, packed, mapped on first use in this process."""
        if self._process != os.getpid():
            self._tables, self._readers, self._process = {}, {}, os.getpid()
        if number not in self._tables:
            self._tables[number] = _open_shard(self.folder, self._shards[number])
        return self._tables[number]


def _reorder(table: pa.Table, order: NDArray[np.int64]) -> pa.Table:
    """Undo a sort: row i of the result is the row of `table` whose number in `order` is i."""
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return table if (order[1:] > order[:-1]).all() else table.combine_chunks().take(pa.array(inverse))


def _open_shard(folder: Path, shard: Shard) -> pa.Table:
    path = folder / shard.file
    if not path.exists() or path.stat().st_size != shard.bytes:
        found = f"{path.stat().st_size} bytes" if path.exists() else "no file"
        raise FormatError(
            f"{path}: {found}, {shard.bytes} bytes expected: run dvc checkout, or the dataset stage again"
        )
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"{path}: damaged ({error}): run dvc checkout, or the dataset stage again") from error
    if len(table) != shard.rows:
        raise FormatError(f"{path}: {len(table)} rows, {shard.rows} expected: run dvc checkout")
    return table


def _read_index(folder: Path) -> list[Shard]:
    path = folder / _INDEX
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FormatError(f"{folder}: not a record store, {_INDEX} is missing: run the dataset stage") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: not readable as JSON ({error}): run dvc checkout") from error
    check(index, KIND, (VERSION,), path)
    try:
        return [Shard(**shard) for shard in index["shards"]]
    except (KeyError, TypeError) as error:
        raise FormatError(f"{path}: damaged, its list of shards is not right ({error}): run dvc checkout") from error
