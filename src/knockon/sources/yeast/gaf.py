"""Gene association files (GAF 1.0, 2.x): which gene is annotated to which term of the Gene Ontology, and why.

The format: https://geneontology.org/docs/go-annotation-file-gaf-format-2.2/, comments start with "!".
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import GO_TERM, Refusals, column, filled, ragged_lines, split, trimmed
from knockon.sources.text import read_lines

GAF_SCHEMA = pa.schema(
    [
        column(
            "gene", pa.string(), "first synonym, in SGD's files the systematic name; the symbol where none is given"
        ),
        column("sgd_id", pa.string(), "identifier in the database, such as S000007287"),
        column("symbol", pa.string(), "gene symbol"),
        column("go_id", pa.string(), "GO identifier, GO: and seven digits"),
        column("aspect", pa.string(), "P process, F function, C component"),
        column("evidence", pa.string(), "GO evidence code: IDA, IMP, IEA, …"),
        column("qualifier", pa.string(), "colocalizes_with, contributes_to, …, without NOT", nullable=True),
        column("negated", pa.bool_(), "true where the annotation says NOT: the gene does not have the term"),
        column("references", pa.list_(pa.string()), "SGD_REF: and PMID: identifiers"),
    ]
)

_COLUMNS = (
    "database",
    "database_id",
    "symbol",
    "qualifier",
    "go_id",
    "references",
    "evidence",
    "with_or_from",
    "aspect",
    "object_name",
    "synonyms",
    "object_type",
    "taxon",
    "date",
    "assigned_by",
    "extension",
    "gene_product",
)
_SHORTEST = 15  # GAF 1.0 lacks the last two columns.


def read_gaf(path: Path) -> ReadResult:
    """Read a gene association file, plain or gzip, into GAF_SCHEMA, in the file's order.

    Rejected: rows of another width, without a gene, with an unknown aspect or something that is no GO identifier.
    Raises FormatError where no row has 15 to 17 columns.
    """
    lines = read_lines(path)
    lines = lines.filter(pc.invert(pc.starts_with(lines["text"], "!")))
    text = ragged_lines(path, lines, _COLUMNS, shortest=_SHORTEST)
    if not len(text.table):
        raise FormatError(f"{path}: no line has the 15 to 17 columns of a gene association file; is it another format?")
    rows = text.table
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "database_id", "symbol", "evidence")
    terms, aspects = trimmed(rows, "go_id"), trimmed(rows, "aspect")
    refusals.refuse(pc.invert(pc.match_substring_regex(terms, GO_TERM)), terms, "not a GO identifier")
    refusals.refuse(pc.invert(pc.is_in(aspects, pa.array(["P", "F", "C"]))), aspects, "an aspect that is not P, F or C")
    symbols, qualifiers = trimmed(rows, "symbol"), trimmed(rows, "qualifier")
    first = pc.struct_field(pc.extract_regex(trimmed(rows, "synonyms"), r"^(?P<first>[^|]*)"), "first")
    columns = {
        "gene": pc.coalesce(filled(pc.utf8_trim_whitespace(first)), symbols),
        "sgd_id": trimmed(rows, "database_id"),
        "symbol": symbols,
        "go_id": terms,
        "aspect": aspects,
        "evidence": trimmed(rows, "evidence"),
        "qualifier": filled(pc.replace_substring_regex(qualifiers, r"^NOT(\||$)", "")),
        "negated": pc.match_substring_regex(qualifiers, r"^NOT(\||$)"),
        "references": split(rows["references"], "|"),
    }
    return refusals.finish(pa.Table.from_pydict(columns, schema=GAF_SCHEMA), text.rejects)
