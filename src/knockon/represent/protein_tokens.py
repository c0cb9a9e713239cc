"""Protein variants as numbers that need no trained model: residues, mutations, ESM-2's tokens, residue properties."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp
from numpy.typing import NDArray

from knockon.dataset.variants import RESIDUES
from knockon.errors import KnockonError

ESM_TOKENS = ("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>")
"""The vocabulary of ESM-2 (Lin et al. 2023, Science 379:1123); a token is its place in this tuple."""

# Hydropathy: Kyte & Doolittle 1982, J. Mol. Biol. 157:105. Volume in Å³: Zamyatnin 1972, Prog. Biophys. 24:107.
_HYDROPATHY = (
    1.8, 2.5, -3.5, -3.5, 2.8, -0.4, -3.2, 4.5, -3.9, 3.8,
    1.9, -3.5, -1.6, -3.5, -4.5, -0.8, -0.7, 4.2, -0.9, -1.3,
)  # fmt: skip
_VOLUME = (
    88.6, 108.5, 111.1, 138.4, 189.9, 60.1, 153.2, 166.7, 168.6, 166.7,
    162.9, 114.1, 112.7, 143.8, 173.4, 89.0, 116.1, 140.0, 227.8, 193.6,
)  # fmt: skip
_CHARGE = {"D": -1.0, "E": -1.0, "K": 1.0, "R": 1.0, "H": 0.3}
_KINDS = ("P", "G", "FWYH", "VIT")
PROPERTIES = ("hydropathy", "volume", "charge", "proline", "glycine", "aromatic", "beta-branched", "stop")
"""Columns of `residue_properties`, scaled to about one."""


def one_hot(codes: NDArray[np.uint8]) -> sp.csr_matrix:
    """Residue one-hot of residue codes; float32 CSR, shape (variants, residues · 20), a position's columns together.

    codes: shape (variants, residues), as `Variants.codes`; padding (0) has no entry.
    """
    present = codes > 0
    columns = np.arange(codes.shape[1]) * len(RESIDUES) + codes.astype(np.int64) - 1
    indptr = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
    ones = np.ones(int(indptr[-1]), dtype=np.float32)
    return sp.csr_matrix((ones, columns[present], indptr), shape=(len(codes), codes.shape[1] * len(RESIDUES)))


def residue_codes(sequences: Sequence[str]) -> NDArray[np.uint8]:
    """Residue codes, uint8 (proteins, longest), padded with 0. Raises KnockonError for what is no residue."""
    codes = np.zeros((len(sequences), max(map(len, sequences), default=0)), dtype=np.uint8)
    numbers = np.zeros(256, dtype=np.uint8)
    numbers[np.frombuffer(RESIDUES.encode(), dtype=np.uint8)] = np.arange(1, len(RESIDUES) + 1)
    for row, sequence in enumerate(sequences):
        codes[row, : len(sequence)] = numbers[np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)]
        if not codes[row, : len(sequence)].all():
            raise KnockonError(f"protein {row + 1}: {sequence[int(np.argmin(codes[row]))]!r} is not a residue")
    return codes


def esm_tokens(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """ESM-2's tokens of residue codes; uint8, shape (variants, residues + 2): start, residues, end, padding."""
    vocabulary = np.array([ESM_TOKENS.index(letter) for letter in ("<pad>", *RESIDUES)], dtype=np.uint8)
    tokens = np.full((len(codes), codes.shape[1] + 2), ESM_TOKENS.index("<pad>"), dtype=np.uint8)
    tokens[:, 0] = ESM_TOKENS.index("<cls>")
    tokens[:, 1:-1] = vocabulary[codes]
    tokens[np.arange(len(codes)), 1 + (codes > 0).sum(axis=1)] = ESM_TOKENS.index("<eos>")
    return tokens


LETTERS = RESIDUES + "*"
"""What a position can be mutated to."""


def mutation_tokens(mutations: pa.ListArray, residues: int, width: int | None = None) -> NDArray[np.int64]:
    """Which mutations variants carry; int64, shape (variants, width), a row's end padded.

    mutations: lists of {position, wild_type, mutant}. residues: length of the reference. A mutation's token is
    position · 21 + its mutant's place in LETTERS, the padding is residues · 21. width: the most mutations of a variant
    where none is given. Raises KnockonError where a variant has more.
    """
    counts = pc.list_value_length(mutations).to_numpy()
    most = int(counts.max(initial=1))
    if width is not None and most > width:
        raise KnockonError(f"a variant has {most} mutations; at most {width} were expected")
    flat = mutations.flatten()
    mutants = np.frombuffer("".join(pc.struct_field(flat, "mutant").to_pylist()).encode(), dtype=np.uint8)
    places = np.zeros(256, dtype=np.int64)
    places[np.frombuffer(LETTERS.encode(), dtype=np.uint8)] = np.arange(len(LETTERS))
    rows = np.repeat(np.arange(len(counts)), counts)
    slots = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    tokens = np.full((len(counts), width or most), residues * len(LETTERS), dtype=np.int64)
    tokens[rows, slots] = pc.struct_field(flat, "position").to_numpy() * len(LETTERS) + places[mutants]
    return tokens


def indicators(tokens: NDArray[np.int64], residues: int) -> sp.csr_matrix:
    """Mutation indicators of `mutation_tokens`; float32 CSR, shape (variants, residues · 21), 1 where carried."""
    present = tokens < residues * len(LETTERS)
    indptr = np.concatenate([[0], np.cumsum(present.sum(axis=1))])
    ones = np.ones(int(indptr[-1]), dtype=np.float32)
    return sp.csr_matrix((ones, tokens[present], indptr), shape=(len(tokens), residues * len(LETTERS)))


def residue_properties(residues: str) -> NDArray[np.float32]:
    """Physical properties of residues (letters; `*` is a stop); float32, shape (residues, PROPERTIES)."""
    rows = {
        letter: [
            hydropathy / 3,
            (volume - 140) / 40,
            _CHARGE.get(letter, 0.0),
            *(float(letter in kind) for kind in _KINDS),
            0.0,
        ]
        for letter, hydropathy, volume in zip(RESIDUES, _HYDROPATHY, _VOLUME, strict=True)
    }
    rows["*"] = [0.0] * (len(PROPERTIES) - 1) + [1.0]
    return np.array([rows[letter] for letter in residues], dtype=np.float32).reshape(len(residues), len(PROPERTIES))


def sequences(codes: NDArray[np.uint8]) -> list[str]:
    """The proteins as text, padding left out."""
    letters = np.frombuffer(("\0" + RESIDUES).encode(), dtype=np.uint8)[codes]
    width = codes.shape[1]
    return [text.decode() for text in np.ascontiguousarray(letters).view(f"S{width}").ravel().tolist()]
