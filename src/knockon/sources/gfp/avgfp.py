"""avGFP genotypes and their brightness: the fitness landscape of Sarkisyan et al. 2016, Nature 533:397."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.fasta import read_fasta
from knockon.sources.reading import ReadResult
from knockon.sources.tables import Refusals, column, repeated, solid, split
from knockon.sources.text import read_delimited, to_float, to_int

MUTATION = pa.struct(
    [
        column("position", pa.int16(), "0-based residue of the protein without its first methionine"),
        column("wild_type", pa.string(), "residue of the reference, one letter"),
        column("mutant", pa.string(), "residue of the variant, one letter; * is a stop"),
    ]
)

AVGFP_SCHEMA = pa.schema(
    [
        column("line", pa.int64(), "1-based line of the file"),
        column("variant", pa.string(), "mutations such as A108D:N144D, by position; empty for the wild type"),
        column("mutations", pa.list_(MUTATION), "by position"),
        column("barcodes", pa.int32(), "number of distinct barcodes, the independent measurements"),
        column("brightness", pa.float64(), "median log10 fluorescence, arbitrary units"),
        column("standard_deviation", pa.float64(), "between barcodes, log10 fluorescence", nullable=True),
    ]
)

COLUMNS = ("aaMutations", "uniqueBarcodes", "medianBrightness", "std")

_MUTATION = r"^S(?P<wild_type>[ACDEFGHIKLMNPQRSTVWY])(?P<position>[0-9]{1,4})(?P<mutant>[ACDEFGHIKLMNPQRSTVWY*])$"
# The standard genetic code in TCAG order (NCBI table 1).
_BASES = "TCAG"
_RESIDUES = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"


def translate(coding_sequence: str) -> str:
    """Translate coding DNA (length a multiple of 3, no ambiguous base) up to its stop. Raises FormatError otherwise."""
    if len(coding_sequence) % 3 or set(coding_sequence) - set(_BASES):
        raise FormatError("the coding sequence is no whole number of codons of A, C, G and T")
    places = np.array([_BASES.index(base) for base in coding_sequence]).reshape(-1, 3) @ np.array([16, 4, 1])
    return "".join(_RESIDUES[place] for place in places).split("*")[0]


def read_reference(path: Path) -> str:
    """Read the reference protein, without its first methionine, from its coding DNA in FASTA."""
    table = read_fasta(path).table
    if table.num_rows != 1:
        raise FormatError(f"{path}: one coding sequence was expected, {table.num_rows} found")
    return translate(table["sequence"][0].as_py())


def read_avgfp(path: Path, reference: Path) -> ReadResult:
    """Read `amino_acid_genotypes_to_brightness.tsv` into AVGFP_SCHEMA, checked against the reference sequence.

    Rejected: a mutation that can't be read, whose position lies outside the reference, or whose wild-type residue is
    not the reference's; two mutations of one residue; no barcode; no finite brightness; a genotype that came before.
    """
    protein = read_reference(reference)
    raw = read_delimited(path, COLUMNS, expected_header=COLUMNS)
    table = raw.table
    names = solid(table["aaMutations"])
    refusals = Refusals(path, table["line"])
    mutations, faulty, clashing = _parse(split(names, ":"), protein)
    refusals.refuse(faulty, names, "a mutation does not fit the reference sequence")
    refusals.refuse(clashing, names, "two mutations of one residue")
    barcodes, bad = to_int(table["uniqueBarcodes"])
    too_few = pc.or_(bad, pc.fill_null(pc.less(barcodes, 1), True))
    refusals.refuse(too_few, table["uniqueBarcodes"], "no number of barcodes")
    brightness, _ = to_float(table["medianBrightness"])
    refusals.refuse(pc.is_null(brightness), table["medianBrightness"], "no finite brightness")
    deviation, bad = to_float(table["std"])
    refusals.refuse(bad, table["std"], "no finite standard deviation")
    variants = variant_names(mutations)
    refusals.refuse(repeated(variants), names, "the genotype came before")
    columns = [solid(table["line"]), variants, mutations, _small(barcodes), pc.fill_null(brightness, 0.0), deviation]
    return refusals.finish(pa.Table.from_arrays(columns, schema=AVGFP_SCHEMA), raw.rejects)


def _small(barcodes: pa.Array) -> pa.Array:
    return pc.fill_null(pc.if_else(pc.less(barcodes, 2**31), barcodes, 0), 0).cast(pa.int32())


def _parse(lists: pa.ListArray, protein: str) -> tuple[pa.ListArray, np.ndarray, np.ndarray]:
    """Mutations sorted by position, whether a variant has a faulty one, and whether it mutates a residue twice."""
    words = pc.list_flatten(lists)
    parents = pc.list_parent_indices(lists).to_numpy()
    parts = pc.extract_regex(words, _MUTATION)
    unread = pc.is_null(parts).to_numpy(zero_copy_only=False)
    position = pc.fill_null(pc.struct_field(parts, "position").cast(pa.int64()), 0).to_numpy()
    wild_type = pc.fill_null(pc.struct_field(parts, "wild_type"), "")
    mutant = pc.fill_null(pc.struct_field(parts, "mutant"), "")
    outside = position >= len(protein)
    expected = pa.array(list(protein)).take(pa.array(np.where(outside, 0, position)))
    wrong = unread | outside | pc.not_equal(wild_type, expected).to_numpy(zero_copy_only=False)
    order = np.lexsort((position, parents))
    twice = np.zeros(len(order), dtype=np.bool_)
    twice[1:] = (np.diff(parents[order]) == 0) & (np.diff(position[order]) == 0)
    fields = [pa.array(np.where(outside, 0, position), pa.int16()), wild_type, mutant]
    struct = pa.StructArray.from_arrays(fields, fields=list(MUTATION)).take(pa.array(order))
    return (
        pa.ListArray.from_arrays(lists.offsets, struct, type=pa.list_(MUTATION)),
        np.bincount(parents[wrong], minlength=len(lists)) > 0,
        np.bincount(parents[order][twice], minlength=len(lists)) > 0,
    )


def variant_names(mutations: pa.ListArray) -> pa.Array:
    """Write lists of mutations as text such as A108D:N144D; the wild type is the empty text."""
    flat = mutations.flatten()
    position = pc.struct_field(flat, "position").cast(pa.string())
    words = pc.binary_join_element_wise(
        pc.struct_field(flat, "wild_type"), position, pc.struct_field(flat, "mutant"), ""
    )
    return pc.binary_join(pa.ListArray.from_arrays(mutations.offsets, words), ":")
