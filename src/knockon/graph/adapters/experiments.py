"""Experiments: measurements of all sources become nodes with stable identifiers, and what they perturb and where.

An identifier is a hash of what was measured: data set, strains, genes, kinds, alleles, environment, phenotype, value,
and the how-manieth time the very same measurement occurs. It depends on nothing else in the file, so that one row more
or less changes one experiment. Experiments are sorted by identifier and split into parts by its leading bits.

Standard error: SGA's reported SD is used as the standard error of the mean; n is then 1 measurement (the score is an
average over colonies and screens already; Baryshnikova et al. 2010, Nature Methods 7:1017). Where a source states the
number of replicates n, its SD is their spread and the standard error is SD/√n.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.graph.adapters.context import Context, Provenance
from knockon.graph.adapters.naming import Naming
from knockon.graph.partitions import BITS, Partitions
from knockon.graph.tables import EdgeTable, NodeTable
from knockon.hashing import Hashes, combine, hash_column, hex_keys

LABELS = {"fitness": "FitnessExperiment", "interaction": "InteractionExperiment", "s_score": "SScoreExperiment"}
"""Node label of each phenotype."""

REFERENCE = {"fitness": 1.0, "interaction": 0.0, "s_score": 0.0}
"""Value of the wild type: relative growth 1, no interaction 0."""

NOT_FINITE = "value is not a finite number"

_SLOTS = ("a", "b", "c")
_GENES = tuple(f"gene_{slot}" for slot in _SLOTS)
_ATTRIBUTES = ("gene", "kind", "allele", "strain")
# The array strain of a pair is b; the query strain carries a and, in triple mutants, c.
_ROLES = np.array(["query", "array", "query"], dtype=object)

_SINGLE_PART_ROWS = 20_000
_LARGEST_PART_ROWS = 1 << 17
_FEWEST_BITS = 5


@dataclass(frozen=True)
class MeasurementSource(Provenance):
    """One file of measurements: its provenance, and its rows in blocks of MEASUREMENT_SCHEMA."""

    blocks: Iterable[pa.Table]


@dataclass
class Experiments:
    """Collects measurements in a scratch folder; yields the graph's experiments once all are in."""

    scratch: Path
    naming: Naming
    context: Context
    _partitions: dict[str, Partitions] = field(default_factory=dict)

    def add(self, source: MeasurementSource) -> None:
        """Take in one source, block by block; memory is bounded by the block."""
        number = self.context.add(source)
        for block in source.blocks:
            self._add_block(number, source, block)

    def _add_block(self, number: int, source: MeasurementSource, block: pa.Table) -> None:
        finite = pc.fill_null(pc.is_finite(block["value"]), False)
        bad = block.filter(pc.invert(finite))
        if bad.num_rows:
            reasons = pa.repeat(pa.scalar(NOT_FINITE), bad.num_rows)
            values = bad["value"].cast(pa.string()).combine_chunks()
            self.naming.rejects.add_rows(source.name, source.file, bad["line"].combine_chunks(), values, reasons)
        block = self.naming.resolve(block.filter(finite), _GENES, source.name, source.file)
        for slot in _SLOTS:
            for attribute in ("allele", "strain"):
                block = _replace(block, f"{attribute}_{slot}", pc.fill_null(block[f"{attribute}_{slot}"], ""))
        block = block.append_column(
            "environment", self.context.environment_of(source, block["temperature"], block["media"])
        )
        for phenotype, label in LABELS.items():
            rows = block.filter(pc.equal(block["phenotype"], phenotype))
            if rows.num_rows:
                self._partition(label).add(_stored(rows, number, _identity(rows, source.dataset)))

    def _partition(self, label: str) -> Partitions:
        if label not in self._partitions:
            self._partitions[label] = Partitions(self.scratch / f"{label}.arrow", _STORED_SCHEMA)
        return self._partitions[label]

    def tables(self) -> Iterator[NodeTable | EdgeTable]:
        """Yield every part of every label in order: experiments, what each perturbs, where it was measured."""
        for label in LABELS.values():
            if label in self._partitions:
                partitions = self._partitions[label]
                for stored in partitions.ranges(part_bits(partitions.rows)):
                    yield from self._part(label, stored)

    def _part(self, label: str, stored: pa.Table) -> Iterator[NodeTable | EdgeTable]:
        identifiers, order = identify(stored["hash"].to_numpy())
        stored = stored.take(pa.array(order))
        yield NodeTable(label, self._nodes(label, identifiers, stored), bulk=True)
        yield EdgeTable("Perturbs", label, "Gene", _perturbations(identifiers, stored))
        measured = pa.table({"source": identifiers, "target": stored["environment"]})
        yield EdgeTable("MeasuredIn", label, "Environment", measured)

    def _nodes(self, label: str, identifiers: pa.Array, stored: pa.Table) -> pa.Table:
        phenotype = next(name for name, labelled in LABELS.items() if labelled == label)
        sources = stored["source"]
        rows = stored.num_rows
        return pa.table(
            {
                "id": identifiers,
                "dataset": self.context.column("dataset", sources),
                "publication": self.context.column("publication", sources),
                "query_gene": pc.if_else(pc.is_valid(stored["gene_b"]), stored["gene_a"], ""),
                **{name: stored[name] for name in ("value", "standard_error", "n", "p_value")},
                "reference": pa.repeat(pa.scalar(REFERENCE[phenotype]), rows),
                "reconstructed": pa.repeat(pa.scalar(False), rows),
            }
        )


_STORED_SCHEMA = pa.schema(
    [
        ("hash", pa.uint64()),
        ("source", pa.int32()),
        ("environment", pa.string()),
        ("value", pa.float64()),
        ("standard_error", pa.float64()),
        ("n", pa.int64()),
        ("p_value", pa.float64()),
        *[(f"{attribute}_{slot}", pa.string()) for slot in _SLOTS for attribute in _ATTRIBUTES],
    ]
)


def part_bits(rows: int) -> int:
    """Leading bits of the identifier that number a label's parts: none for small tables, then at least 32 parts.

    More than 20,000 rows make 32 parts, so that one changed row rewrites about 3 % of the bytes; above 4·10⁶ rows parts
    double, up to 256, to keep each near 10⁵ rows.
    """
    if rows <= _SINGLE_PART_ROWS:
        return 0
    return min(max(_FEWEST_BITS, (rows // _LARGEST_PART_ROWS).bit_length()), BITS)


def _replace(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _identity(rows: pa.Table, dataset: str) -> Hashes:
    columns = [f"{attribute}_{slot}" for slot in _SLOTS for attribute in _ATTRIBUTES]
    dataset_column = pa.repeat(pa.scalar(dataset), rows.num_rows)
    return combine(
        hash_column(column)
        for column in [dataset_column, *rows.select([*columns, "environment", "phenotype", "value"]).columns]
    )


def _stored(rows: pa.Table, source: int, hashes: Hashes) -> pa.Table:
    n = pc.fill_null(rows["n"].cast(pa.int64()), 1)
    columns = {
        "hash": pa.array(hashes),
        "source": pa.array(np.full(len(hashes), source, dtype=np.int32)),
        "standard_error": pc.divide(rows["standard_deviation"], pc.sqrt(n.cast(pa.float64()))),
        "n": n,
    }
    chosen = [columns[name] if name in columns else rows[name] for name in _STORED_SCHEMA.names]
    return pa.Table.from_arrays(chosen, schema=_STORED_SCHEMA)


def identify(hashes: Hashes) -> tuple[pa.Array, np.ndarray]:
    """Identifiers in increasing order, and the row of each. Equal measurements are counted into the low bits.

    The leading 16 bits stay those of the hash, so that an identifier lies in the same part as the hash.
    """
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=bool)
    begins = np.flatnonzero(first)
    occurrence = np.arange(len(ordered)) - np.repeat(begins, np.diff(np.append(begins, len(ordered))))
    low = np.uint64((1 << 48) - 1)
    keys = (ordered & ~low) | (combine([ordered, occurrence.astype(np.uint64)]) & low)
    again = np.argsort(keys, kind="stable")
    return hex_keys(keys[again]), order[again]


def _perturbations(identifiers: pa.Array, stored: pa.Table) -> pa.Table:
    """One row for each perturbed gene, in the order of the experiments and within one a, b, c."""
    present = np.stack([pc.is_valid(stored[name]).to_numpy() for name in _GENES], axis=1)
    rows, slots = np.nonzero(present)
    places = pa.array(slots * stored.num_rows + rows)
    columns = {
        attribute: pa.concat_arrays([stored[f"{attribute}_{slot}"].combine_chunks() for slot in _SLOTS]).take(places)
        for attribute in _ATTRIBUTES
    }
    roles = np.where(present.sum(axis=1)[rows] == 1, "single", _ROLES[slots])
    return pa.table(
        {
            "source": identifiers.take(pa.array(rows)),
            "target": columns.pop("gene"),
            **columns,
            "role": roles.astype(str),
        }
    )
