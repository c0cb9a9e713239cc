"""Small lists around the Gene Ontology: the child-to-parent list of Ontotype and DCell, and the names of the terms."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import ReadResult
from knockon.sources.tables import GO_TERM, Refusals, column, repeated, trimmed
from knockon.sources.text import read_delimited
from knockon.sources.yeast.obo import GO_EDGE_SCHEMA

GO_NAME_SCHEMA = pa.schema(
    [
        column("go_id", pa.string(), "GO identifier, GO: and seven digits"),
        column("name", pa.string(), "name of the term"),
    ]
)

GO_ROOT = "GO:00SUPER"
"""The root that the Ontotype hierarchy puts above process, function and component; not a term of the ontology."""

_TERM_OR_ROOT = rf"{GO_TERM}|^{GO_ROOT}$"


def read_go_child_parent(path: Path) -> ReadResult:
    """Read a list "child, parent" (Yu et al. 2016, Cell Systems 2:77) into GO_EDGE_SCHEMA, in the file's order.

    GO_0043232 is written GO:0043232. The list does not tell is_a from part_of, so the relation is child_of.
    Rejected: what is no GO identifier, an edge from a term to itself, an edge that came before.
    Raises FormatError for a file of another form.
    """
    text = read_delimited(path, ("child", "parent"), header=False)
    child, parent = (_written_with_colon(trimmed(text.table, name)) for name in ("child", "parent"))
    refusals = Refusals(path, text.table["line"])
    for terms in (child, parent):
        refusals.refuse(pc.invert(pc.match_substring_regex(terms, _TERM_OR_ROOT)), terms, "not a GO identifier")
    refusals.refuse(pc.equal(child, parent), child, "a term that is its own parent")
    refusals.refuse(repeated(child, parent), child, "an edge that came before")
    table = pa.Table.from_arrays([child, parent, pa.repeat("child_of", len(child))], schema=GO_EDGE_SCHEMA)
    return refusals.finish(table, text.rejects)


def read_go_names(path: Path) -> ReadResult:
    """Read a list "GO identifier, name" into GO_NAME_SCHEMA, in the file's order.

    Rejected: lines about something else than a term (DCell's list also names relations), or without a name, or about a
    term that came before. Raises FormatError for a file of another form.
    """
    text = read_delimited(path, GO_NAME_SCHEMA.names, header=False)
    terms, names = (trimmed(text.table, name) for name in GO_NAME_SCHEMA.names)
    refusals = Refusals(path, text.table["line"])
    refusals.refuse(pc.invert(pc.match_substring_regex(terms, GO_TERM)), terms, "not a GO identifier")
    refusals.refuse_empty(text.table, "name")
    refusals.refuse(repeated(terms), terms, "a term that came before")
    return refusals.finish(pa.Table.from_arrays([terms, names], schema=GO_NAME_SCHEMA), text.rejects)


def _written_with_colon(terms: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(terms, "^GO_", "GO:")
