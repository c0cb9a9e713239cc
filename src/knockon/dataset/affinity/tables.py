"""Tables of the affinity study: proteins, measurements as published, and pairs, which average them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Integers, Rows
from knockon.hashing import combine, hash_column, hex_keys
from knockon.sources.affinity.proteins import Cleaned
from knockon.sources.tables import column, repeated, solid

PROTEIN_SCHEMA = pa.schema(
    [
        column("protein", pa.string(), "digest of the sequence, 16 hexadecimal digits; the table's order"),
        column("sequence", pa.large_string(), "one-letter codes, upper case; a repeated chain once"),
        column("residues", pa.int32(), "length"),
        column("copies", pa.int32(), "most often that the chain stood in one text of a source"),
        column("odd", pa.int32(), "letters B J O U X Z"),
    ]
)

MEASUREMENT_SCHEMA = pa.schema(
    [
        column("source", pa.string(), "davis, kiba, pdbbind2016 …"),
        column("line", pa.int64(), "1-based line or row of the source's file"),
        column("name", pa.string(), "of the measurement in its source: PDB id, or ligand:protein"),
        column("ligand", pa.int32(), "row of ligands.parquet"),
        column("protein", pa.int32(), "row of proteins.parquet"),
        column("value", pa.float64(), "pK = -log10 of molar Kd or Ki; of kind KIBA the transformed score"),
        column("relation", pa.string(), "of the true value to `value`: = < or >"),
        column("kind", pa.string(), "Kd, Ki, Kd or Ki, KIBA"),
        column("part", pa.string(), "published side; empty where there is none"),
        column("pair", pa.int32(), "row of pairs.parquet"),
    ]
)

PAIR_SCHEMA = pa.schema(
    [
        column("key", pa.uint64(), "hash of source, kind, ligand and protein"),
        column("source", pa.string(), "as in measurements"),
        column("kind", pa.string(), "as in measurements"),
        column("ligand", pa.int32(), "row of ligands.parquet"),
        column("protein", pa.int32(), "row of proteins.parquet"),
        column("value", pa.float64(), "mean of the values with =; without one the tightest bound"),
        column("relation", pa.string(), "= where any measurement says so, else < or >"),
        column("spread", pa.float64(), "standard deviation (n - 1) of the values with =", nullable=True),
        column("n", pa.int32(), "measurements with ="),
        column("censored", pa.int32(), "measurements with < or >"),
    ]
)

_GROUP = ("source", "kind", "ligand", "protein")


@dataclass(frozen=True)
class Averaged:
    """Pairs in PAIR_SCHEMA, and the row of each measurement's pair, int64."""

    pairs: pa.Table
    pair: Rows


def protein_table(cleaned: list[Cleaned]) -> pa.Table:
    """All proteins in PROTEIN_SCHEMA, by digest, without those that were refused."""
    sequences = pa.chunked_array([each.sequences for each in cleaned], pa.large_string()).combine_chunks()
    encoded = sequences.dictionary_encode()
    codes = encoded.indices.to_numpy()
    most = np.zeros(len(encoded.dictionary), dtype=np.int64)
    np.maximum.at(most, codes, np.concatenate([each.copies for each in cleaned]))
    odd = np.zeros(len(encoded.dictionary), dtype=np.int64)
    odd[codes] = np.concatenate([each.odd for each in cleaned])
    table = pa.table(
        {
            "protein": protein_keys(encoded.dictionary),
            "sequence": encoded.dictionary,
            "residues": pc.utf8_length(encoded.dictionary),
            "copies": pa.array(most),
            "odd": pa.array(odd),
        }
    )
    table = table.filter(pc.not_equal(table["sequence"], ""))
    return table.take(pc.sort_indices(table["protein"])).cast(PROTEIN_SCHEMA)


def protein_keys(sequences: pa.Array) -> pa.Array:
    """The digest of each sequence, 16 hexadecimal digits."""
    return hex_keys(hash_column(sequences))


def average(measurements: pa.Table, ligands: pa.Table, proteins: pa.Table) -> Averaged:
    """Average the measurements of one ligand and protein, of one kind, in one source.

    measurements: columns of MEASUREMENT_SCHEMA but `pair`. Values with = are averaged, each weighing alike, and their
    spread is kept; a bound (< or >) is no value and moves no mean. Where a pair has bounds alone, the lowest < or,
    without one, the highest > stands. One measurement that a source lists twice (same name and value) counts once.
    Averaging the rows of one side of a split never looks at another side: filter first.
    """
    keys = pair_keys(measurements, ligands, proteins)
    distinct, first, pair = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    pair = np.argsort(order, kind="stable")[pair]
    first, size = first[order], len(distinct)
    value = measurements["value"].to_numpy()
    relation = np.asarray(measurements["relation"].to_pylist(), dtype="<U1")
    fresh = ~repeated(*(measurements[name] for name in ("source", "name", "ligand", "protein", "value")))
    exact = (relation == "=") & fresh
    bounded = (relation != "=") & fresh
    n = np.bincount(pair[exact], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(pair[exact], value[exact], minlength=size) / n
        squares = np.bincount(pair[exact], (value[exact] - mean[pair[exact]]) ** 2, minlength=size)
        spread = np.sqrt(squares / (n - 1))
    lowest = _extreme(np.minimum, np.inf, pair, value, relation == "<", size)
    highest = _extreme(np.maximum, -np.inf, pair, value, relation == ">", size)
    bound, sign = np.where(np.isfinite(lowest), lowest, highest), np.where(np.isfinite(lowest), "<", ">")
    columns = {name: measurements[name].take(pa.array(first)) for name in _GROUP}
    table = pa.table(
        {
            "key": pa.array(keys[first]),
            **columns,
            "value": pa.array(np.where(n > 0, mean, bound)),
            "relation": pa.array(np.where(n > 0, "=", sign).tolist(), pa.string()),
            "spread": pa.array(np.nan_to_num(spread), mask=n < 2),
            "n": pa.array(n),
            "censored": pa.array(np.bincount(pair[bounded], minlength=size)),
        }
    )
    return Averaged(table.cast(PAIR_SCHEMA), pair.astype(np.int64))


def _extreme(
    pick: np.ufunc, start: float, pair: Integers, value: np.ndarray, chosen: np.ndarray, size: int
) -> np.ndarray:
    found = np.full(size, start)
    pick.at(found, pair[chosen], value[chosen])
    return found


def pair_keys(measurements: pa.Table, ligands: pa.Table, proteins: pa.Table) -> np.ndarray:
    """Hash of source, kind, ligand and protein by measurement, uint64: the same whatever other rows there are."""
    own = hash_column(ligands["ligand"])[measurements["ligand"].to_numpy()]
    target = hash_column(proteins["protein"])[measurements["protein"].to_numpy()]
    return combine([hash_column(solid(measurements["source"])), hash_column(solid(measurements["kind"])), own, target])


def averaged_side(measurements: pa.Table, chosen: np.ndarray, ligands: pa.Table, proteins: pa.Table) -> pa.Table:
    """Pairs of the measurements of one side of a split alone, in PAIR_SCHEMA. chosen: bool by measurement."""
    return average(measurements.filter(pa.array(chosen)), ligands, proteins).pairs
