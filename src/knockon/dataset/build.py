"""From raw records to the dataset: checked, deduplicated, completed and stored, in one pass over any number of rows.

Records come in batches in any order. They are checked and spilled by key range; each range is then deduplicated in
memory. Peak memory is that of one range and of 16 bytes per record for the ids, not that of the data.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import atomic_path
from knockon.dataset.aggregate import KEYED_SCHEMA, add_keys, count_by, merge
from knockon.dataset.directions import DIRECTION_SCHEMA, directions, in_both
from knockon.dataset.quarantine import QUARANTINE_SCHEMA, IdRegister, as_records, check, content_hashes, split_repeats
from knockon.dataset.reconstruct import reconstruct, single_fitness
from knockon.dataset.records import AGGREGATED_SCHEMA
from knockon.dataset.spill import Spill, rechunk
from knockon.dataset.store import write_store
from knockon.hashing import Hashes, combine, hash_column

BATCH_ROWS = 250_000

Batch: TypeAlias = pa.Table | pa.RecordBatch

_REFUSED_SCHEMA = QUARANTINE_SCHEMA.insert(0, AGGREGATED_SCHEMA.field("key"))


@dataclass(frozen=True)
class DatasetSettings:
    """Where a dataset is written, and what is added to it.

    store: folder of the key-value store. quarantine, directions: Parquet files. scratch: an existing folder with room
    for a compressed copy of the records. reconstruct: whether double-mutant fitness is computed where only ε was
    published.
    """

    store: Path
    quarantine: Path
    directions: Path
    scratch: Path
    reconstruct: bool = True


@dataclass
class DatasetSummary:
    """What went in and what came out, for metrics.

    read: raw records. stored: records in the store. quarantined: raw records set aside, by reason. merged: raw
    records that were averaged with another one. reconstructed: stored records that were computed. superseded:
    reconstructed records that were dropped because a measurement of the same key exists. reciprocal: pairs
    measured in both directions. counts: stored records by dataset, phenotype and number of perturbed genes.
    """

    read: int = 0
    stored: int = 0
    merged: int = 0
    reconstructed: int = 0
    superseded: int = 0
    reciprocal: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a JSON file, in a fixed order."""
        counts = [
            {"dataset": dataset, "phenotype": phenotype, "genes": genes, "rows": rows}
            for (dataset, phenotype, genes), rows in sorted(self.counts.items())
        ]
        quarantined = {"total": self.quarantined.total(), "reasons": dict(sorted(self.quarantined.items()))}
        plain = {
            name: getattr(self, name)
            for name in ("read", "stored", "merged", "reconstructed", "superseded", "reciprocal")
        }
        return {**plain, "quarantined": quarantined, "counts": counts}


def build_dataset(batches: Iterable[Batch], settings: DatasetSettings) -> DatasetSummary:
    """Write the store, the quarantine and the table of directions from raw records (RECORD_SCHEMA) in any order.

    Equal sets of records give equal bytes, whatever their order and batches. Raises FormatError where the batches
    have not the columns of RECORD_SCHEMA, KnockonError where an output can't be written.
    """
    summary = DatasetSummary()
    with (
        tempfile.TemporaryDirectory(dir=settings.scratch, prefix="dataset.tmp-") as scratch,
        Spill(Path(scratch) / "records", KEYED_SCHEMA, tie="id") as records,
        Spill(Path(scratch) / "refused", _REFUSED_SCHEMA) as refused,
        Spill(Path(scratch) / "aggregated", AGGREGATED_SCHEMA) as aggregated,
        Spill(Path(scratch) / "computed", AGGREGATED_SCHEMA) as computed,
    ):
        conflicts = _check_all(batches, records, refused, summary)
        singles = _deduplicate(records, conflicts, aggregated, refused, settings.directions, summary)
        if settings.reconstruct:
            _reconstruct_all(aggregated, singles, computed)
        write_store(settings.store, _completed(aggregated, computed, summary))
        _write_quarantine(refused, settings.quarantine)
    return summary


def _check_all(batches: Iterable[Batch], records: Spill, refused: Spill, summary: DatasetSummary) -> Hashes:
    """Spill the records that pass on their own; returns the ids that came with different contents."""
    register = IdRegister()
    for table in rechunk(map(as_records, batches), BATCH_ROWS):
        checked = check(table)
        summary.read += len(table)
        register.add(checked.accepted)
        records.add(add_keys(checked.accepted))
        _refuse(checked.quarantined, refused, summary)
    return register.conflicts()


def _refuse(rows: pa.Table, refused: Spill, summary: DatasetSummary) -> None:
    summary.quarantined.update(_tally(rows["reason"]))
    # A hash of the whole row gives refused rows an order of their own, since their ids may be anything.
    order = combine([content_hashes(rows), hash_column(rows["id"]), hash_column(rows["reason"])])
    refused.add(rows.add_column(0, _REFUSED_SCHEMA.field("key"), pa.array(order)))


def _tally(reasons: pa.ChunkedArray) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(reasons).to_pylist()}


def _deduplicate(
    records: Spill, conflicts: Hashes, aggregated: Spill, refused: Spill, pairs: Path, summary: DatasetSummary
) -> pa.Table:
    """Aggregate every key range and write the table of directions; returns the aggregated single mutants' fitness."""
    singles = [AGGREGATED_SCHEMA.empty_table()]
    with _parquet(pairs, DIRECTION_SCHEMA) as write_pairs:
        for table in records.read():
            checked = split_repeats(table, conflicts)
            _refuse(checked.quarantined, refused, summary)
            merged = merge(checked.accepted)
            summary.merged += len(checked.accepted) - len(merged)
            aggregated.add(merged)
            singles.append(merged.filter(_single_fitness_rows(merged)))
            directed = directions(checked.accepted)
            summary.reciprocal += in_both(directed)
            write_pairs(directed)
    return pa.concat_tables(singles)


def _single_fitness_rows(records: pa.Table) -> pa.ChunkedArray:
    single = pc.equal(pc.list_value_length(records["perturbations"]), 1)
    return pc.and_(single, pc.equal(records["phenotype"], "fitness"))


def _reconstruct_all(aggregated: Spill, singles: pa.Table, computed: Spill) -> None:
    """Spill the fitness of every pair of known ε, with the single-mutant fitness at the pair's own temperature."""
    temperatures = sorted(pc.unique(singles["temperature"]).drop_null().to_pylist())
    standards = {celsius: single_fitness(singles, celsius) for celsius in temperatures}
    for table in rechunk(aggregated.read(), BATCH_ROWS):
        for celsius, standard in standards.items():
            computed.add(reconstruct(table.filter(pc.equal(table["temperature"], celsius)), standard))


def _completed(aggregated: Spill, computed: Spill, summary: DatasetSummary) -> Iterator[pa.Table]:
    """Measured and computed records together, in order of key. Where both exist the measurement stands."""
    for measured, additional in zip(aggregated.read(), computed.read(), strict=True):
        new = ~np.isin(additional["key"].to_numpy(), measured["key"].to_numpy())
        table = _merged(measured, additional.filter(pa.array(new)))
        summary.superseded += int((~new).sum())
        summary.reconstructed += int(new.sum())
        summary.stored += len(table)
        summary.counts.update(count_by(table))
        yield table


def _merged(measured: pa.Table, additional: pa.Table) -> pa.Table:
    """Both in order of key."""
    if not len(additional):
        return measured
    table = pa.concat_tables([measured, additional])
    return table.take(pa.array(np.argsort(table["key"].to_numpy())))


def _write_quarantine(refused: Spill, path: Path) -> None:
    with _parquet(path, QUARANTINE_SCHEMA) as write:
        for table in refused.read():
            write(table.select(QUARANTINE_SCHEMA.names))


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """Write one Parquet file from many tables; empty ones add no row group."""
    with atomic_path(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:

        def write(table: pa.Table) -> None:
            if len(table):
                writer.write_table(table)

        yield write
