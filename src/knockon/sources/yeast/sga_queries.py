"""Query strains of the trigenic screens: two genes joined by "+", of which one may be a neutral control.

`YAL015C+YOL043C_tm72` lacks two genes, `YAL015C+YDL227C_tm461` is the control that lacks YAL015C and HO (Kuzmin et al.
2018, Science 360, eaao1729).
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.sources.reading import ReadResult
from knockon.sources.tables import Column, column, solid
from knockon.sources.text import read_delimited
from knockon.sources.yeast.sga_names import (
    Perturbations,
    allele_of_strain,
    kind_of_collection,
    kind_of_strain,
    pair_up,
    split_names,
)

NEUTRAL_GENES = ("YDL227C", "URA3control")
"""Markers of control strains, without effect in the assay: YDL227C is HO. They do not count as perturbed genes."""

ASSIGNMENT_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("strain", pa.string(), "collection and number of the query strain, such as tm2494"),
        column("gene", pa.string(), "systematic name of a gene perturbed in it"),
        column("kind", pa.string(), "kind of perturbation, from the strain that the gene's mutation was taken from"),
    ]
)

_ASSIGNMENT_HEADER = [
    "StrainID1",
    "ORF1",
    "StrainID2",
    "ORF2",
    "DMstrainID",
    "SM1strainID",
    "SM2strainID",
    "Annotation",
]
_NO_GENES = ("", "URA3control")


def read_assignment(path: Path) -> ReadResult:
    """Read the list of double-mutant queries and their single-mutant controls (tab) into ASSIGNMENT_SCHEMA.

    Each line gives, for its three query strains, the kind of perturbation of its two genes: the parent strains' names
    tell it (sn and dma are deletions, tsq and tsa temperature-sensitive alleles).
    """
    block = read_delimited(path, _ASSIGNMENT_HEADER, expected_header=_ASSIGNMENT_HEADER)
    parts = []
    for number in ("1", "2"):
        parent = solid(block.table[f"StrainID{number}"])
        collection = pc.struct_field(pc.extract_regex(parent, r"^(?P<collection>[A-Za-z]+)"), "collection")
        gene, kind = solid(block.table[f"ORF{number}"]), kind_of_collection(pc.fill_null(collection, ""))
        for strain in ("DMstrainID", "SM1strainID", "SM2strainID"):
            columns = [block.table["line"], block.table[strain], gene, kind]
            parts.append(pa.Table.from_arrays(columns, schema=ASSIGNMENT_SCHEMA))
    return ReadResult(pa.concat_tables(parts).sort_by([("line", "ascending"), ("strain", "ascending")]), block.rejects)


def parse_queries(
    names: Column, kind: str, alleles: Column | None = None, assignment: pa.Table | None = None
) -> tuple[Perturbations, Perturbations, pa.Array]:
    """Split names of strains with one or two genes, without their neutral control genes.

    Strains of one gene come out as from `sga_names.parse_strains`. In collections that do not tell the kind (`tm`), it
    is that of the `assignment` (ASSIGNMENT_SCHEMA), or a deletion where the allele's name ends in Δ, or else `kind`.

    Args:
        names: strain names.
        kind: the kind of perturbation where nothing tells it.
        alleles: allele names as the source writes them, those of two genes joined by "+"; same length.
        assignment: table of `read_assignment`.

    Returns the first gene's columns, the second's (null where there is one gene), and a mask of the names that hold no
    gene or more than two; all of the length of `names`.
    """
    strain, given, rows = pair_up(names, alleles)
    labels = pc.split_pattern(given, "+")
    parts = split_names(strain)
    genes = pc.split_pattern(parts["genes"], "+")
    first, second = _element(genes, 0), _element(genes, 1)
    skip = pc.and_(_is_neutral(first), pc.is_valid(second))
    lead, lead_label = pc.if_else(skip, second, first), pc.if_else(skip, _element(labels, 1), _element(labels, 0))
    other = pc.if_else(pc.or_(skip, _is_neutral(second)), pa.scalar(None, pa.string()), second)
    # A strain that lacks HO alone is a mutant like any other; the control marker of a "+" name is none.
    several = pc.list_value_length(genes)
    no_gene = pc.or_(pc.and_(_is_neutral(lead), pc.greater(several, 1)), pc.is_in(lead, value_set=pa.array(_NO_GENES)))
    wrong = pc.or_(pc.greater(several, 2), no_gene)
    columns = []
    for gene, label in ((lead, lead_label), (other, _element(labels, 1))):
        parsed = _perturbation(strain, parts, gene, pc.fill_null(label, ""), kind, assignment)
        columns.append(Perturbations(*(values.take(rows) for values in parsed)))
    return columns[0], columns[1], wrong.take(rows)


def _perturbation(
    strain: pa.Array,
    parts: dict[str, pa.Array],
    gene: pa.Array,
    label: pa.Array,
    kind: str,
    assignment: pa.Table | None,
) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    """Columns strain, gene, kind, allele of distinct strains; null where `gene` is."""
    deleted = pc.ends_with(label, "Δ")
    told = kind_of_strain(parts, gene, label)
    else_told = pc.coalesce(_assigned(parts, gene, assignment), pa.scalar(kind))
    # A collection names the strain as a whole: of two genes in a tsq strain one may be deleted, as its own label says.
    resolved = pc.if_else(deleted, "deletion", pc.if_else(pc.equal(told, "unknown"), else_told, told))
    allele = allele_of_strain(parts, resolved, pc.if_else(deleted, "", label))
    present = pc.is_valid(gene)
    strain, resolved, allele = (
        pc.if_else(present, values, pa.scalar(None, pa.string())) for values in (strain, resolved, allele)
    )
    return strain, gene, resolved, allele


def _assigned(parts: dict[str, pa.Array], gene: pa.Array, assignment: pa.Table | None) -> pa.Array:
    """The kind that the assignment gives to `gene` in each strain; null where it has none."""
    if assignment is None or not len(assignment):
        return pa.nulls(len(gene), pa.string())
    keys = pc.binary_join_element_wise(parts["collection"], parts["number"], "|", gene, "")
    known = pc.binary_join_element_wise(solid(assignment["strain"]), "|", solid(assignment["gene"]), "")
    return solid(assignment["kind"]).take(pc.index_in(keys, value_set=known))


def _element(lists: pa.Array, position: int) -> pa.Array:
    """Element `position` of each list; null where the list is shorter."""
    long_enough = pc.greater(pc.list_value_length(lists), position)
    starts = pc.add(lists.offsets.slice(0, len(lists)), position)
    return lists.values.take(pc.if_else(long_enough, starts, pa.scalar(None, starts.type)))


def _is_neutral(genes: pa.Array) -> pa.Array:
    """True for control markers; false where there is no gene."""
    return pc.is_in(genes, value_set=pa.array(NEUTRAL_GENES))
