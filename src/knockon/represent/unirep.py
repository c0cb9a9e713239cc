"""UniRep with 64 units: a multiplicative LSTM that was trained to name the next residue (Alley et al. 2019, Nature
Methods 16:1315; the cell: Krause et al. 2016, arXiv:1609.07959). A protein's vector is the mean of its hidden states.

The published weights are a pickle; it is read by an unpickler that makes numpy arrays and nothing else.
"""

import io
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from knockon.errors import FormatError, KnockonError
from knockon.hashing import text_hash

LETTERS = "MRHKDESTNQCUGPAVIFYWLOX"
"""Token of a residue: its place here, counted from 1; 0 is padding. Z, B and J are read as X."""
START, STOP = 24, 25
_TOKENS, _WIDTH, _UNITS, _LAYERS = 26, 10, 64, 4

# What a pickle of plain arrays names, and nothing more: any other name in the file is refused.
_PICKLED = {
    ("numpy.core.multiarray", "_reconstruct"): np.zeros(0).__reduce__()[0],
    ("numpy._core.multiarray", "_reconstruct"): np.zeros(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _ArrayUnpickler(pickle.Unpickler):
    """Reads dictionaries, tuples, lists and numpy arrays; a pickle that names anything else is not run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PICKLED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")
        return _PICKLED[module, name]


def read_arrays(path: Path) -> Any:
    """Read a pickle of numpy arrays.

    Raises KnockonError where it is absent, FormatError where it holds anything else.
    """
    try:
        return _ArrayUnpickler(io.BytesIO(path.read_bytes())).load()
    except FileNotFoundError as error:
        raise KnockonError(f"{path}: the UniRep weights are missing; knockon sources fetch unirep64_weights") from error
    except Exception as error:  # A damaged pickle may raise anything.
        raise FormatError(f"{path}: not a pickle of numpy arrays ({error}); fetch it again") from error


class MultiplicativeLstm(nn.Module):
    """One layer: m = (x Wmx) ∘ (h Wmh); z = x Wx + m Wh + b; then an LSTM's gates from z.

    Every matrix is stored as direction and length: its columns are normalised to the lengths g.
    """

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.wmx = nn.Parameter(torch.randn(inputs, units))
        self.wmh = nn.Parameter(torch.randn(units, units))
        self.wx = nn.Parameter(torch.randn(inputs, 4 * units))
        self.wh = nn.Parameter(torch.randn(units, 4 * units))
        self.gmx, self.gmh = nn.Parameter(torch.ones(units)), nn.Parameter(torch.ones(units))
        self.gx, self.gh = nn.Parameter(torch.ones(4 * units)), nn.Parameter(torch.ones(4 * units))
        self.b = nn.Parameter(torch.zeros(4 * units))

    def forward(self, inputs: Tensor) -> Tensor:
        """Hidden states, shape (sequences, length, units), of inputs, shape (sequences, length, inputs)."""
        wmx, wmh, wx, wh = (
            functional.normalize(weight, dim=0) * length
            for weight, length in ((self.wmx, self.gmx), (self.wmh, self.gmh), (self.wx, self.gx), (self.wh, self.gh))
        )
        from_input, gates_of_input = inputs @ wmx, inputs @ wx + self.b
        hidden = cell = inputs.new_zeros(len(inputs), wmh.shape[0])
        states = []
        for place in range(inputs.shape[1]):
            gates = torch.addmm(gates_of_input[:, place], from_input[:, place] * (hidden @ wmh), wh)
            admit, forget, emit, update = gates.chunk(4, dim=1)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(admit) * torch.tanh(update)
            hidden = torch.sigmoid(emit) * torch.tanh(cell)
            states.append(hidden)
        return torch.stack(states, dim=1)


class UniRep64(nn.Module):
    """Residue embedding, four stacked mLSTM layers, and the prediction of the next residue."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.zeros(_TOKENS, _WIDTH))
        self.layers = nn.ModuleList(MultiplicativeLstm(_UNITS if n else _WIDTH, _UNITS) for n in range(_LAYERS))
        self.output = nn.Linear(_UNITS, _TOKENS - 1)

    def forward(self, tokens: Tensor) -> Tensor:
        """Hidden states of the last layer, shape (sequences, length, 64); tokens: int64 (sequences, length)."""
        states = self.embedding[tokens]
        for layer in self.layers:
            states = layer(states)
        return states

    def next_residue_loss(self, sequence: str) -> float:
        """Mean −log p of each residue given those before it, nats a residue."""
        tokens = torch.from_numpy(tokenise([sequence]))
        with torch.no_grad():
            logits = self.output(self(tokens[:, :-1]))
            # An output is a token less the padding: token 1 is output 0.
            return float(functional.cross_entropy(logits[0], tokens[0, 1:] - 1))


def load_unirep(path: Path) -> UniRep64:
    """Read published weights. Raises KnockonError or FormatError, with the array whose shape is wrong."""
    published = read_arrays(path)
    model = UniRep64()
    try:
        arrays = {"embedding": published[0], "output.weight": published[9][0].T, "output.bias": published[9][1]}
        for number in range(_LAYERS):
            arrays |= {f"layers.{number}.{name}": array for name, array in published[1 + 2 * number].items()}
        model.load_state_dict({name: torch.tensor(np.ascontiguousarray(array)) for name, array in arrays.items()})
    except (RuntimeError, TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise FormatError(f"{path}: not the weights of UniRep with {_UNITS} units ({error})") from error
    return model.eval()


def tokenise(sequences: Sequence[str]) -> NDArray[np.int64]:
    """Tokens with the start before each protein, shape (sequences, longest + 1), padded with 0.

    Raises KnockonError for a character that is no residue.
    """
    numbers = np.full(256, -1, dtype=np.int64)
    numbers[np.frombuffer(LETTERS.encode(), dtype=np.uint8)] = np.arange(1, len(LETTERS) + 1)
    numbers[[ord(letter) for letter in "ZBJ"]] = numbers[ord("X")]
    tokens = np.zeros((len(sequences), 1 + max(map(len, sequences), default=0)), dtype=np.int64)
    tokens[:, 0] = START
    for row, sequence in enumerate(sequences):
        found = numbers[np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)]
        if (found < 0).any():
            raise KnockonError(f"protein {row + 1}: {sequence[int(np.argmin(found))]!r} is not a residue")
        tokens[row, 1 : 1 + len(found)] = found
    return tokens


class UniRepEncoder:
    """UniRep as a sequence encoder: the mean hidden state over the start and all residues, 64 numbers."""

    name = "unirep64"
    dimensions = _UNITS

    def __init__(self, path: Path, batch: int = 512) -> None:
        self._model = load_unirep(path)
        self._batch = batch
        self.revision = f"{text_hash(path.read_bytes().hex()):016x}"

    def encode(self, sequences: Sequence[str]) -> NDArray[np.float32]:
        """Embed proteins; float32, shape (proteins, 64)."""
        vectors = np.empty((len(sequences), _UNITS), dtype=np.float32)
        # Proteins of like length share a batch, so that little is computed on padding.
        order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
        for start in range(0, len(order), self._batch):
            rows = order[start : start + self._batch]
            tokens = torch.from_numpy(tokenise([sequences[row] for row in rows]))
            present = (tokens > 0).unsqueeze(2)
            with torch.no_grad():
                states = self._model(tokens)
                vectors[rows] = ((states * present).sum(1) / present.sum(1)).numpy()
        return vectors
