"""SGD's go_slim_mapping.tab: each gene under the broad terms of the yeast GO slim."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import ReadResult
from knockon.sources.tables import GO_TERM, Refusals, column, filled, trimmed
from knockon.sources.text import read_delimited

GO_SLIM_SCHEMA = pa.schema(
    [
        column("gene", pa.string(), "systematic name"),
        column("standard_name", pa.string(), "gene name; missing where none is reserved", nullable=True),
        column("sgd_id", pa.string(), "SGD identifier, S and nine digits"),
        column("aspect", pa.string(), "P process, F function, C component"),
        column("term", pa.string(), "name of the slim term"),
        column("go_id", pa.string(), "GO identifier; missing for the catch-all term other", nullable=True),
        column("feature_type", pa.string(), "SGD feature type, with the ORF's classification"),
    ]
)


def read_go_slim(path: Path) -> ReadResult:
    """Read a GO slim mapping into GO_SLIM_SCHEMA, in the file's order.

    Rejected: rows without a gene or term, with an unknown aspect, or with something that is no GO identifier.
    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, GO_SLIM_SCHEMA.names, header=False)
    rows = text.table
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "gene", "sgd_id", "term")
    values = {name: trimmed(rows, name) for name in GO_SLIM_SCHEMA.names}
    terms, aspects = filled(values["go_id"]), values["aspect"]
    refusals.refuse(pc.invert(pc.is_in(aspects, pa.array(["P", "F", "C"]))), aspects, "an aspect that is not P, F or C")
    refusals.refuse(pc.invert(pc.match_substring_regex(terms, GO_TERM)), terms, "not a GO identifier")
    columns = values | {"go_id": terms, "standard_name": filled(values["standard_name"])}
    return refusals.finish(pa.Table.from_pydict(columns, schema=GO_SLIM_SCHEMA), text.rejects)
