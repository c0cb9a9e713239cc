"""Many short texts as places in one run of bytes: cut out of a file and hashed without a Python object a text."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Integers, Rows
from knockon.hashing import Hashes, mix

_WORD = 8
_BLANK = np.zeros(256, dtype=np.bool_)
_BLANK[[ord(" "), ord("\t")]] = True


@dataclass(frozen=True)
class Texts:
    """Texts from byte starts[i] to before ends[i] of `data`; int64 (texts,). Make them by `cut_texts`, which pads."""

    data: NDArray[np.uint8]
    starts: Integers
    ends: Integers

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: Rows | NDArray[np.bool_]) -> "Texts":
        """Some of the texts, over the same bytes."""
        return Texts(self.data, self.starts[rows], self.ends[rows])

    def list(self) -> list[str]:
        """The texts as Python has them: for a few of them."""
        return [
            self.data[start:end].tobytes().decode()
            for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        ]

    @property
    def lengths(self) -> Integers:
        """Bytes of each, int64 (texts,)."""
        return self.ends - self.starts

    def digests(self) -> Hashes:
        """64-bit hashes of the texts' bytes, uint64 (texts,): the same on every machine, equal for equal texts.

        Eight bytes at a time of all texts together, each mixed into the state by SplitMix64's finaliser. Of a million
        different texts two share a hash with probability 3e-8.
        """
        # Eight bytes from any place on, as one little-endian number.
        words: NDArray[np.uint64] = np.ndarray((len(self.data) - _WORD + 1,), "<u8", self.data, 0, (1,))
        lengths = self.lengths
        state = mix(lengths.astype(np.uint64))
        rows = np.flatnonzero(lengths > 0)
        done = 0
        while len(rows):
            left = lengths[rows] - done
            word = words[self.starts[rows] + done]
            short = left < _WORD
            kept = (np.uint64(1) << (_WORD * left[short]).astype(np.uint64)) - np.uint64(1)
            word[short] &= kept
            state[rows] = mix(state[rows] ^ word)
            rows = rows[left > _WORD]
            done += _WORD
        return state


def cut_texts(data: bytes | NDArray[np.uint8], starts: Integers, ends: Integers) -> Texts:
    """Texts of some bytes, which are copied, with room behind the last for a whole word."""
    raw = np.frombuffer(data, dtype=np.uint8) if isinstance(data, bytes) else data
    return Texts(np.concatenate([raw, np.zeros(_WORD, dtype=np.uint8)]), starts, ends)


def column_texts(column: pa.Array | pa.ChunkedArray) -> Texts:
    """Texts of an Arrow column of strings without missing ones."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = array.cast(pa.large_string())
    _, offsets, data = array.buffers()
    if not len(array):
        return cut_texts(b"", np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    raw = np.zeros(0, dtype=np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return cut_texts(raw, ends[:-1].copy(), ends[1:].copy())


def words_of_lines(data: bytes, breaks: Integers) -> tuple[Texts, Texts]:
    """The first and the second word of each line, empty where there is none. breaks: of `line_breaks`, (lines,).

    Words are parted by blanks and tabs; after a first word that a tab ends the second goes on to the next tab, so that
    it may hold blanks.
    """
    whole = cut_texts(data, np.append(0, breaks + 1)[: len(breaks)], breaks.copy())
    blanks = np.flatnonzero(_BLANK[whole.data])
    tabs = blanks[whole.data[blanks] == ord("\t")]
    starts = _past_blanks(whole.data, whole.starts, whole.ends)
    ends = _next(blanks, starts, whole.ends)
    tabbed = (whole.data[ends] == ord("\t")) & (ends < whole.ends)
    second = _past_blanks(whole.data, ends, whole.ends)
    behind = np.where(tabbed, _next(tabs, second, whole.ends), _next(blanks, second, whole.ends))
    return Texts(whole.data, starts, ends), Texts(whole.data, second, behind)


def _next(places: Integers, starts: Integers, ends: Integers) -> Integers:
    """The first of the sorted places at or after each start, the end where there is none before it."""
    found = np.searchsorted(places, starts)
    return np.minimum(np.append(places, np.iinfo(np.int64).max)[found], ends)


def _past_blanks(data: NDArray[np.uint8], starts: Integers, ends: Integers) -> Integers:
    """The first byte at or after each start that is no blank, or the end."""
    places = starts.copy()
    rows = np.flatnonzero((places < ends) & _BLANK[data[places]])
    while len(rows):
        places[rows] += 1
        rows = rows[(places[rows] < ends[rows]) & _BLANK[data[places[rows]]]]
    return places
