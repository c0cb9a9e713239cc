"""ESM-2 through `transformers` (Lin et al. 2023, Science 379:1123): frozen weights, from a local folder or the hub."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from knockon.errors import KnockonError
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.protein_tokens import ESM_TOKENS, esm_tokens, residue_codes


class EsmEncoder:
    """ESM-2 as a sequence encoder: the mean of the last layer's states over the residues.

    model: a folder with config.json and weights, or a name on the hub. download: ask the hub for what its local cache
    lacks. batch: proteins computed at once.
    """

    def __init__(self, model: str, download: bool = False, batch: int = 64) -> None:
        """Load the weights. Raises AbsentWeightsError where there are none, KnockonError for another vocabulary."""
        self._model = _load(model, download)
        self._batch = batch
        self.name = f"esm2 {Path(model).name}"
        self.dimensions = int(self._model.config.hidden_size)
        if self._model.config.vocab_size != len(ESM_TOKENS):
            raise KnockonError(
                f"{model}: a vocabulary of {self._model.config.vocab_size} tokens, ESM-2 has {len(ESM_TOKENS)}"
            )
        self.revision = _revision(self._model)

    def encode(self, sequences: Sequence[str]) -> NDArray[np.float32]:
        """Embed proteins; float32, shape (proteins, dimensions)."""
        vectors = np.empty((len(sequences), self.dimensions), dtype=np.float32)
        for start in range(0, len(sequences), self._batch):
            tokens = torch.from_numpy(
                esm_tokens(residue_codes(sequences[start : start + self._batch])).astype(np.int64)
            )
            known = (tokens != ESM_TOKENS.index("<pad>")).long()
            residues = (known * (tokens != ESM_TOKENS.index("<cls>")) * (tokens != ESM_TOKENS.index("<eos>"))).float()
            with torch.no_grad():
                states = self._model(input_ids=tokens, attention_mask=known).last_hidden_state
            means = (states * residues.unsqueeze(2)).sum(1) / residues.sum(1, keepdim=True).clamp_min(1)
            vectors[start : start + len(tokens)] = means.numpy()
        return vectors


def _load(model: str, download: bool) -> Any:
    # Imported late: it takes seconds, and most runs have no use for it.
    from transformers import EsmModel

    try:
        loaded = EsmModel.from_pretrained(model, local_files_only=not download, add_pooling_layer=False)
    except (OSError, ValueError) as error:
        raise AbsentWeightsError(
            f"no ESM-2 weights for {model!r} in that folder or in the hub's local cache"
            + (" and the hub gave none" if download else "; gfp.embed.esm2.download: true asks the hub")
        ) from error
    return loaded.eval()


def _revision(model: Any) -> str:
    """A number of the weights themselves: a folder's name says nothing about what lies in it."""
    total = sum(float(tensor.double().abs().sum()) for tensor in model.state_dict().values())
    return f"{model.config.num_hidden_layers}-layers-{total:.6e}"
