"""From texts to a masked language model that is kept: vocabulary, rows, training, and scores beside counting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from knockon.arrays import Mask
from knockon.errors import KnockonError
from knockon.models.language.corpus import Corpus, corpus_of, held_out
from knockon.models.language.counting import count
from knockon.models.language.judging import masked_log_probabilities, nats_and_accuracy
from knockon.models.language.masked import LanguageSizes, MaskedLanguageModel, MaskedTask, asked_of
from knockon.models.storage import load_arrays, save_arrays
from knockon.models.tokens import Vocabulary, codon_tokens, smiles_tokens
from knockon.training.settings import settings_from
from knockon.training.whole_run import train_whole

KINDS = ("smiles", "protein", "codon")
_FILE = "language.safetensors"
_STORED = "language"


@dataclass(frozen=True)
class Language:
    """A masked language model with its vocabulary."""

    module: MaskedLanguageModel
    vocabulary: Vocabulary
    sizes: LanguageSizes

    def encoder_weights(self) -> dict[str, torch.Tensor]:
        """Of the encoder, for one over the same vocabulary; it has no mask, whose vector is left out."""
        weights = {name: tensor.detach().clone() for name, tensor in self.module.encoder.state_dict().items()}
        weights["embedding.weight"] = weights["embedding.weight"][: len(self.vocabulary)]
        return weights


@dataclass(frozen=True)
class Learnt:
    """What learning gave. scores: of `masked`, `unigram` and `bigram`, nats and accuracy on held-out tokens.

    All of these are shown as the mask; in the history, the metric log, some are not (see `judging`). rows: of training
    and validation.
    """

    language: Language
    scores: dict[str, dict[str, float]]
    rows: dict[str, int]
    history: list[dict[str, Any]]


def tokeniser(kind: str) -> Callable[[str], Sequence[str]]:
    """Of SMILES, proteins or coding DNA. Raises KnockonError for another kind."""
    if kind not in KINDS:
        raise KnockonError(f"language model: there is no kind {kind!r}; choose one of {', '.join(KINDS)}")
    tokenisers: dict[str, Callable[[str], Sequence[str]]]
    tokenisers = {"smiles": smiles_tokens, "protein": list, "codon": codon_tokens}
    return tokenisers[kind]


def vocabulary_of(kind: str, texts: Sequence[str]) -> Vocabulary:
    """Tokens of SMILES as they stand in the texts, the twenty residues, or the 64 codons."""
    if kind == "smiles":
        return Vocabulary.of_smiles(texts)
    if kind == "codon":
        from knockon.represent.gene_vectors import CODONS

        return Vocabulary(CODONS)
    return Vocabulary.of_proteins()


def divided(
    kind: str, texts: pa.ChunkedArray, vocabulary: Vocabulary, longest: int, every: int
) -> tuple[Corpus, Corpus]:
    """Rows to learn from, and rows that only judge: one text in `every`. Raises KnockonError for too few texts."""
    known = texts.to_pylist()
    corpus, text = corpus_of(known, tokeniser(kind), vocabulary, longest)
    judging: Mask = held_out(texts, every)[text]
    if judging.all() or not judging.any():
        raise KnockonError(f"language model: {len(known)} texts are too few to keep one in {every} for judging")
    return corpus.take(np.flatnonzero(~judging)), corpus.take(np.flatnonzero(judging))


def learn(
    kind: str,
    texts: pa.ChunkedArray,
    sizes: LanguageSizes,
    training: Mapping[str, Any],
    every: int,
    seed: int,
    folder: Path | None = None,
) -> Learnt:
    """Learn from texts, each given once. every: one text in so many only judges. folder: of checkpoints.

    Raises TrainingStopped where a signal ended it early; the same call then goes on.
    """
    tokeniser(kind)
    vocabulary = vocabulary_of(kind, texts.to_pylist())
    train, validation = divided(kind, texts, vocabulary, sizes.longest, every)
    # The first weights are drawn here, before the trainer seeds its own generator.
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = MaskedLanguageModel(len(vocabulary), sizes)
    task = MaskedTask(module, train, validation, seed)
    settings = settings_from({"monitor": "validation_nats", **training, "seed": seed})
    _, history = train_whole(task, settings, folder, f"{kind} language model")
    places = asked_of(validation, seed)
    told = masked_log_probabilities(module, validation, seed)
    scores = {"masked": nats_and_accuracy(told, validation.numbers[places])}
    scores |= count(train, len(vocabulary)).scores(validation, places)
    rows = {"train": len(train), "validation": len(validation)}
    return Learnt(Language(module, vocabulary, sizes), scores, rows, history)


def save_language(folder: Path, language: Language, kind: str) -> None:
    """Write a language model into an existing folder."""
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in language.module.state_dict().items()}
    described = {"of": kind, "sizes": asdict(language.sizes), "tokens": list(language.vocabulary.tokens)}
    save_arrays(folder / _FILE, _STORED, arrays, described)


def load_language(folder: Path, kind: str) -> Language:
    """Read it. Raises KnockonError where it is absent or of another kind of text, FormatError where it is damaged."""
    arrays, described = load_arrays(folder / _FILE, _STORED)
    if described["of"] != kind:
        raise KnockonError(f"{folder / _FILE}: is a language model of {described['of']}, not of {kind}")
    vocabulary, sizes = Vocabulary(described["tokens"]), LanguageSizes(**described["sizes"])
    module = MaskedLanguageModel(len(vocabulary), sizes)
    module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return Language(module.eval(), vocabulary, sizes)
