"""Protein complexes, one row a member: CYC2008 and EBI's Complex Portal.

Pu et al. 2009, Nucleic Acids Research 37:825; Meldal et al. 2022, Nucleic Acids Research 50:D578.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, ragged, repeated, split, trimmed
from knockon.sources.text import read_delimited

COMPLEX_SCHEMA = pa.schema(
    [
        column("complex_id", pa.string(), "Complex Portal accession; the name where the source has no identifiers"),
        column("name", pa.string(), "name of the complex"),
        column("member", pa.string(), "systematic name, or accession at UniProt, RNAcentral, ChEBI, Complex Portal"),
        column("member_kind", pa.string(), "gene, protein, rna, compound or complex"),
        column("stoichiometry", pa.int32(), "copies in the complex; missing where unknown", nullable=True),
        column("alternative", pa.bool_(), "true for one of several proteins that can take the place"),
        column("go_ids", pa.list_(pa.string()), "GO identifiers of the complex"),
    ]
)

_CYC2008_COLUMNS = ("member", "standard_name", "name", "pubmed_id", "method", "go_id", "go_term", "jaccard_index")
_CYC2008_HEADER = ("ORF", "Name", "Complex", "PubMed_id", "Method", "GO_id", "GO_term", "Jaccard_Index")

_PORTAL_COLUMNS = (
    "complex_id",
    "name",
    "aliases",
    "taxon",
    "members",
    "evidence_code",
    "evidence",
    "go_annotations",
    "cross_references",
    "description",
    "properties",
    "assembly",
    "ligand",
    "disease",
    "agonist",
    "antagonist",
    "comment",
    "source",
    "expanded_members",
)
_MEMBER = r"^(?P<member>\[[^\[\]()]+\]|[^\[\]()|]+)\((?P<copies>[0-9]{1,6})\)$"


def read_cyc2008(path: Path) -> ReadResult:
    """Read CYC2008 into COMPLEX_SCHEMA, in the file's order. Only a complex's first row has its GO term.

    Rejected: rows without a gene or complex, and members that came before. Raises FormatError for another header.
    """
    text = ragged(path, _CYC2008_COLUMNS, shortest=3)
    rows = text.table
    header = [rows[name][0].as_py().strip() if len(rows) else "" for name in _CYC2008_COLUMNS]
    if header != list(_CYC2008_HEADER):
        raise FormatError(
            f"{path}, line 1: the header of CYC2008 is {', '.join(_CYC2008_HEADER)}; is it another format?"
        )
    rows = rows.slice(1)
    refusals = Refusals(path, rows["line"])
    refusals.refuse_empty(rows, "member", "name")
    members, names = trimmed(rows, "member"), trimmed(rows, "name")
    refusals.refuse(repeated(members, names), members, "a member that came before")
    columns = {
        "complex_id": names,
        "name": names,
        "member": members,
        "member_kind": pa.repeat("gene", len(rows)),
        "stoichiometry": pa.nulls(len(rows), pa.int32()),
        "alternative": pa.repeat(False, len(rows)),
        "go_ids": split(_of_complex(names, trimmed(rows, "go_id")), ","),
    }
    return refusals.finish(pa.Table.from_pydict(columns, schema=COMPLEX_SCHEMA), text.rejects)


def read_complex_portal(path: Path) -> ReadResult:
    """Read a species file of the Complex Portal into COMPLEX_SCHEMA, in the file's order, sub-complexes taken apart.

    A stoichiometry of 0 means unknown and becomes missing. [A,B] means that one of A and B takes the place.
    Rejected: rows without a Complex Portal accession, members of another form. Raises FormatError for another header.
    """
    text = read_delimited(path, _PORTAL_COLUMNS)
    rows = text.table
    identifiers = trimmed(rows, "complex_id")
    known = pc.match_substring_regex(identifiers, r"^CPX-[0-9]+$")
    if len(rows) and not pc.any(known).as_py():
        raise FormatError(f"{path}: no row begins with a Complex Portal accession (CPX-…); is it another format?")
    refusals = Refusals(path, rows["line"])
    refusals.refuse(pc.invert(known), identifiers, "not a Complex Portal accession")
    refusals.refuse_empty(rows, "expanded_members")
    whole = refusals.finish(rows, text.rejects)
    return _exploded(path, whole.table, whole.rejects)


def _of_complex(names: pa.Array, values: pa.Array) -> pa.Array:
    """For each row the value that the complex has in its first row with one; empty where it has none."""
    given = pc.not_equal(values, "")
    return pc.fill_null(values.filter(given).take(pc.index_in(names, names.filter(given))), "")


def _exploded(path: Path, rows: pa.Table, earlier: pa.Table) -> ReadResult:
    """One row a participant, then one row a protein of those that stand for one another."""
    participants = split(rows["expanded_members"], "|")
    complexes = rows.take(pc.list_parent_indices(participants))
    words = pc.list_flatten(participants)
    refusals = Refusals(path, complexes["line"])
    parts = pc.extract_regex(words, _MEMBER)
    refusals.refuse(pc.is_null(parts), words, "a participant that is not written accession(copies)")
    complexes, parts = complexes.filter(refusals.good), parts.filter(refusals.good)
    copies = pc.struct_field(parts, "copies").cast(pa.int32())
    members = split(pc.utf8_trim(pc.struct_field(parts, "member"), "[]"), ",")
    of_member = pc.list_parent_indices(members)
    complexes = complexes.take(of_member)
    # P01234-PRO_0000001234 is a chain of the protein P01234, P01234-2 an isoform of it: the gene is the same.
    accessions = pc.replace_substring_regex(pc.list_flatten(members), r"-(PRO_[0-9]+|[0-9]+)$", "")
    copies = pc.if_else(pc.equal(copies, 0), pa.scalar(None, pa.int32()), copies)
    columns = {
        "complex_id": trimmed(complexes, "complex_id"),
        "name": trimmed(complexes, "name"),
        "member": accessions,
        "member_kind": _kind(accessions),
        "stoichiometry": copies.take(of_member),
        "alternative": pc.greater(pc.list_value_length(members), 1).take(of_member),
        "go_ids": _go_ids(trimmed(complexes, "go_annotations")),
    }
    return ReadResult(pa.Table.from_pydict(columns, schema=COMPLEX_SCHEMA), refusals.rejects(earlier))


def _kind(accessions: pa.Array) -> pa.Array:
    prefixes = {"CPX-": "complex", "CHEBI:": "compound", "URS": "rna"}
    kinds = pa.repeat("protein", len(accessions))
    for prefix, kind in prefixes.items():
        kinds = pc.if_else(pc.starts_with(accessions, prefix), kind, kinds)
    return kinds


def _go_ids(annotations: pa.Array) -> pa.Array:
    """GO:0000123(name)|GO:… → the identifiers."""
    given = pc.if_else(pc.equal(annotations, "-"), "", annotations)
    lists = split(pc.replace_substring_regex(given, r"\|GO:", "\tGO:"), "\t")
    words = pc.struct_field(pc.extract_regex(pc.list_flatten(lists), r"^(?P<id>GO:[0-9]{7}|)"), "id")
    return pa.ListArray.from_arrays(lists.offsets, words)
