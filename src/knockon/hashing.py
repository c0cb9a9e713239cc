"""Stable 64-bit hashes of Arrow columns: the same on every machine and in every version, vectorised.
And one digest of the content of arrays, by which a training recognises its data again.

Strings are hashed once per distinct value (BLAKE2b, 8 bytes) and spread by dictionary index; numbers by their bits.
Columns are mixed with the finaliser of SplitMix64 (Steele et al. 2014), so that order of columns matters.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


class SparseRows(Protocol):
    """A SciPy matrix in CSR form; its module is not imported for it."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""

    data: NDArray[Any]
    indices: NDArray[Any]
    indptr: NDArray[Any]


# The hash of a missing value: any constant that no BLAKE2b digest is likely to give.
_NULL = np.uint64(0x9E3779B97F4A7C15)


def text_hash(text: str) -> int:
    """Hash one string to 64 bits."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def digest(*arrays: NDArray[Any] | SparseRows, names: str = "") -> str:
    """A hash of arrays in their order, each with its type and shape, and of names; 16 hexadecimal digits.

    Doubled rows, another order of rows, another type or shape, an array more or less: each gives another digest.
    Raises TypeError for arrays of Python objects, whose bytes are addresses.
    """
    found = hashlib.blake2b(f"{len(names.encode())} {names}".encode(), digest_size=8)
    for array in arrays:
        if isinstance(array, np.ndarray):
            parts = [array]
        else:
            found.update(f"\nrows of {tuple(array.shape)}".encode())
            parts = [array.data, array.indices, array.indptr]
        for part in parts:
            if part.dtype.hasobject:
                raise TypeError("an array of Python objects has no digest")
            # Little-endian on every machine.
            part = part.astype(part.dtype.newbyteorder("<"), copy=False)
            found.update(f"\n{part.dtype.str} {part.shape}\n".encode())
            found.update(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def mix(values: Hashes) -> Hashes:
    """Scramble 64-bit values (SplitMix64's finaliser), so that nearby values share no bits."""
    with np.errstate(over="ignore"):
        values = values + np.uint64(0x9E3779B97F4A7C15)
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def hash_column(column: pa.Array | pa.ChunkedArray) -> Hashes:
    """Hash a string, boolean, integer or floating-point column; missing values hash to one constant. Shape (rows,)."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type):
        digests = np.array([text_hash(value) for value in column.dictionary.to_pylist()], dtype=np.uint64)
        indices = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
        hashes = digests[indices] if len(digests) else np.zeros(len(column), dtype=np.uint64)
    elif pa.types.is_floating(column.type):
        # Adding 0.0 turns -0.0 into 0.0: equal numbers must hash alike.
        hashes = mix((column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False) + 0.0).view(np.uint64))
    else:
        hashes = mix(column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).view(np.uint64))
    if column.null_count:
        hashes = np.where(pc.is_null(column).to_numpy(zero_copy_only=False), _NULL, hashes)
    return hashes


def combine(hashes: Iterable[Hashes]) -> Hashes:
    """Mix several hash columns into one; the order of the columns matters."""
    columns = list(hashes)
    combined = np.zeros_like(columns[0])
    with np.errstate(over="ignore"):
        for column in columns:
            combined = mix(combined * np.uint64(3) + column)
    return combined


def hex_keys(hashes: Hashes) -> pa.Array:
    """Write hashes as fixed 16-digit hexadecimal strings, so that text order equals number order."""
    if not len(hashes):
        return pa.array([], type=pa.string())
    digits = np.frombuffer(hashes.astype(">u8").tobytes().hex().encode(), dtype=np.uint8)
    offsets = np.arange(0, 16 * (len(hashes) + 1), 16, dtype=np.int64)
    text = pa.LargeStringArray.from_buffers(len(hashes), pa.py_buffer(offsets), pa.py_buffer(digits))
    return text.cast(pa.string()) if len(hashes) * 16 < 2**31 else text


def unit_interval(hashes: Hashes, seed: int) -> NDArray[np.float64]:
    """Turn hashes into uniform numbers in [0, 1): a row gets the same number whatever rows are around it."""
    with np.errstate(over="ignore"):
        salted = mix(hashes ^ mix(np.full(1, seed, dtype=np.uint64)))
    return (salted >> np.uint64(11)).astype(np.float64) * 2.0**-53
