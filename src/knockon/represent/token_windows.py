"""One vector a sequence from a model that reads a limited number of tokens: overlapping windows, batches by length.

A sequence that is too long becomes windows that lie evenly over it. A token that several windows show counts as the
mean of its states in them, and a sequence's vector is the mean over its tokens: each counts once, wherever cuts lie.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from knockon.arrays import Matrix, Rows
from knockon.errors import KnockonError

States = Callable[[Tensor, Tensor], Tensor]
"""From tokens, int64 (windows, length), and which of them are there, bool (windows, length), to float (windows, length,
width): a state for each token. Tokens that are not there are 0, and their states are not used."""


@dataclass(frozen=True)
class TokenRows:
    """Sequences as tokens. numbers: int64, all one behind the other; starts: int64 (sequences + 1,)."""

    numbers: Rows
    starts: Rows

    @classmethod
    def of(cls, sequences: list[Rows]) -> "TokenRows":
        """From an array a sequence."""
        starts = np.concatenate([[0], np.cumsum([len(tokens) for tokens in sequences])]).astype(np.int64)
        return cls(np.concatenate([np.zeros(0, dtype=np.int64), *sequences]), starts)


@dataclass(frozen=True)
class Windows:
    """Parts of sequences. begins, lengths: in tokens of all sequences, (windows,); sequence: of which, (windows,)."""

    sequence: Rows
    begins: Rows
    lengths: Rows

    def shown(self, tokens: int) -> Rows:
        """In how many windows each token of all sequences stands, int64 (tokens,)."""
        steps = np.zeros(tokens + 1, dtype=np.int64)
        np.add.at(steps, self.begins, 1)
        np.add.at(steps, self.begins + self.lengths, -1)
        return np.cumsum(steps)[:-1]


def windows_of(starts: Rows, longest: int, overlap: int) -> Windows:
    """Windows over sequences that begin at `starts`, int64 (sequences + 1,).

    A sequence of at most `longest` tokens is one window. A longer one becomes the fewest windows of `longest` tokens of
    which neighbours share at least `overlap`. Raises KnockonError where overlap is not below longest.
    """
    if not 0 <= overlap < longest:
        raise KnockonError(f"windows of {longest} tokens can't overlap by {overlap}: give less")
    lengths = np.diff(starts)
    counts = np.where(lengths > longest, -(-(lengths - overlap) // (longest - overlap)), 1)
    sequence = np.repeat(np.arange(len(lengths)), counts)
    number = np.arange(len(sequence)) - np.repeat(np.cumsum(counts) - counts, counts)
    room = np.maximum(lengths - longest, 0)[sequence]
    begins = starts[:-1][sequence] + number * room // np.maximum(counts[sequence] - 1, 1)
    return Windows(sequence, begins, np.minimum(lengths, longest)[sequence])


def batches_by_length(lengths: Rows, tokens_at_once: int) -> Iterator[Rows]:
    """Rows in batches of like length, the longest first, padded to at most `tokens_at_once` tokens, one row at least.

    The longest come first, so that a machine whose memory is too small says so at once.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        count = max(1, tokens_at_once // max(int(lengths[order[start]]), 1))
        yield order[start : start + count]
        start += count


def mean_states(
    rows: TokenRows, states: States, width: int, longest: int, overlap: int, tokens_at_once: int
) -> NDArray[np.float32]:
    """Mean state over the tokens of each sequence, float32 (sequences, width). Every sequence has a token."""
    windows = windows_of(rows.starts, longest, overlap)
    share = 1.0 / np.maximum(windows.shown(len(rows.numbers)), 1)
    sums = np.zeros((len(rows.starts) - 1, width), dtype=np.float64)
    for batch in batches_by_length(windows.lengths, tokens_at_once):
        np.add.at(sums, windows.sequence[batch], _window_sums(rows, windows, batch, share, states))
    return (sums / np.diff(rows.starts)[:, None]).astype(np.float32)


def _window_sums(rows: TokenRows, windows: Windows, batch: Rows, share: NDArray[np.float64], states: States) -> Matrix:
    """Sum of the states of a batch's windows, each token with its share, float32 (windows, width)."""
    lengths = windows.lengths[batch]
    places = np.arange(int(lengths.max()))
    there = places < lengths[:, None]
    found = np.where(there, windows.begins[batch][:, None] + places, 0)
    tokens = torch.from_numpy(np.where(there, rows.numbers[found], 0))
    weights = torch.from_numpy(np.where(there, share[found], 0.0).astype(np.float32))
    with torch.no_grad():
        each = states(tokens, torch.from_numpy(there)).float()
        sums: Matrix = torch.einsum("wt,wtd->wd", weights.to(each.device), each).cpu().numpy()
    return sums
