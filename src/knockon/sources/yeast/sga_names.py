"""Strain names of the synthetic genetic array (SGA) collections → gene, kind of perturbation, allele.

A name is the systematic gene name, the collection and a number: `YDL014W_tsq128`. The lab's list of strains names the
allele (nop1-3). Query and array strains of one allele often carry one number (tsq128 and tsa128), but not always: of
5,363 numbers in the list 37 stand for two alleles, and cdc19-1 is tsq26 and tsa34; so take the allele names where they
are to be had. Query strains with two genes are read in `sga_queries`. Collections: Costanzo et al. 2016, Science 353,
aaf1420.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
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

CONTROL_DELETIONS = ("YOR202W", "YOR212W", "YER069W", "YGL154C", "YGL234W", "YER090W")
"""Genes whose deletion strains stand in the ts collections as controls (his3, ste4, arg5,6, lys5, ade5,7, trp2): the
list of strains names their alleles without a number."""

NAMED_KINDS = ("ts", "allele", "suppressor", "unknown")
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


def pair_up(names: Column, alleles: Column | None) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Find the distinct pairs of name and allele name: their names, their alleles, and each row's index into them.

    `alleles` has the length of `names`, or is None: then every allele name is empty.
    """
    first = encode(names)
    if alleles is None:
        return first.dictionary, pa.repeat("", len(first.dictionary)), first.indices
    second = encode(alleles)
    width = max(len(second.dictionary), 1)
    pairs = first.indices.to_numpy().astype(np.int64) * width + second.indices.to_numpy()
    keys = pa.array(pairs).dictionary_encode()
    name, allele = np.divmod(keys.dictionary.to_numpy(), width)
    return first.dictionary.take(pa.array(name)), second.dictionary.take(pa.array(allele)), keys.indices


def parse_strains(names: Column, alleles: Column | None = None) -> Perturbations:
    """Split strain names of one gene each; `alleles` are the allele names that the source gives, same length.

    Deletions and DAmP strains get an empty allele, since there is but one of each a gene: named or not, query or array,
    they are the same genotype. Others are named by the source or, failing that, by collection and number (`ts128`). An
    allele name with `-supp` tells a strain with a suppressor whatever its collection.
    """
    strain, given, rows = pair_up(names, alleles)
    parts = split_names(strain)
    kind = kind_of_strain(parts, parts["genes"], given)
    allele = allele_of_strain(parts, kind, given)
    strain, gene, kind, allele = (values.take(rows) for values in (strain, parts["genes"], kind, allele))
    return Perturbations(strain, gene, kind, allele)


def kind_of_strain(parts: dict[str, pa.Array], gene: pa.Array, given: pa.Array) -> pa.Array:
    """The kind of perturbation of `gene` in distinct, split strains whose allele the source calls `given`."""
    kind = kind_of_collection(parts["collection"])
    control = pc.and_(pc.equal(kind, "ts"), pc.is_in(gene, value_set=pa.array(CONTROL_DELETIONS)))
    kind = pc.if_else(control, "deletion", kind)
    return pc.if_else(pc.match_substring(given, "-supp"), "suppressor", kind)


def allele_of_strain(parts: dict[str, pa.Array], kind: pa.Array, given: pa.Array) -> pa.Array:
    """Name the alleles of distinct, split strains: as given, or by collection and number; empty where kind says all."""
    prefix = pc.if_else(pc.equal(kind, "ts"), "ts", parts["collection"])
    number = pc.binary_join_element_wise(prefix, parts["number"], "")
    # The number of a tm strain (double-mutant query) names the strain, not an allele.
    number = pc.if_else(pc.equal(parts["collection"], "tm"), "", number)
    named = pc.is_in(kind, value_set=pa.array(NAMED_KINDS))
    return pc.if_else(named, pc.if_else(pc.equal(given, ""), number, given), "")


def read_sga_strains(path: Path) -> ReadResult:
    """Read the SGA list of strains (tab; Strain, Orf, Common, Allele) into STRAIN_SCHEMA."""
    names = ["strain", "gene", "common_name", "allele"]
    result = read_delimited(path, names, expected_header=["Strain", "Orf", "Common", "Allele"])
    kind = parse_strains(result.table["strain"], result.table["allele"]).kind
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
