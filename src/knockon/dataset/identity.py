"""What makes two measurements the same one: hashes of whole columns, without a loop over rows.

`keys` is the identity that deduplication uses: perturbed genes with kind and allele, medium, temperature, phenotype.
The dataset, the direction (which strain was the query) and the order of the perturbations are not part of it.
`groups` is coarser, the set of perturbed genes alone: what a pair split must keep together.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from knockon.dataset.records import PERTURBATION
from knockon.hashing import Hashes, combine, hash_column, mix

_HEX_VALUES = np.full(256, 255, dtype=np.uint8)
_HEX_VALUES[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16, dtype=np.uint8)

Column: TypeAlias = pa.Array | pa.ChunkedArray


def keys(records: pa.Table) -> Hashes:
    """Identity hash of every record, shape (rows,). Needs perturbations, media, temperature and phenotype."""
    return combine(
        [
            perturbation_hashes(records["perturbations"]),
            hash_column(records["media"]),
            hash_column(records["temperature"]),
            hash_column(records["phenotype"]),
        ]
    )


def perturbation_hashes(perturbations: Column) -> Hashes:
    """Hash of every strain's perturbations (gene, kind, allele) in any order, shape (rows,)."""
    values, counts = flat(perturbations)
    parts = combine([hash_column(pc.struct_field(values, name)) for name in ("gene", "kind", "allele")])
    hashes = np.zeros(len(counts), dtype=np.uint64)
    for rows, members in members_by_size(parts, counts):
        hashes[rows] = combine(members.T)
    return hashes


def groups(records: pa.Table) -> Hashes:
    """Hash of every record's unordered set of perturbed genes, shape (rows,). A gene that occurs twice counts once."""
    values, counts = flat(records["perturbations"])
    genes = hash_column(pc.struct_field(values, "gene"))
    hashes = np.zeros(len(counts), dtype=np.uint64)
    for rows, members in members_by_size(genes, counts):
        terms = mix(members)
        terms[:, 1:][members[:, 1:] == members[:, :-1]] = 0
        # A wrapping sum is a hash of the set: it does not depend on the order (Bellare and Micciancio 1997, AdHash).
        hashes[rows] = mix(terms.sum(axis=1, dtype=np.uint64))
    return hashes


def repeated_genes(perturbations: Column) -> NDArray[np.bool_]:
    """Whether a strain perturbs one gene more than once, shape (rows,)."""
    values, counts = flat(perturbations)
    genes = hash_column(pc.struct_field(values, "gene"))
    repeated = np.zeros(len(counts), dtype=np.bool_)
    for rows, members in members_by_size(genes, counts):
        repeated[rows] = (members[:, 1:] == members[:, :-1]).any(axis=1)
    return repeated


def flat(perturbations: Column) -> tuple[pa.Array, NDArray[np.int64]]:
    """The perturbations of all rows one after the other (struct array), and their number per row (int64, 0 for
    null)."""
    if isinstance(perturbations, pa.ChunkedArray):
        perturbations = perturbations.combine_chunks()
    counts = pc.list_value_length(perturbations).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return perturbations.flatten(), counts


def members_by_size(
    hashes: Hashes, counts: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint64]]]:
    """Group rows by their number k of members: row numbers (m,) and their hashes sorted along the row (m, k).

    hashes: of all members, one row after the other, shape (counts.sum(),). Rows without members are left out.
    """
    starts = np.cumsum(counts) - counts
    for size in np.unique(counts):
        if size:
            rows = np.flatnonzero(counts == size)
            yield rows, np.sort(hashes[starts[rows][:, None] + np.arange(size)], axis=1)


def canonical(perturbations: Column) -> pa.ListArray:
    """The same strains with their perturbations sorted by gene, kind and allele."""
    values, counts = flat(perturbations)
    rows = np.repeat(np.arange(len(counts)), counts)
    genes, kinds, alleles = (_ranks(pc.struct_field(values, name)) for name in ("gene", "kind", "allele"))
    ranks = (genes * (kinds.max(initial=0) + 1) + kinds) * (alleles.max(initial=0) + 1) + alleles
    if ((ranks[1:] >= ranks[:-1]) | (rows[1:] > rows[:-1])).all():
        return strains(values, counts)
    return strains(values.take(pa.array(np.lexsort((ranks, rows)))), counts)


def strains(values: pa.Array, counts: NDArray[np.int64]) -> pa.ListArray:
    """The opposite of `flat`: a perturbations column of the declared type, whatever names and nullability came in.

    Raises pa.ArrowInvalid or KeyError where a field is missing or can't be cast.
    """
    parts = [pc.struct_field(values, part.name).cast(part.type) for part in PERTURBATION]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    structs = pa.StructArray.from_arrays(parts, fields=list(PERTURBATION))
    return pa.ListArray.from_arrays(pa.array(offsets), structs, type=pa.list_(PERTURBATION))


def _ranks(texts: pa.Array) -> NDArray[np.int64]:
    """Place of each text among the sorted distinct texts, shape (rows,)."""
    encoded = texts.dictionary_encode()
    places = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=np.str_)))
    return places[encoded.indices.to_numpy(zero_copy_only=False)] if len(places) else np.empty(0, dtype=np.int64)


def parse_hex(texts: Column) -> tuple[Hashes, NDArray[np.bool_]]:
    """Read 16-digit lower-case hexadecimal strings: values (0 where malformed) and whether each was well formed."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    well_formed = pc.equal(pc.binary_length(texts), 16).fill_null(False)
    padded = pc.if_else(well_formed, texts, "0" * 16).cast(pa.binary()).cast(pa.binary(16))
    raw = np.frombuffer(padded.buffers()[1], dtype=np.uint8, count=16 * len(padded), offset=16 * padded.offset)
    digits = _HEX_VALUES[raw.reshape(-1, 16)]
    valid = well_formed.to_numpy(zero_copy_only=False) & (digits < 16).all(axis=1)
    digits = np.where(valid[:, None], digits, 0)
    octets = (digits[:, 0::2] << 4 | digits[:, 1::2]).astype(np.uint8)
    return np.ascontiguousarray(octets).view(">u8").reshape(-1).astype(np.uint64), valid
