"""UniRep of proteins of any lengths: whole sequences, in batches of like length.

Every step of a recurrent network waits for the one before it, so that a processor has no more to do at once than one
residue of every protein of a batch. The same cell as in `unirep` (which encodes variants of one protein), laid out for
that: a step's rows stand side by side in memory, a stretch of steps runs through all layers while it is in the cache,
and of the states only their sum is kept: whole batches of states would be gigabytes for the longest proteins.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from knockon.arrays import Matrix
from knockon.hashing import text_hash
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.token_windows import batches_by_length
from knockon.represent.unirep import MultiplicativeLstm, UniRep64, load_unirep, tokenise

_UNITS = 64
# Both measured: more residues at once, or longer stretches, leave the processor's cache (benchmarks/embed.py).
_TOKENS_AT_ONCE = 32768
_STRETCH = 32
_NO_LETTER = re.compile("[^A-Z]")


class UniRepByLength:
    """UniRep with 64 units as a sequence encoder: the mean hidden state over the start and all residues.

    U and O have tokens; Z, B, J and what is no letter, as a stop codon, are read as X. There are no windows: the
    network has no longest sequence. path: of the published weights. tokens_at_once: of a batch, with padding.
    """

    name = "unirep64"
    dimensions = _UNITS

    def __init__(self, path: Path, tokens_at_once: int = _TOKENS_AT_ONCE) -> None:
        """Read the weights. Raises AbsentWeightsError where there are none, FormatError where they are damaged."""
        if not path.exists():
            raise AbsentWeightsError(f"no weights of UniRep: {path} is not there; a simulated source has none")
        self._model = load_unirep(path)
        self._tokens_at_once = tokens_at_once
        self.revision = f"{text_hash(path.read_bytes().hex()):016x} by length"

    def encode(self, sequences: Sequence[str]) -> Matrix:
        """Embed proteins; float32, shape (proteins, 64)."""
        vectors = np.zeros((len(sequences), _UNITS), dtype=np.float32)
        lengths = np.array([len(sequence) + 1 for sequence in sequences], dtype=np.int64)
        for rows in batches_by_length(lengths, self._tokens_at_once):
            tokens = tokenise([_NO_LETTER.sub("X", sequences[row].upper()) for row in rows])
            vectors[rows] = mean_hidden(self._model, torch.from_numpy(tokens)).numpy()
        return vectors


class _Layer:
    """A layer at one place of its sequences. hidden, cell: float32 (sequences, units)."""

    def __init__(self, layer: MultiplicativeLstm, sequences: int) -> None:
        weights = ((layer.wmx, layer.gmx), (layer.wmh, layer.gmh), (layer.wx, layer.gx), (layer.wh, layer.gh))
        # Columns of the lengths g, as in `MultiplicativeLstm`.
        self._wmx, self._wmh, self._wx, self._wh = (functional.normalize(w, dim=0) * g for w, g in weights)
        self._bias = layer.b
        self._hidden = self._cell = torch.zeros(sequences, _UNITS)

    def forward(self, inputs: Tensor) -> Tensor:
        """The next hidden states, (steps, sequences, units), of inputs, (steps, sequences, inputs)."""
        from_input, of_input = inputs @ self._wmx, inputs @ self._wx + self._bias
        states = torch.empty(*inputs.shape[:2], _UNITS)
        for step in range(len(inputs)):
            gates = torch.addmm(of_input[step], (self._hidden @ self._wmh).mul_(from_input[step]), self._wh)
            admit, forget, emit = gates[:, : 3 * _UNITS].sigmoid_().chunk(3, dim=1)
            self._cell = torch.addcmul(admit * gates[:, 3 * _UNITS :].tanh_(), forget, self._cell)
            self._hidden = torch.mul(emit, self._cell.tanh(), out=states[step])
        return states


def mean_hidden(model: UniRep64, tokens: Tensor) -> Tensor:
    """Mean of the last layer's states over the tokens that are there, float32 (sequences, 64).

    tokens: int64 (sequences, length), 0 where a sequence has ended.
    """
    with torch.inference_mode():
        layers = [_Layer(layer, len(tokens)) for layer in model.layers if isinstance(layer, MultiplicativeLstm)]
        sums = torch.zeros(len(tokens), _UNITS, dtype=torch.float64)
        for part in tokens.T.contiguous().split(_STRETCH):
            states = model.embedding[part]
            for layer in layers:
                states = layer.forward(states)
            sums += (states * (part > 0)[:, :, None]).sum(dim=0)
        return (sums / (tokens > 0).sum(dim=1, keepdim=True)).float()
