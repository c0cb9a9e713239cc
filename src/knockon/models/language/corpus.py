"""Sequences as rows of tokens, all in one array, and which of them only judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Rows
from knockon.errors import KnockonError
from knockon.hashing import digest, hash_column
from knockon.models.tokens import PADDING, Vocabulary

Tokens = NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """Rows of tokens. numbers: int64, all rows one behind the other; starts: int64 (rows + 1,), where each begins."""

    numbers: Tokens
    starts: Rows

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Rows:
        """Tokens of each row, (rows,)."""
        return np.diff(self.starts)

    def padded(self, rows: Rows) -> Tokens:
        """int64 (rows, longest of them), 0 behind the end of a row."""
        lengths = self.lengths[rows]
        places = np.arange(lengths.max(initial=1))
        inside = places < lengths[:, None]
        found = np.where(inside, self.starts[rows][:, None] + places, 0)
        return np.where(inside, self.numbers[found], PADDING)

    def take(self, rows: Rows) -> "Corpus":
        """Some rows, in the order given."""
        lengths = self.lengths[rows]
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        numbers = self.numbers[np.repeat(self.starts[rows], lengths) + within]
        return Corpus(numbers, np.concatenate([[0], ends]).astype(np.int64))

    def digest(self) -> str:
        """What identifies the rows."""
        return digest(self.numbers, self.starts)


def corpus_of(
    texts: Sequence[str], tokens: Callable[[str], Sequence[str]], vocabulary: Vocabulary, longest: int
) -> tuple[Corpus, Rows]:
    """Texts as rows of at most `longest` tokens, and which text a row is of, int64 (rows,).

    A longer text becomes several rows of about equal length, none shorter than half of `longest`: nothing is cut off.
    Raises KnockonError where a text is none.
    """
    numbers = [vocabulary.numbers(tokens(text)) for text in texts]
    lengths = np.array([len(row) for row in numbers], dtype=np.int64)
    if not len(lengths) or not lengths.min():
        raise KnockonError("language model: there is no text to learn from, or an empty one")
    parts = -(-lengths // longest)
    text = np.repeat(np.arange(len(texts)), parts)
    part = np.arange(len(text)) - np.repeat(np.cumsum(parts) - parts, parts)
    # Part k of n begins at ⌊k · length / n⌋, so the parts differ by one token at most.
    own = np.cumsum(lengths) - lengths
    begins = own[text] + part * lengths[text] // parts[text]
    return Corpus(np.concatenate(numbers), np.append(begins, lengths.sum())), text


def held_out(texts: pa.ChunkedArray, every: int) -> NDArray[np.bool_]:
    """Which texts only judge, (texts,): about one in `every`, by the text itself, whatever stands around it."""
    found: NDArray[np.bool_] = hash_column(texts) % np.uint64(every) == 0
    return found
