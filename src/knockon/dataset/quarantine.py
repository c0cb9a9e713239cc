"""Rows that can't be used are set aside with the reason, and counted; nothing is dropped in silence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.arrays import Mask
from knockon.dataset.identity import flat, parse_hex, perturbation_hashes, repeated_genes, strains
from knockon.dataset.records import PERTURBATION_KINDS, PHENOTYPES, RECORD_SCHEMA
from knockon.errors import FormatError
from knockon.hashing import Hashes, combine, hash_column

QUARANTINE_SCHEMA = pa.schema(
    [
        *[part.with_nullable(True) for part in RECORD_SCHEMA],
        pa.field("reason", pa.string(), nullable=False, metadata={"unit": "why the record can't be used"}),
    ]
)
"""A record that can't be used, as it came, and why. A record with several faults is listed once, with the first."""

PHYSICAL_RANGES: Mapping[str, tuple[float, float]] = {
    "fitness": (-0.5, 3.0),
    "interaction": (-2.0, 2.0),
    "s_score": (-100.0, 100.0),
}
"""Lowest and highest believable value by phenotype, in its unit. The bounds are wide: they catch a wrong unit (per
cent) and a marker for missing values (-1000), not outliers. Slightly negative fitness occurs where colonies of a
background plate were subtracted."""

REPEATED = "the same record twice"
CONFLICTING = "one id with different contents"


@dataclass(frozen=True)
class Checked:
    """Records that passed (RECORD_SCHEMA) and those set aside (QUARANTINE_SCHEMA)."""

    accepted: pa.Table
    quarantined: pa.Table = field(default_factory=QUARANTINE_SCHEMA.empty_table)


def check(records: pa.Table) -> Checked:
    """Set aside every record that can't be used on its own evidence (repeats need the whole data: see IdRegister).

    Raises FormatError where the table has not the columns of RECORD_SCHEMA.
    """
    records = as_records(records)
    reasons = np.full(len(records), -1, dtype=np.int64)
    for number, (_, find) in enumerate(_CHECKS):
        reasons[(reasons < 0) & find(records)] = number
    good = reasons < 0
    if good.all():
        return Checked(records)
    texts = pa.array([reason for reason, _ in _CHECKS], type=pa.string())
    return Checked(records.filter(pa.array(good)), quarantine(records, ~good, texts.take(pa.array(reasons[~good]))))


def quarantine(records: pa.Table, rows: Mask, reason: str | pa.Array) -> pa.Table:
    """The chosen records with their reason: one text for all, or one for each chosen row."""
    chosen = records.select(RECORD_SCHEMA.names).filter(pa.array(rows))
    texts = pa.repeat(pa.scalar(reason, pa.string()), len(chosen)) if isinstance(reason, str) else reason
    return pa.Table.from_arrays([*chosen.columns, texts], schema=QUARANTINE_SCHEMA)


def as_records(records: pa.Table | pa.RecordBatch) -> pa.Table:
    """The same rows in RECORD_SCHEMA, whatever string types, list names and nullability a writer chose.

    Raises FormatError where a column is missing or can't be cast.
    """
    if isinstance(records, pa.Table) and records.schema.equals(RECORD_SCHEMA):
        return records
    missing = [name for name in RECORD_SCHEMA.names if name not in records.schema.names]
    if missing:
        raise FormatError(f"the records have no column {', '.join(missing)}: run the query stage again")
    try:
        columns = [_as_type(records[part.name], part.type) for part in RECORD_SCHEMA]
        return pa.Table.from_arrays(columns, schema=RECORD_SCHEMA)
    except pa.ArrowException as error:
        raise FormatError(f"the records have not the columns' types: {error}") from error


def _as_type(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    return strains(*flat(column)) if pa.types.is_list(kind) else column.cast(kind)


def _floats(records: pa.Table, name: str) -> NDArray[np.float64]:
    """A column as float64, NaN where it is missing."""
    return records[name].cast(pa.float64()).to_numpy()


def _mask(column: pa.ChunkedArray, when_null: bool = False) -> Mask:
    return column.fill_null(when_null).to_numpy().astype(np.bool_)


def _malformed_id(records: pa.Table) -> Mask:
    return ~parse_hex(records["id"])[1]


def _no_source(records: pa.Table) -> Mask:
    return _mask(pc.equal(records["dataset"], ""), when_null=True)


def _not_finite(records: pa.Table) -> Mask:
    return ~np.isfinite(_floats(records, "value"))


def _bad_error(records: pa.Table) -> Mask:
    """A missing standard error is allowed; NaN, infinite or negative ones are not."""
    present = _mask(pc.is_valid(records["standard_error"]))
    errors = _floats(records, "standard_error")
    return present & ~((errors >= 0) & np.isfinite(errors))


def _bad_count(records: pa.Table) -> Mask:
    return _mask(pc.less(records["n"], 1), when_null=True)


def _bad_probability(records: pa.Table) -> Mask:
    present = _mask(pc.is_valid(records["p_value"]))
    values = _floats(records, "p_value")
    return present & ~((values >= 0) & (values <= 1))


def _bad_environment(records: pa.Table) -> Mask:
    present = _mask(pc.is_valid(records["temperature"]))
    celsius = _floats(records, "temperature")
    cold_or_hot = present & ~((celsius > -5) & (celsius < 100))
    return cold_or_hot | _mask(pc.is_null(records["media"]))


def _bad_reference(records: pa.Table) -> Mask:
    return ~np.isfinite(_floats(records, "reference"))


def _unknown_phenotype(records: pa.Table) -> Mask:
    return ~_mask(pc.is_in(records["phenotype"], value_set=pa.array(PHENOTYPES)))


def _out_of_range(records: pa.Table) -> Mask:
    values = _floats(records, "value")
    outside = np.zeros(len(records), dtype=np.bool_)
    for phenotype, (low, high) in PHYSICAL_RANGES.items():
        outside |= _mask(pc.equal(records["phenotype"], phenotype)) & ((values < low) | (values > high))
    return outside


def _no_perturbation(records: pa.Table) -> Mask:
    return flat(records["perturbations"])[1] == 0


def _any_member(records: pa.Table, flags: pa.Array) -> Mask:
    """Whether any perturbation of a row is flagged; `flags` is boolean over all perturbations."""
    _, counts = flat(records["perturbations"])
    total = np.concatenate([[0], np.cumsum(flags.fill_null(True).to_numpy(zero_copy_only=False))])
    ends = np.cumsum(counts)
    return np.asarray(total[ends] > total[ends - counts])


def _nameless_gene(records: pa.Table) -> Mask:
    values, _ = flat(records["perturbations"])
    genes, alleles = pc.struct_field(values, "gene"), pc.struct_field(values, "allele")
    return _any_member(records, pc.or_(pc.equal(genes, "").fill_null(True), pc.is_null(alleles)))


def _unknown_kind(records: pa.Table) -> Mask:
    kinds = pc.struct_field(flat(records["perturbations"])[0], "kind")
    return _any_member(records, pc.invert(pc.is_in(kinds, value_set=pa.array(PERTURBATION_KINDS))))


def _gene_twice(records: pa.Table) -> Mask:
    return repeated_genes(records["perturbations"])


def _too_few_genes(records: pa.Table) -> Mask:
    pairwise = _mask(pc.is_in(records["phenotype"], value_set=pa.array(["interaction", "s_score"])))
    return pairwise & (flat(records["perturbations"])[1] < 2)


_CHECKS: tuple[tuple[str, Callable[[pa.Table], Mask]], ...] = (
    ("the id is not 16 hexadecimal digits", _malformed_id),
    ("no dataset named", _no_source),
    ("no perturbed gene", _no_perturbation),
    ("a perturbation without a gene or allele field", _nameless_gene),
    ("unknown kind of perturbation", _unknown_kind),
    ("the same gene twice", _gene_twice),
    ("unknown phenotype", _unknown_phenotype),
    ("an interaction of fewer than two genes", _too_few_genes),
    ("the value is missing, NaN or infinite", _not_finite),
    ("the value is outside the phenotype's physical range", _out_of_range),
    ("the standard error is negative, NaN or infinite", _bad_error),
    ("fewer than one measurement", _bad_count),
    ("the p-value is not between 0 and 1", _bad_probability),
    ("no medium, or a temperature outside -5 to 100 °C", _bad_environment),
    ("the wild-type reference is missing, NaN or infinite", _bad_reference),
)


class IdRegister:
    """Remembers id and content of every record, 16 bytes each, to find ids that come with different contents."""

    def __init__(self) -> None:
        self._ids: list[Hashes] = []
        self._contents: list[Hashes] = []

    def add(self, records: pa.Table) -> None:
        """Note checked records."""
        self._ids.append(parse_hex(records["id"])[0])
        self._contents.append(content_hashes(records))

    def conflicts(self) -> Hashes:
        """Sorted ids that were seen with more than one content."""
        if not self._ids:
            return np.empty(0, dtype=np.uint64)
        ids, contents = np.concatenate(self._ids), np.concatenate(self._contents)
        order = np.argsort(ids)
        ids, contents = ids[order], contents[order]
        differ = (ids[1:] == ids[:-1]) & (contents[1:] != contents[:-1])
        return np.unique(ids[1:][differ])


def content_hashes(records: pa.Table) -> Hashes:
    """Hash of all columns of a record besides its id, shape (rows,)."""
    names = [name for name in RECORD_SCHEMA.names if name not in ("id", "perturbations")]
    return combine([perturbation_hashes(records["perturbations"]), *[hash_column(records[name]) for name in names]])


def split_repeats(records: pa.Table, conflicts: Hashes) -> Checked:
    """Set aside records whose id is in `conflicts` (all of them) and repeats of an id (all but the first row)."""
    ids = parse_hex(records["id"])[0]
    conflicting = np.isin(ids, conflicts)
    repeated = np.ones(len(ids), dtype=np.bool_)
    repeated[np.unique(ids, return_index=True)[1]] = False
    repeated &= ~conflicting
    good = ~(conflicting | repeated)
    if good.all():
        return Checked(records)
    aside = [quarantine(records, conflicting, CONFLICTING), quarantine(records, repeated, REPEATED)]
    return Checked(records.filter(pa.array(good)), pa.concat_tables(aside))
