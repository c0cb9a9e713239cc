"""SGD_features.tab: the genes of *S. cerevisiae* and their coding segments, as SGD publishes them.

The format: sixteen tab-separated columns without a header (SGD, SGD_features.README). One feature a line; a part of
a gene (CDS, intron, …) names its gene in the column of the parent. On the Crick strand start lies right of stop.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.fasta import normalise_chromosomes
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, filled, repeated, solid, split, trimmed
from knockon.sources.text import read_delimited, to_int

GENE_SCHEMA = pa.schema(
    [
        column("systematic_name", pa.string(), "systematic name, such as YAL001C"),
        column("standard_name", pa.string(), "gene name, such as TFC3; missing where none is reserved", nullable=True),
        column("aliases", pa.list_(pa.string()), "other names, as written"),
        column("sgd_id", pa.string(), "SGD identifier, S and nine digits"),
        column("feature_type", pa.string(), "SGD feature type: ORF, tRNA_gene, …"),
        column("qualifier", pa.string(), "Verified, Uncharacterized, Dubious, …; missing for RNA genes", nullable=True),
        column("chromosome", pa.string(), "I to XVI, Mito or 2-micron; missing for unplaced genes", nullable=True),
        column("start", pa.int64(), "base, 1-based, start <= end on either strand", nullable=True),
        column("end", pa.int64(), "base, 1-based, inclusive", nullable=True),
        column("strand", pa.int8(), "+1 Watson, -1 Crick", nullable=True),
        column("description", pa.string(), "SGD's one-line description"),
    ]
)

SEGMENT_SCHEMA = pa.schema(
    [
        column("systematic_name", pa.string(), "systematic name of the gene"),
        column("kind", pa.string(), "CDS or plus_1_translational_frameshift"),
        column("start", pa.int64(), "base, 1-based, start <= end on either strand"),
        column("end", pa.int64(), "base, 1-based, inclusive"),
        column("strand", pa.int8(), "+1 Watson, -1 Crick"),
        column("order", pa.int32(), "place among the gene's segments of this kind in reading direction, from 0"),
    ]
)

GENE_TYPES = (
    "ORF",
    "tRNA_gene",
    "snoRNA_gene",
    "snRNA_gene",
    "rRNA_gene",
    "ncRNA_gene",
    "telomerase_RNA_gene",
    "transposable_element_gene",
    "pseudogene",
    "blocked_reading_frame",
)
"""The feature types that are genes of the reference strain."""

_SEGMENT_TYPES = ("CDS", "plus_1_translational_frameshift")

_COLUMNS = (
    "sgd_id",
    "feature_type",
    "qualifier",
    "systematic_name",
    "standard_name",
    "aliases",
    "parent",
    "secondary_ids",
    "chromosome",
    "start",
    "stop",
    "strand",
    "genetic_position",
    "coordinate_version",
    "sequence_version",
    "description",
)


def read_sgd_features(path: Path) -> ReadResult:
    """Read the genes (features of GENE_TYPES) into GENE_SCHEMA, sorted by systematic name.

    Rejected: genes without a systematic name or a second time, coordinates that are no numbers, an unknown strand.
    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, _COLUMNS, header=False)
    genes = _of_types(text.table, GENE_TYPES)
    refusals = Refusals(path, genes["line"])
    refusals.refuse_empty(genes, "systematic_name")
    names = trimmed(genes, "systematic_name")
    refusals.refuse(repeated(names), names, "a gene that came before")
    start, end, strand = _place(genes, refusals, required=False)
    columns = {
        "systematic_name": names,
        "standard_name": filled(trimmed(genes, "standard_name")),
        "aliases": split(genes["aliases"], "|"),
        "sgd_id": trimmed(genes, "sgd_id"),
        "feature_type": trimmed(genes, "feature_type"),
        "qualifier": filled(trimmed(genes, "qualifier")),
        "chromosome": filled(normalise_chromosomes(trimmed(genes, "chromosome"))),
        "start": start,
        "end": end,
        "strand": strand,
        "description": trimmed(genes, "description"),
    }
    table = pa.Table.from_pydict(columns, schema=GENE_SCHEMA)
    result = refusals.finish(table, text.rejects)
    return ReadResult(result.table.sort_by("systematic_name"), result.rejects)


def read_sgd_segments(path: Path) -> ReadResult:
    """Read the coding segments (and the bases that +1 frameshifts skip) into SEGMENT_SCHEMA.

    Sorted by gene, kind and order in reading direction. Rejected: segments without a gene or without whole coordinates.
    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, _COLUMNS, header=False)
    parts = _of_types(text.table, _SEGMENT_TYPES)
    refusals = Refusals(path, parts["line"])
    refusals.refuse_empty(parts, "parent")
    start, end, strand = _place(parts, refusals, required=True)
    columns = {
        "systematic_name": trimmed(parts, "parent"),
        "kind": trimmed(parts, "feature_type"),
        "start": start,
        "end": end,
        "strand": strand,
        "order": pa.array(np.zeros(len(parts), dtype=np.int32)),
    }
    result = refusals.finish(pa.Table.from_pydict(columns, schema=SEGMENT_SCHEMA), text.rejects)
    return ReadResult(in_reading_order(result.table), result.rejects)


def in_reading_order(segments: pa.Table) -> pa.Table:
    """Sort SEGMENT_SCHEMA by gene, kind and reading direction, and number the segments of each gene and kind."""
    position = pc.multiply(segments["start"], segments["strand"].cast(pa.int64()))
    keys = [("systematic_name", "ascending"), ("kind", "ascending"), ("position", "ascending")]
    segments = segments.take(pc.sort_indices(segments.append_column("position", position), keys))
    groups = pc.binary_join_element_wise(segments["systematic_name"], segments["kind"], "\t")
    codes = solid(groups).dictionary_encode().indices.to_numpy()
    firsts = np.flatnonzero(np.diff(codes, prepend=-1))
    sizes = np.diff(np.append(firsts, len(codes)))
    order = np.arange(len(codes)) - np.repeat(firsts, sizes)
    field = SEGMENT_SCHEMA.get_field_index("order")
    return segments.set_column(field, SEGMENT_SCHEMA.field(field), pa.array(order, pa.int32()))


def _of_types(table: pa.Table, types: tuple[str, ...]) -> pa.Table:
    return table.filter(pc.is_in(trimmed(table, "feature_type"), pa.array(types)))


def _place(table: pa.Table, refusals: Refusals, *, required: bool) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Start <= end and strand (+1, -1); refuses what is no place."""
    first, first_bad = to_int(table["start"])
    last, last_bad = to_int(table["stop"])
    refusals.refuse(pc.or_(first_bad, last_bad), table["start"], "a coordinate that is no whole number")
    letters = trimmed(table, "strand")
    strand = pc.if_else(pc.equal(letters, "W"), 1, pc.if_else(pc.equal(letters, "C"), -1, None)).cast(pa.int8())
    unknown = pc.and_(pc.is_null(strand), pc.not_equal(letters, ""))
    refusals.refuse(unknown, letters, "a strand that is neither W nor C")
    if required:
        incomplete = pc.or_(pc.or_(pc.is_null(first), pc.is_null(last)), pc.is_null(strand))
        refusals.refuse(incomplete, table["start"], "a segment without start, stop or strand")
    return (
        pc.min_element_wise(first, last, skip_nulls=False),
        pc.max_element_wise(first, last, skip_nulls=False),
        strand,
    )
