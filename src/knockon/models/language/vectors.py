"""Vectors of sequences by a language model that was trained here: the mean of its states over a sequence's tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from knockon.arrays import Matrix
from knockon.hashing import digest
from knockon.models.language.learning import load_language, tokeniser
from knockon.represent.token_windows import TokenRows, mean_states

_TOKENS_AT_ONCE = 1024
"""What fits into a processor's cache: more at once is no faster there."""


class LanguageEncoder:
    """A kept language model as a sequence encoder; sequences longer than its rows are read in windows that overlap.

    folder: of `save_language`. kind: protein or codon.
    """

    def __init__(self, folder: Path, kind: str, tokens_at_once: int = _TOKENS_AT_ONCE) -> None:
        """Read it. Raises KnockonError where it is absent or of another kind."""
        self._language = load_language(folder, kind)
        self._tokens_of = tokeniser(kind)
        self._tokens_at_once = tokens_at_once
        self.name = f"{kind}_lm"
        self.dimensions = self._language.sizes.width
        weights = digest(*(tensor.numpy() for tensor in self._language.module.state_dict().values()))
        self.revision = f"{weights} {self._language.sizes.longest}"

    def encode(self, sequences: Sequence[str]) -> Matrix:
        """Embed sequences; float32, shape (sequences, dimensions)."""
        rows = [self._language.vocabulary.numbers(self._tokens_of(sequence)) for sequence in sequences]
        if not rows:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        longest = self._language.sizes.longest
        return mean_states(
            TokenRows.of(rows), self._states, self.dimensions, longest, longest // 8, self._tokens_at_once
        )

    def _states(self, tokens: Tensor, there: Tensor) -> Tensor:
        # A token that is not there is 0, which is padding.
        found: Tensor = self._language.module.encoder.states(torch.where(there, tokens, 0))
        return found
