"""GFF3 as SGD publishes it (saccharomyces_cerevisiae.gff): features with URL-encoded attributes."""

from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.fasta import UNKNOWN_CHROMOSOME, known_chromosomes
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, filled, ragged_lines, solid, split, trimmed
from knockon.sources.text import read_lines, to_int

GFF_SCHEMA = pa.schema(
    [
        column("chromosome", pa.string(), "I to XVI, Mito or 2-micron"),
        column("feature_type", pa.string(), "Sequence Ontology term: gene, CDS, ARS, …"),
        column("start", pa.int64(), "base, 1-based, start <= end on either strand"),
        column("end", pa.int64(), "base, 1-based, inclusive"),
        column("strand", pa.int8(), "+1 Watson, -1 Crick; missing where the feature has none", nullable=True),
        column("id", pa.string(), "attribute ID; the systematic name of genes", nullable=True),
        column("name", pa.string(), "attribute Name", nullable=True),
        column("parent", pa.string(), "attribute Parent: id of the feature that this one is a part of", nullable=True),
        column("gene", pa.string(), "attribute gene: the standard name", nullable=True),
        column("aliases", pa.list_(pa.string()), "attribute Alias"),
        column("ontology_terms", pa.list_(pa.string()), "attribute Ontology_term: GO and SO identifiers"),
        column("note", pa.string(), "attribute Note: description", nullable=True),
        column("sgd_id", pa.string(), "from the attribute dbxref", nullable=True),
        column("orf_classification", pa.string(), "Verified, Uncharacterized, Dubious, …", nullable=True),
    ]
)

_COLUMNS = ("chromosome", "source", "feature_type", "start", "end", "score", "strand", "phase", "attributes")


def read_sgd_gff(path: Path) -> ReadResult:
    """Read the features of a GFF3 file into GFF_SCHEMA, attributes decoded, in the file's order.

    Comment lines and a FASTA part at the end are passed over. Rejected: rows without nine columns, coordinates that are
    no numbers or run backwards, an unknown strand, a chromosome that is none of S. cerevisiae's. Raises FormatError
    where no row has nine columns.
    """
    text = ragged_lines(path, _feature_lines(read_lines(path)), _COLUMNS, shortest=len(_COLUMNS))
    if not len(text.table):
        raise FormatError(f"{path}: no line has the nine columns of GFF3; is it another format?")
    rows = text.table
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "chromosome", "feature_type")
    start, start_bad = to_int(rows["start"])
    end, end_bad = to_int(rows["end"])
    refusals.refuse(pc.or_(start_bad, pc.is_null(start)), rows["start"], "a start that is no whole number")
    refusals.refuse(pc.or_(end_bad, pc.is_null(end)), rows["end"], "an end that is no whole number")
    refusals.refuse(pc.greater(start, end), rows["start"], "a start beyond the end")
    signs = trimmed(rows, "strand")
    refusals.refuse(pc.invert(pc.is_in(signs, pa.array(["+", "-", ".", "?"]))), signs, "an unknown strand")
    chromosome = known_chromosomes(trimmed(rows, "chromosome"))
    refusals.refuse(pc.is_null(chromosome), rows["chromosome"], UNKNOWN_CHROMOSOME)
    strand = pc.if_else(pc.equal(signs, "+"), 1, pc.if_else(pc.equal(signs, "-"), -1, None))
    columns = {
        "chromosome": pc.fill_null(chromosome, ""),
        "feature_type": trimmed(rows, "feature_type"),
        "start": start,
        "end": end,
        "strand": strand.cast(pa.int8()),
        **_attributes(solid(rows["attributes"])),
    }
    return refusals.finish(pa.Table.from_pydict(columns, schema=GFF_SCHEMA), text.rejects)


def _feature_lines(lines: pa.Table) -> pa.Table:
    """The lines before the FASTA part that are no comments."""
    fasta = pc.index(pc.equal(pc.utf8_trim_whitespace(lines["text"]), "##FASTA"), True).as_py()
    lines = lines if fasta < 0 else lines.slice(0, fasta)
    return lines.filter(pc.invert(pc.starts_with(lines["text"], "#")))


def _attributes(attributes: pa.Array) -> dict[str, pa.Array]:
    """The attributes that GFF_SCHEMA declares. Lists are split before they are decoded, as GFF3 asks."""
    names = {"id": "ID", "name": "Name", "parent": "Parent", "gene": "gene", "note": "Note"}
    texts = {ours: _decoded(_attribute(attributes, theirs)) for ours, theirs in names.items()}
    lists = {"aliases": "Alias", "ontology_terms": "Ontology_term"}
    split_lists = {ours: _decoded_lists(_attribute(attributes, theirs)) for ours, theirs in lists.items()}
    sgd = pc.extract_regex(_attribute(attributes, "dbxref"), r"SGD:(?P<id>S[0-9]+)")
    return {
        **texts,
        **split_lists,
        "sgd_id": pc.struct_field(sgd, "id"),
        "orf_classification": _decoded(_attribute(attributes, "orf_classification")),
    }


def _attribute(attributes: pa.Array, name: str) -> pa.Array:
    """The still encoded value of one attribute; missing where a row lacks it."""
    found = pc.extract_regex(attributes, rf"(?:^|;)\s*{name}=(?P<value>[^;]*)")
    return filled(pc.struct_field(found, "value"))


def _decoded_lists(values: pa.Array) -> pa.Array:
    lists = split(values, ",")
    return pa.ListArray.from_arrays(lists.offsets, _decoded(pc.list_flatten(lists)))


def _decoded(values: pa.Array) -> pa.Array:
    """Undo %20 and its like, once per distinct value; bytes that are not UTF-8 become the replacement character."""
    encoded = values.dictionary_encode()
    plain = pa.array([unquote(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return plain.take(encoded.indices)
