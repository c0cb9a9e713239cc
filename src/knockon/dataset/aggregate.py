"""Raw records of one identity become one aggregated record.

For the records i = 1 … m of one key with values vᵢ and standard errors σᵢ:

* every σᵢ known and > 0: value = Σ vᵢ/σᵢ² / Σ 1/σᵢ², standard error = 1/√(Σ 1/σᵢ²)  (inverse-variance mean);
* otherwise: value = Σ vᵢ / m, standard error = spread/√m, missing for one record. A reported σ of zero counts as
  unknown: as a weight it would be infinite.

spread = √(Σ (vᵢ − v̄)² / (m − 1)) with the plain mean v̄, missing for one record; n is summed; the reference is the plain
mean; datasets are joined by +. The p-value of several records is that of their signed z-scores by Stouffer's method
(Stouffer et al. 1949, "The American Soldier" 1:45): z = Σ zᵢ/√m over the records that report one, with
zᵢ = sign(vᵢ − reference) Φ⁻¹(1 − pᵢ/2); that of one record is its own. Records are first sorted by key and id, so that
the sums do not depend on the order in which rows came.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from knockon.arrays import Rows, Values
from knockon.dataset import identity
from knockon.dataset.records import AGGREGATED_SCHEMA, RECORD_SCHEMA
from knockon.errors import KnockonError
from knockon.hashing import mix

KEYED_SCHEMA = pa.schema([AGGREGATED_SCHEMA.field("key"), AGGREGATED_SCHEMA.field("group"), *RECORD_SCHEMA])
"""Raw records with their identity and group hashes."""

_OF_FIRST = ["key", "group", "perturbations", "media", "temperature", "phenotype"]


def aggregate(records: pa.Table) -> pa.Table:
    """Deduplicate raw records (RECORD_SCHEMA, checked, ids unique) in memory: AGGREGATED_SCHEMA, sorted by key."""
    return merge(sort_records(add_keys(records)))


def add_keys(records: pa.Table) -> pa.Table:
    """Records with perturbations in canonical order and with `key` and `group` in front: KEYED_SCHEMA."""
    place = records.schema.get_field_index("perturbations")
    records = records.set_column(
        place, RECORD_SCHEMA.field("perturbations"), identity.canonical(records["perturbations"])
    )
    hashes = [pa.array(identity.keys(records)), pa.array(identity.groups(records))]
    return pa.Table.from_arrays([*hashes, *records.columns], schema=KEYED_SCHEMA)


def sort_records(records: pa.Table) -> pa.Table:
    """Sort keyed records by key, then id."""
    order = np.lexsort([identity.parse_hex(records["id"])[0], records["key"].to_numpy()])
    return records.take(pa.array(order))


def merge(records: pa.Table) -> pa.Table:
    """Average keyed records that are sorted by key and id: AGGREGATED_SCHEMA, sorted by key."""
    if not len(records):
        return AGGREGATED_SCHEMA.empty_table()
    starts = segment_starts(records["key"].to_numpy())
    means = weighted_means(floats(records["value"]), floats(records["standard_error"]), starts)
    first = records.select(_OF_FIRST).take(pa.array(starts))
    computed = {
        "dataset": joined_names(records["dataset"], starts),
        "value": pa.array(means.value),
        "standard_error": missing_where_nan(means.standard_error),
        "n": summed_counts(records["n"], starts),
        "p_value": missing_where_nan(
            combined_p(floats(records["p_value"]), floats(records["value"]) - floats(records["reference"]), starts)
        ),
        "spread": missing_where_nan(means.spread),
        "reference": pa.array(_stable_means(floats(records["reference"]), starts)),
        "reconstructed": pa.array(np.logical_or.reduceat(records["reconstructed"].to_numpy(), starts)),
    }
    columns = [computed[name] if name in computed else first[name] for name in AGGREGATED_SCHEMA.names]
    return pa.Table.from_arrays(columns, schema=AGGREGATED_SCHEMA)


def combined_p(p_values: Values, effects: Values, starts: Rows) -> Values:
    """Two-sided p-value of every segment, float64 (segments,), NaN where none is known; see the top of this file.

    p_values: float64 (rows,), NaN where unknown. effects: float64 (rows,), of which the sign counts.
    """
    reported = ~np.isnan(p_values)
    # The smallest normal number stands for a reported 0, whose z would be infinite and outvote all others.
    scores = np.where(reported, np.sign(effects) * -ndtri(np.clip(p_values, np.finfo(float).tiny, 1.0) / 2), 0.0)
    counts = np.add.reduceat(reported.astype(np.int64), starts)
    joint = np.add.reduceat(scores, starts) / np.sqrt(np.maximum(counts, 1))
    alone = np.fmin.reduceat(p_values, starts)
    return np.where(counts > 1, 2 * ndtr(-np.abs(joint)), alone)


@dataclass(frozen=True)
class Means:
    """Averages of segments, each float64 (segments,); standard_error and spread are NaN where unknown."""

    value: Values
    standard_error: Values
    spread: Values


def weighted_means(values: Values, errors: Values, starts: Rows) -> Means:
    """Average consecutive segments by the rule that stands on top of this file.

    values, errors: float64 (rows,), errors NaN where unknown. starts: first row of every segment, int64 (segments,).
    """
    counts = segment_lengths(starts, len(values))
    usable = np.isfinite(errors) & (errors > 0)
    weighted = np.logical_and.reduceat(usable, starts)
    # Weights relative to the segment's smallest error: exact for one record, and tiny errors don't overflow.
    smallest = np.minimum.reduceat(np.where(usable, errors, np.inf), starts)
    plain_or_error = np.where(np.repeat(weighted, counts), errors, 1.0)
    scale = np.where(weighted, smallest, 1.0)
    weights = (np.repeat(scale, counts) / plain_or_error) ** 2
    total = np.add.reduceat(weights, starts)
    spread = segment_spread(values, starts)
    # A spread of zero between few rounded values is no evidence of a zero error.
    between = np.where(spread > 0, spread / np.sqrt(counts), np.nan)
    return Means(
        value=np.add.reduceat(weights * values, starts) / total,
        standard_error=np.where(weighted, smallest / np.sqrt(total), between),
        spread=spread,
    )


def segment_starts(*sorted_columns: NDArray[np.generic]) -> Rows:
    """First row of every run of equal rows, over columns that are sorted together. Needs at least one row."""
    changed = np.zeros(len(sorted_columns[0]), dtype=np.bool_)
    changed[0] = True
    for column in sorted_columns:
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def segment_lengths(starts: Rows, rows: int) -> Rows:
    """Number of rows of every segment."""
    return np.diff(starts, append=rows)


def segment_spread(values: Values, starts: Rows) -> Values:
    """Standard deviation (m − 1) within every segment; NaN for segments of one row."""
    counts = segment_lengths(starts, len(values))
    means = np.repeat(_stable_means(values, starts), counts)
    squares = np.add.reduceat((values - means) ** 2, starts)
    return np.sqrt(squares / np.where(counts > 1, counts - 1, np.nan))


def _stable_means(values: Values, starts: Rows) -> Values:
    """Plain means, exact where all values of a segment are equal."""
    counts = segment_lengths(starts, len(values))
    first = values[starts]
    return first + np.add.reduceat(values - np.repeat(first, counts), starts) / counts


def summed_counts(counts: pa.ChunkedArray, starts: Rows) -> pa.Array:
    """Sum of `n` over every segment, int32. Raises KnockonError where it does not fit."""
    totals = np.add.reduceat(counts.to_numpy().astype(np.int64), starts)
    if (totals > np.iinfo(np.int32).max).any():
        raise KnockonError("the number of measurements behind one record exceeds 2³¹: is column n of a source right?")
    return pa.array(totals.astype(np.int32))


def joined_names(names: pa.ChunkedArray | pa.Array, starts: Rows) -> pa.Array:
    """The distinct names of every segment, sorted and joined by +, string (segments,)."""
    encoded = (names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names).dictionary_encode()
    labels = np.array(encoded.dictionary.to_pylist(), dtype=object)
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    segments = np.repeat(np.arange(len(starts)), segment_lengths(starts, len(codes)))
    ordered = np.sort(segments * len(labels) + codes)
    distinct = ordered[segment_starts(ordered)]
    members, bounds = distinct % len(labels), segment_starts(distinct // len(labels))
    # Few combinations of datasets exist: each is named once, and found again by the hash of its set.
    sets = np.add.reduceat(mix(members.astype(np.uint64)), bounds)
    _, examples, inverse = np.unique(sets, return_index=True, return_inverse=True)
    ends = np.append(bounds[1:], len(members))
    texts = [join_names(labels[members[bounds[i] : ends[i]]]) for i in examples]
    return pa.array(texts, type=pa.string()).take(pa.array(inverse))


def join_names(names: Iterable[str]) -> str:
    """Names that may be joined already, each part once, sorted, joined by +."""
    return "+".join(sorted({part for name in names for part in name.split("+")}))


def floats(column: pa.ChunkedArray) -> Values:
    """A number column as float64, NaN where missing."""
    return column.cast(pa.float64()).to_numpy()


def missing_where_nan(values: Values) -> pa.Array:
    """An Arrow column, null where the array has NaN."""
    return pa.array(values, from_pandas=True)


def count_by(records: pa.Table) -> dict[tuple[str, str, int], int]:
    """Number of records by dataset, phenotype and number of perturbed genes, sorted."""
    sizes = pc.list_value_length(records["perturbations"])
    table = pa.table({"dataset": records["dataset"], "phenotype": records["phenotype"], "genes": sizes})
    counted = table.group_by(["dataset", "phenotype", "genes"], use_threads=False).aggregate([([], "count_all")])
    rows = zip(*(counted[name].to_pylist() for name in ("dataset", "phenotype", "genes", "count_all")), strict=True)
    return {(dataset, phenotype, genes): count for dataset, phenotype, genes, count in sorted(rows)}
