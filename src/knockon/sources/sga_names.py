"""Strain names of the synthetic genetic array (SGA) collections → gene, kind of perturbation, allele.

A name is the systematic gene name, the collection and a number: `YDL014W_tsq128`. Query and array versions of one
allele carry the same number (`tsq128` and `tsa128` are both nop1-3), which Costanzo et al. 2016 (Science 353, aaf1420)
use to pair them. Query strains with two genes are read in `sga_queries`.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Column, column
from knockon.sources.text import read_delimited

COLLECTIONS = {
    "sn": "deletion",  # query, nonessential gene deleted with natMX
    "dma": "deletion",  # deletion mutant array
    "tsq": "ts",  # temperature-sensitive query
    "tsa": "ts",  # temperature-sensitive array
    "damp": "damp",
    "S": "suppressor",
    "supp": "suppressor",
    "sup": "suppressor",
    "y": "allele",
}
"""Collection in a strain's name → kind of perturbation. Any other collection, `tm` among them, is `unknown`."""

NAMED_KINDS = pa.array(["ts", "allele", "suppressor", "unknown"])
"""Kinds of which a gene may have several, told apart by the allele's name."""

STRAIN_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("strain", pa.string(), "strain name, as written"),
        column("gene", pa.string(), "systematic name"),
        column("common_name", pa.string(), "common gene name; empty if none"),
        column("allele", pa.string(), "the lab's allele name"),
        column("kind", pa.string(), "kind of perturbation, by the collection"),
    ]
)

# Without a digit at the end there is no collection: a bare gene name.
_STRAIN = r"^(?P<genes>.+)_(?P<collection>[A-Za-z]+)(?P<number>[0-9]+[A-Za-z]?)$"


@dataclass(frozen=True)
class Perturbations:
    """Equally long string columns: the strain as written, its gene, the kind of its perturbation, its allele."""

    strain: pa.Array
    gene: pa.Array
    kind: pa.Array
    allele: pa.Array

    def columns(self, letter: str) -> dict[str, pa.Array]:
        """Name the columns as MEASUREMENT_SCHEMA does, for the perturbation `letter` (a, b or c)."""
        return {f"{field.name}_{letter}": getattr(self, field.name) for field in fields(self)}


def encode(names: Column) -> pa.DictionaryArray:
    """Dictionary-encode a column of names as one chunk, so that each distinct name is looked at once."""
    if isinstance(names, pa.ChunkedArray):
        if pa.types.is_dictionary(names.type):
            names = names.unify_dictionaries()
        names = names.combine_chunks()
    return names if pa.types.is_dictionary(names.type) else names.dictionary_encode()


def parse_strains(names: Column, alleles: Column | None = None) -> Perturbations:
    """Split strain names of one gene each; `alleles` are the allele names that the source gives, same length.

    Deletions and DAmP strains get an empty allele, since there is but one of each a gene: named or not, query or array,
    they are the same genotype. Others are named by the source or, failing that, by collection and number (`ts128`).
    """
    encoded = encode(names)
    parts = split_names(encoded.dictionary)
    kind = kind_of_collection(parts["collection"])
    label = allele_label(parts, kind)
    named = pc.is_in(kind, value_set=NAMED_KINDS)
    allele = label.take(encoded.indices)
    if alleles is not None:
        given = encode(alleles)
        given = given.dictionary.take(given.indices)
        wanted = pc.and_(named.take(encoded.indices), pc.not_equal(given, ""))
        allele = pc.if_else(pc.fill_null(wanted, False), given, allele)
    strain, gene, kind = (values.take(encoded.indices) for values in (encoded.dictionary, parts["genes"], kind))
    return Perturbations(strain, gene, kind, allele)


def allele_label(parts: dict[str, pa.Array], kind: pa.Array) -> pa.Array:
    """Name the alleles of distinct, split strain names by collection and number; empty where the kind says it all."""
    prefix = pc.if_else(pc.equal(kind, "ts"), "ts", parts["collection"])
    return pc.if_else(
        pc.is_in(kind, value_set=NAMED_KINDS), pc.binary_join_element_wise(prefix, parts["number"], ""), ""
    )


def read_sga_strains(path: Path) -> ReadResult:
    """Read the SGA list of strains (tab; Strain, Orf, Common, Allele) into STRAIN_SCHEMA."""
    names = ["strain", "gene", "common_name", "allele"]
    result = read_delimited(path, names, expected_header=["Strain", "Orf", "Common", "Allele"])
    kind = parse_strains(result.table["strain"]).kind
    return ReadResult(result.table.append_column("kind", kind).cast(STRAIN_SCHEMA), result.rejects)


def alleles_of(names: Column, strains: pa.Table) -> pa.Array:
    """Look strain names up in a STRAIN_SCHEMA table; empty where the list does not have one."""
    encoded = encode(names)
    found = pc.index_in(encoded.dictionary, value_set=strains["strain"])
    return pc.fill_null(strains["allele"].combine_chunks().take(found), "").take(encoded.indices)


def split_names(names: pa.Array) -> dict[str, pa.Array]:
    """Split distinct names into genes, collection and number; a bare name is all gene."""
    parts = pc.extract_regex(names, _STRAIN)
    columns = {name: pc.struct_field(parts, name) for name in ("genes", "collection", "number")}
    matched = pc.is_valid(parts)
    whole = {"genes": names, "collection": "", "number": ""}
    return {name: pc.if_else(matched, column, whole[name]) for name, column in columns.items()}


def kind_of_collection(collection: pa.Array) -> pa.Array:
    """Translate collections by COLLECTIONS; `unknown` for any other."""
    found = pc.index_in(collection, value_set=pa.array(list(COLLECTIONS)))
    return pc.fill_null(pa.array(list(COLLECTIONS.values())).take(found), "unknown")
