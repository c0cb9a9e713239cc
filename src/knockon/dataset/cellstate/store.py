"""Expression on disk, sample after sample: a batch of samples is read as it lies, whatever the size of the compendium.

A folder of `values.f32` (float32, little-endian, samples × genes, log2(level + 1), NaN where missing), `genes.parquet`
(gene, symbol), `samples.parquet` (sample, study, and further texts) and `store.json` with type, version and sizes.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from knockon.arrays import Matrix, Rows
from knockon.artifact import check, content, stamp
from knockon.atomic import atomic_directory, write_parquet
from knockon.errors import FormatError, KnockonError
from knockon.hashing import digest

KIND, VERSION = "expression", 1

_INDEX, _VALUES, _GENES, _SAMPLES = "store.json", "values.f32", "genes.parquet", "samples.parquet"
_TYPE = np.dtype("<f4")


def write_store(folder: Path, genes: pa.Table, samples: pa.Table, blocks: Iterable[Matrix], scale: str) -> None:
    """Write a store; the folder appears, or is replaced, as a whole, and never more than a block is in memory.

    genes: has `gene`, each once. samples: has `sample`, each once, and `study`. blocks: float32 (some samples, genes),
    in the order of `samples`. scale: of the file that they come from, kept for people. Raises KnockonError where names
    stand twice, or the blocks don't add up to the samples.
    """
    for table, name in ((genes, "gene"), (samples, "sample")):
        if len(set(table[name].to_pylist())) != table.num_rows:
            raise KnockonError(f"{folder}: a {name} stands twice: give each its own name")
    if not samples.num_rows or not genes.num_rows:
        raise KnockonError(f"{folder}: a store needs samples and genes, not {samples.num_rows} and {genes.num_rows}")
    with atomic_directory(folder) as temporary:
        rows = _write_values(temporary / _VALUES, blocks, genes.num_rows, folder)
        if rows != samples.num_rows:
            raise KnockonError(f"{folder}: {rows} samples of values for {samples.num_rows} names")
        write_parquet(temporary / _GENES, genes)
        write_parquet(temporary / _SAMPLES, samples)
        index = {**stamp(KIND, VERSION), "samples": rows, "genes": genes.num_rows, "scale": scale}
        (temporary / _INDEX).write_text(json.dumps(index, indent=1) + "\n")


def _write_values(path: Path, blocks: Iterable[Matrix], width: int, folder: Path) -> int:
    """Write the blocks one after the other; returns the samples."""
    rows = 0
    with path.open("wb") as file:
        for block in blocks:
            if block.ndim != 2 or block.shape[1] != width:
                raise KnockonError(f"{folder}: a block of shape {block.shape} for {width} genes")
            np.ascontiguousarray(block, dtype=_TYPE).tofile(file)
            rows += len(block)
    return rows


class ExpressionStore:
    """Read a store. genes, samples: its tables. scale: what the values were before they became log2(level + 1).

    The file is mapped on first use in each process: what is pickled is the path alone. Raises FormatError where the
    folder is no store, is newer than this program, or has not the size that it says.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        index = _read_index(self.folder)
        self.shape = (int(index["samples"]), int(index["genes"]))
        self.scale: str = index["scale"]
        self.genes = _read_table(self.folder / _GENES, self.shape[1])
        self.samples = _read_table(self.folder / _SAMPLES, self.shape[0])
        self._mapped: np.memmap[Any, Any] | None = None
        self._process = os.getpid()

    def __reduce__(self) -> tuple[type["ExpressionStore"], tuple[str]]:
        return ExpressionStore, (str(self.folder),)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def values(self) -> Matrix:
        """All values, mapped and read-only: float32 (samples, genes)."""
        if self._mapped is None or self._process != os.getpid():
            path = self.folder / _VALUES
            wanted = self.shape[0] * self.shape[1] * _TYPE.itemsize
            found = path.stat().st_size if path.exists() else 0
            if found != wanted:
                raise FormatError(f"{path}: {found} bytes, {wanted} expected: run dvc checkout, or the dataset stage")
            self._mapped = np.memmap(path, dtype=_TYPE, mode="r", shape=self.shape)
            self._process = os.getpid()
        return self._mapped

    def take(self, rows: Rows) -> Matrix:
        """Some samples in the order asked for, in memory: float32 (rows, genes)."""
        return np.asarray(self.values[rows])

    def digest(self) -> str:
        """What identifies the values and their names."""
        names = "\n".join([*self.genes["gene"].to_pylist(), "", *self.samples["sample"].to_pylist()])
        return digest(np.asarray(self.values), names=names)


def _read_index(folder: Path) -> dict[str, Any]:
    path = folder / _INDEX
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FormatError(f"{folder}: not a store of expression, {_INDEX} is missing: run the dataset stage") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: not readable as JSON ({error}): run dvc checkout") from error
    check(index, KIND, (VERSION,), path)
    found = content(index)
    if missing := {"samples", "genes", "scale"} - set(found):
        raise FormatError(f"{path}: damaged, {sorted(missing)[0]} is missing: run dvc checkout")
    return found


def _read_table(path: Path, rows: int) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise FormatError(f"{path}: not readable ({str(error)[:80]}): run dvc checkout") from error
    if table.num_rows != rows:
        raise FormatError(f"{path}: {table.num_rows} rows, {rows} expected: run dvc checkout")
    return table
