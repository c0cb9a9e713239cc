"""Protein variants as arrays: residue codes, mutation indicators, and the splits of the avGFP landscape."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.hashing import hash_column, unit_interval

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
"""Residue codes are 1-based positions in this text; 0 is padding after the end of a protein."""

STOP = len(RESIDUES) + 1
NONSENSE = ("tape", "truncate", "drop")
"""What becomes of a variant with a stop: `tape` deletes the stop and keeps the tail, which shifts by a residue, as the
TAPE benchmark does (Rao et al. 2019); `truncate` ends the protein there, as the cell does; `drop` leaves it out."""

SPLITS = ("imbalanced", "balanced")
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Variants:
    """Variants of one protein, in the order of their file.

    names: mutations as text, shape (variants,). codes: uint8 residue codes, (variants, residues). indicators: float32
    CSR, (variants, mutations), 1 where a variant carries a mutation; mutations: their names, the columns. counts:
    int64 number of mutations. brightness: float64 log10 fluorescence. barcodes: int32 independent measurements.
    deviation: float64 standard deviation between barcodes, NaN where not reported.
    """

    names: tuple[str, ...]
    codes: NDArray[np.uint8]
    indicators: sp.csr_matrix
    mutations: tuple[str, ...]
    counts: NDArray[np.int64]
    brightness: NDArray[np.float64]
    barcodes: NDArray[np.int32]
    deviation: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.names)


def encode_residues(mutations: pa.ListArray, reference: str) -> NDArray[np.uint8]:
    """Residue codes of every variant, stops included as STOP. Returns uint8, shape (variants, len(reference))."""
    letters = np.zeros(256, dtype=np.uint8)
    letters[np.frombuffer(RESIDUES.encode(), dtype=np.uint8)] = np.arange(1, len(RESIDUES) + 1)
    letters[ord("*")] = STOP
    codes = np.tile(letters[np.frombuffer(reference.encode(), dtype=np.uint8)], (len(mutations), 1))
    rows = pc.list_parent_indices(mutations).to_numpy()
    flat = mutations.flatten()
    mutants = np.frombuffer("".join(pc.struct_field(flat, "mutant").to_pylist()).encode(), dtype=np.uint8)
    codes[rows, pc.struct_field(flat, "position").to_numpy()] = letters[mutants]
    return codes


def resolve_stops(codes: NDArray[np.uint8], nonsense: str) -> NDArray[np.uint8]:
    """Take the stops out of residue codes, as `tape` or `truncate` say; freed places at the end become padding."""
    stops = codes == STOP
    if nonsense == "tape":
        # A stable sort moves the deleted places behind all others and keeps these in order.
        order = np.argsort(stops, axis=1, kind="stable")
        return np.where(np.take_along_axis(stops, order, 1), 0, np.take_along_axis(codes, order, 1)).astype(np.uint8)
    return np.where(np.maximum.accumulate(stops, axis=1), 0, codes).astype(np.uint8)


def variants_from(table: pa.Table, reference: str, nonsense: str) -> Variants:
    """Build the arrays from a table of `variant`, `mutations`, `barcodes`, `brightness`, `standard_deviation`.

    Raises KnockonError where `nonsense` is none of NONSENSE.
    """
    if nonsense not in NONSENSE:
        raise KnockonError(f"nonsense is {nonsense!r}; choose one of {', '.join(NONSENSE)}")
    if nonsense == "drop":
        table = table.filter(pc.invert(pc.match_substring(table["variant"], "*")))
    mutations = table["mutations"].combine_chunks()
    names = pc.binary_join_element_wise(
        mutations.flatten().field("wild_type"),
        mutations.flatten().field("position").cast(pa.string()),
        mutations.flatten().field("mutant"),
        "",
    )
    columns = pc.unique(names).sort()
    indices = pc.index_in(names, value_set=columns).to_numpy()
    counts = pc.list_value_length(mutations).to_numpy().astype(np.int64)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    ones = np.ones(len(indices), dtype=np.float32)
    indicators = sp.csr_matrix((ones, indices, indptr), shape=(len(table), len(columns)))
    return Variants(
        names=tuple(table["variant"].to_pylist()),
        codes=resolve_stops(encode_residues(mutations, reference), nonsense),
        indicators=indicators,
        mutations=tuple(columns.to_pylist()),
        counts=counts,
        brightness=table["brightness"].to_numpy(),
        barcodes=table["barcodes"].to_numpy(),
        deviation=table["standard_deviation"].to_numpy(),
    )


def split_variants(names: pa.Array, counts: NDArray[np.int64], kind: str, seed: int) -> NDArray[np.str_]:
    """Assign every variant to train, validation or test.

    `imbalanced` is TAPE's: variants of up to three mutations are trained on (four fifths) or validated on (one fifth),
    all others are the test. `balanced` shuffles all variants and keeps the sizes. Returns text, shape (variants,).
    Raises KnockonError where `kind` is none of SPLITS.
    """
    if kind not in SPLITS:
        raise KnockonError(f"split is {kind!r}; choose one of {', '.join(SPLITS)}")
    few = counts <= 3
    sizes = (round(0.8 * few.sum()), int(few.sum()))
    draw = unit_interval(hash_column(names), seed)
    # Few mutations come first in the imbalanced order; in the balanced one the draw alone decides.
    order = np.lexsort((draw, ~few)) if kind == "imbalanced" else np.argsort(draw, kind="stable")
    parts = np.empty(len(counts), dtype="<U10")
    parts[order[: sizes[0]]] = "train"
    parts[order[sizes[0] : sizes[1]]] = "validation"
    parts[order[sizes[1] :]] = "test"
    return parts
