"""SGD's biochemical_pathways.tab: pathways, their reactions, and the genes of the enzymes."""

from pathlib import Path

import pyarrow as pa

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, filled, split, trimmed
from knockon.sources.text import read_delimited

PATHWAY_SCHEMA = pa.schema(
    [
        column("pathway", pa.string(), "name of the pathway"),
        column("reaction", pa.string(), "name of the reaction or enzyme", nullable=True),
        column("ec_number", pa.string(), "Enzyme Commission number", nullable=True),
        column("gene", pa.string(), "standard or systematic name; missing where no gene is known", nullable=True),
        column("references", pa.list_(pa.string()), "PMID: and SGD_REF: identifiers"),
    ]
)


def read_sgd_pathways(path: Path) -> ReadResult:
    """Read the table into PATHWAY_SCHEMA, in the file's order. Rejected: rows without a pathway.

    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, PATHWAY_SCHEMA.names, header=False)
    rows = text.table
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "pathway")
    columns = {
        "pathway": trimmed(rows, "pathway"),
        "reaction": filled(trimmed(rows, "reaction")),
        "ec_number": filled(trimmed(rows, "ec_number")),
        "gene": filled(trimmed(rows, "gene")),
        "references": split(rows["references"], "|"),
    }
    return refusals.finish(pa.Table.from_pydict(columns, schema=PATHWAY_SCHEMA), text.rejects)
