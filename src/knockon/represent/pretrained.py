"""Published language models through `transformers`: frozen weights, from a local folder or the hub.

A vector is the mean of the last layer's states over the sequence's own tokens: not over those before and behind it, and
not by a pooler, which a checkpoint of a masked language model lacks and the library would draw at random.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from knockon.arrays import Matrix
from knockon.errors import KnockonError
from knockon.hashing import digest
from knockon.represent.encoder import AbsentWeightsError
from knockon.represent.token_forms import FORMS, Numbers, TokenForm
from knockon.represent.token_windows import TokenRows, mean_states

_TOKENS_AT_ONCE = 8192
# Parts that the vectors do not use; a checkpoint may lack them.
_UNUSED = ("contact_head.", "pooler.")


class PretrainedEncoder:
    """A published model as a sequence encoder.

    family: of FORMS, or a form of one's own with its name. model: a folder with config.json, weights and vocabulary,
    or a name on the hub; of CaLM the published file, too. download: ask the hub for what its local cache lacks.
    longest: tokens read at once, where fewer than the model can; sequences of more are read in windows that overlap by
    an eighth.
    """

    def __init__(
        self,
        family: str | tuple[str, TokenForm],
        model: str,
        download: bool = False,
        longest: int | None = None,
        tokens_at_once: int = _TOKENS_AT_ONCE,
    ) -> None:
        """Load the weights, as float32 whatever they were kept in.

        Raises AbsentWeightsError where there are none, KnockonError where they are incomplete, damaged, or of another
        kind of model.
        """
        label, form = (family, FORMS[family]) if isinstance(family, str) else family
        _quiet(download)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = _load(form, label, model, download).to(self._device)
        config = self._model.config
        self._numbers = Numbers(form, _vocabulary(form, model, download, int(config.vocab_size)), model)
        if self._numbers.largest >= config.vocab_size:
            raise KnockonError(
                f"{model}: token {self._numbers.largest} of its vocabulary has no vector; the model has "
                f"{config.vocab_size}: the vocabulary belongs to another model"
            )
        self._longest = min(longest or form.longest, form.longest, _positions(config, self._numbers))
        self._overlap = self._longest // 8
        self._tokens_at_once = tokens_at_once
        self.name = f"{label} {Path(model).name}"
        self.dimensions = int(config.hidden_size)
        weights = digest(*(tensor.cpu().numpy() for tensor in self._model.state_dict().values()))
        self.revision = f"{weights} {self._longest}"

    def encode(self, sequences: Sequence[str]) -> Matrix:
        """Embed sequences; float32, shape (sequences, dimensions). Raises KnockonError for one without a token."""
        rows = [self._numbers.of(sequence) for sequence in sequences]
        if empty := sum(not len(row) for row in rows):
            raise KnockonError(f"{self.name}: {empty} of {len(rows)} sequences are shorter than one token")
        if not rows:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return mean_states(
            TokenRows.of(rows), self._states, self.dimensions, self._longest, self._overlap, self._tokens_at_once
        )

    def _states(self, tokens: Tensor, there: Tensor) -> Tensor:
        """States of the sequences' own tokens, with what the model expects before and behind them put there."""
        first, last = self._numbers.first, self._numbers.last
        rows, length = tokens.shape
        padded = torch.full((rows, len(first) + length + len(last)), self._numbers.padding)
        padded[:, : len(first)] = torch.tensor(first, dtype=torch.int64)
        padded[:, len(first) : len(first) + length] = torch.where(there, tokens, self._numbers.padding)
        ends = len(first) + there.sum(dim=1)
        for shift, number in enumerate(last):
            padded[torch.arange(rows), ends + shift] = number
        known = (torch.arange(padded.shape[1]) < (ends + len(last))[:, None]).long()
        found = self._model(input_ids=padded.to(self._device), attention_mask=known.to(self._device))
        states: Tensor = found.last_hidden_state[:, len(first) : len(first) + length]
        return states


def _quiet(download: bool) -> None:
    """Leave the library's notes on weights that are not used unsaid: those that are missing are an error here."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    if not download:
        logging.disable_progress_bar()


def _load(form: TokenForm, label: str, model: str, download: bool) -> Any:
    # Imported late: it takes seconds, and most runs have no use for it.
    import transformers

    if label == "calm" and Path(model).is_file():
        from knockon.represent.calm_weights import load_calm

        numbers = {token: number for number, token in enumerate(form.published)}
        return load_calm(Path(model), len(numbers), numbers["<pad>"], numbers["<mask>"]).eval()
    options: dict[str, Any] = {"local_files_only": not download, "dtype": torch.float32, "output_loading_info": True}
    if form.model != "T5EncoderModel":
        options["add_pooling_layer"] = False
    try:
        loaded, report = getattr(transformers, form.model).from_pretrained(model, **options)
    except Exception as error:  # The library and the formats below it raise whatever they like.
        raise _unreadable(label, model, download, error) from error
    lost = [name for name in report["missing_keys"] if not name.startswith(_UNUSED)]
    if lost or report["mismatched_keys"]:
        raise KnockonError(
            f"{model}: no weights of {label}: {len(lost)} arrays are missing ({', '.join(sorted(lost)[:2])}, …) and "
            f"{len(report['mismatched_keys'])} have another shape; the library would draw them at random"
        )
    return loaded.eval()


def _unreadable(label: str, model: str, download: bool, error: Exception) -> KnockonError:
    if any(path for kind in ("*.safetensors", "*.bin") for path in Path(model).glob(kind)):
        return KnockonError(f"{model}: the weights of {label} can't be read: {str(error).splitlines()[0][:200]}")
    asked = "and the hub gave none" if download else "and the hub was not asked (download: true asks it)"
    return AbsentWeightsError(f"no weights of {label}: {model!r} is no folder of them nor in the hub's cache, {asked}")


def _vocabulary(form: TokenForm, model: str, download: bool, size: int) -> Mapping[str, int]:
    """Numbers of the tokens, from the files beside the weights, else as published for a model of this size."""
    from transformers import AutoTokenizer

    reason, found = "it lacks this model's tokens", dict[str, int]()
    try:
        found = AutoTokenizer.from_pretrained(model, local_files_only=not download).get_vocab()
    except Exception as error:  # Whatever the formats below it raise.
        reason = str(error).splitlines()[0][:200]
    # Where the files are absent, the library may make up a vocabulary of special tokens alone.
    if form.known[0] in found or (found and not form.published):
        return dict(found)
    if len(form.published) == size:
        return {token: number for number, token in enumerate(form.published)}
    raise KnockonError(f"{model}: no vocabulary that can be read: {reason}")


def _positions(config: Any, numbers: Numbers) -> int:
    """Own tokens that a model with a table of positions can read at once.

    Positions are counted from behind the padding that its config names, whatever its vocabulary calls padding.
    """
    # RoBERTa has a table always; the library's config of it no longer says so.
    if config.model_type != "roberta" and getattr(config, "position_embedding_type", "") != "absolute":
        return 1 << 30
    return int(config.max_position_embeddings) - int(config.pad_token_id) - 1 - len(numbers.first) - len(numbers.last)
