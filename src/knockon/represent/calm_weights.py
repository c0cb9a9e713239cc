"""CaLM's published checkpoint, which is a pickle of PyTorch arrays, as the library's model of the same architecture.

CaLM (Outeiral & Deane 2024) is ESM-1b's transformer with rotary positions over codons: `EsmModel`, its arrays under
other names. The file is read by an unpickler that makes arrays and nothing else.
"""

import io
import pickle
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from knockon.errors import FormatError

_HEAD = 64
"""Numbers of a head of attention: 12 heads of 768 in the published model."""

# Name there → name here; of layers, without their number.
_LAYER = {
    "self_attn.q_proj": "attention.self.query",
    "self_attn.k_proj": "attention.self.key",
    "self_attn.v_proj": "attention.self.value",
    "self_attn.out_proj": "attention.output.dense",
    "self_attn_layer_norm": "attention.LayerNorm",
    "fc1": "intermediate.dense",
    "fc2": "output.dense",
    "final_layer_norm": "LayerNorm",
}
_OTHER = {"embed_tokens": "embeddings.word_embeddings", "emb_layer_norm_after": "encoder.emb_layer_norm_after"}
_UNUSED = re.compile(r"lm_head\.|layers\.\d+\.self_attn\.rot_emb\.")


class _ArrayUnpickler(pickle.Unpickler):
    """Reads dictionaries of PyTorch arrays; a pickle that names anything else is not run."""

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
            ("torch.storage", "_load_from_bytes"): lambda data: torch.load(io.BytesIO(data), "cpu", weights_only=True),
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")
        return known[module, name]


def load_calm(path: Path, tokens: int, padding: int, mask: int) -> Any:
    """Read a checkpoint. tokens: of the vocabulary; padding, mask: their numbers.

    Raises FormatError where it is no pickle of arrays, or not of this architecture.
    """
    from transformers import EsmConfig, EsmModel

    arrays = _arrays(path)
    state = {_renamed(path, name): array for name, array in arrays.items() if not _UNUSED.match(name)}
    try:
        width = arrays["embed_tokens.weight"].shape[1]
        config = EsmConfig(
            vocab_size=tokens,
            pad_token_id=padding,
            mask_token_id=mask,
            hidden_size=width,
            num_hidden_layers=1 + max(int(name.split(".")[1]) for name in arrays if name.startswith("layers.")),
            num_attention_heads=width // _HEAD,
            intermediate_size=arrays["layers.0.fc1.weight"].shape[0],
            position_embedding_type="rotary",
            token_dropout=False,
            layer_norm_eps=1e-5,
        )
        model = EsmModel(config, add_pooling_layer=False)
        lost, more = model.load_state_dict(state, strict=False)
    except (KeyError, ValueError, RuntimeError, ZeroDivisionError) as error:
        raise FormatError(f"{path}: not the weights of CaLM ({str(error).splitlines()[0][:200]})") from error
    lost = [name for name in lost if not name.startswith("contact_head.") and "rotary" not in name]
    if lost or more:
        raise FormatError(f"{path}: not the weights of CaLM: {len(lost)} arrays are missing, {len(more)} unknown")
    return model.float()


def _arrays(path: Path) -> dict[str, Tensor]:
    try:
        with path.open("rb") as file:
            return dict(_ArrayUnpickler(file).load())
    except Exception as error:  # A damaged pickle may raise anything.
        raise FormatError(f"{path}: not a pickle of PyTorch arrays ({str(error)[:200]}); fetch it again") from error


def _renamed(path: Path, name: str) -> str:
    part, _, kind = name.rpartition(".")
    if match := re.fullmatch(r"layers\.(\d+)\.(.+)", part):
        if match[2] in _LAYER:
            return f"encoder.layer.{match[1]}.{_LAYER[match[2]]}.{kind}"
    elif part in _OTHER:
        return f"{_OTHER[part]}.{kind}"
    raise FormatError(f"{path}: not the weights of CaLM: it holds an array {name!r}")
