"""Deduplication beside pandas, and the record store beside LMDB + JSON + pydantic, on the same made-up records.

    python -m benchmarks.dataset [--rows 1000000] [--reads 100000]

Each pair runs in this one process; the table gives seconds and the ratio (alternative / ours).
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel
from torch.utils.data import DataLoader, Dataset

from knockon.dataset.aggregate import aggregate
from knockon.dataset.store import RecordStore, write_store
from tests.dataset.made_up import screen


class Perturbation(BaseModel):
    """One perturbed gene, as the usual store would validate it."""

    gene: str
    kind: str
    allele: str


class Experiment(BaseModel):
    """One aggregated record, as the usual store would validate it."""

    key: int
    group: int
    dataset: str
    perturbations: list[Perturbation]
    media: str
    temperature: float | None
    phenotype: str
    value: float
    standard_error: float | None
    n: int
    p_value: float | None
    spread: float | None
    reference: float
    reconstructed: bool


class JsonStore(Dataset):
    """The usual store: one JSON text per record in LMDB, parsed and validated on every read."""

    def __init__(self, path: Path, rows: int) -> None:
        self.path, self.rows = path, rows
        self._environment: lmdb.Environment | None = None

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, row: int) -> Experiment:
        if self._environment is None:
            self._environment = lmdb.open(str(self.path), readonly=True, lock=False, subdir=False)
        with self._environment.begin() as transaction:
            return Experiment.model_validate(json.loads(transaction.get(f"{row:012d}".encode(), b"")))


def write_json_store(path: Path, batches: Iterable[pa.Table]) -> None:
    """Write records one by one as JSON into LMDB."""
    row = 0
    with lmdb.open(str(path), map_size=1 << 36, subdir=False) as environment, environment.begin(write=True) as writer:
        for batch in batches:
            for record in batch.to_pylist():
                writer.put(f"{row:012d}".encode(), json.dumps(record).encode(), append=True)
                row += 1


def pandas_aggregate(records: pa.Table) -> pd.DataFrame:
    """The same averages with groupby; the identity is a text made row by row, as lists can't be grouped by."""
    frame = records.drop(["publication", "query_gene", "id"]).to_pandas()
    frame["identity"] = ["|".join(f"{p['gene']}/{p['kind']}/{p['allele']}" for p in row) for row in frame.perturbations]
    frame["weight"] = frame.standard_error**-2.0
    frame["weighted"] = frame.weight * frame.value
    frame["unknown"] = frame.standard_error.isna()
    grouped = frame.groupby(["identity", "media", "temperature", "phenotype"])
    merged = grouped.agg(
        weight=("weight", "sum"),
        weighted=("weighted", "sum"),
        unknown=("unknown", "any"),
        plain=("value", "mean"),
        spread=("value", "std"),
        n=("n", "sum"),
        p_value=("p_value", "min"),
        reference=("reference", "mean"),
        reconstructed=("reconstructed", "any"),
    )
    merged["dataset"] = grouped.dataset.agg(lambda names: "+".join(sorted(set(names))))
    merged["value"] = np.where(merged.unknown, merged.plain, merged.weighted / merged.weight)
    return merged


def seconds(function: Callable[[], Any]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def epoch(store: Any, workers: int) -> int:
    """Read every record once in order, in batches of 1,024; returns their number."""
    loader = DataLoader(store, batch_size=1024, collate_fn=_same, num_workers=workers)
    return sum(len(batch) for batch in loader)


def _same(batch: Any) -> Any:
    return batch


def random_rows(total: int, reads: int) -> NDArray[np.int64]:
    """Row numbers in random order, with repeats."""
    return np.random.default_rng(0).integers(0, total, reads)


def report(name: str, ours: float, other: float, rows: int) -> None:
    """Print one line of the table."""
    print(f"| {name} | {rows:,} | {ours:.2f} s | {other:.2f} s | {other / ours:.0f}× |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--genes", type=int, default=1_000)
    parser.add_argument("--reads", type=int, default=100_000)
    arguments = parser.parse_args()
    records = screen(arguments.rows, arguments.genes, seed=1)
    print("| step | rows | knockon | alternative | ratio |\n|---|---|---|---|---|")
    ours, other = seconds(lambda: aggregate(records)), seconds(lambda: pandas_aggregate(records))
    report("deduplicate (pandas groupby)", ours, other, len(records))
    with tempfile.TemporaryDirectory() as scratch:
        compare_stores(aggregate(records), Path(scratch), arguments.reads)


def compare_stores(merged: pa.Table, folder: Path, reads: int) -> None:
    """Write both stores, then read at random and in order."""
    ours = seconds(lambda: write_store(folder / "store", [merged]))
    store = RecordStore(folder / "store")
    other = seconds(lambda: write_json_store(folder / "records.lmdb", store.batches()))
    report("write the store (LMDB + JSON)", ours, other, len(store))
    usual = JsonStore(folder / "records.lmdb", len(store))
    rows = random_rows(len(store), reads)
    ours, other = seconds(lambda: store.take(rows)), seconds(lambda: [usual[row] for row in rows.tolist()])
    report("random reads (LMDB + JSON + pydantic)", ours, other, reads)
    ours = seconds(lambda: [store[row] for row in rows.tolist()])
    report("the same, one record at a time", ours, other, reads)
    for workers in (0, 2):
        ours, other = (seconds(partial(epoch, each, workers)) for each in (store, usual))
        report(f"one epoch, DataLoader with {workers} workers", ours, other, len(store))
    ours_bytes = sum(path.stat().st_size for path in (folder / "store").iterdir())
    print(f"bytes on disk: {ours_bytes:,} against {(folder / 'records.lmdb').stat().st_size:,}")


if __name__ == "__main__":
    main()
