"""Vectors of the proteins of a split's sides before and after a tuning on labels of their pairs; see `sentence`.

The labels of `train` teach, those of `validation` choose the step. labels: side → (proteins, proteins).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from knockon.arrays import Matrix, Values
from knockon.hashing import digest
from knockon.models.language.learning import Language
from knockon.models.language.sentence import Side, Standardise, Vectors, head_on, stretches, tune, vectors_of
from knockon.training.fit_folders import FitFolders, name_of


def tuned_heads(
    vectors: Mapping[str, Matrix],
    labels: Mapping[str, Values],
    training: Mapping[str, Any],
    seed: int,
    fits: FitFolders,
) -> dict[str, Matrix]:
    """Side → vectors behind a head that was tuned on frozen ones. A fit that is done is found again."""
    sides = {
        side: Side(Vectors(np.ascontiguousarray(each)), np.arange(len(each)), labels[side])
        for side, each in vectors.items()
    }
    encoder = head_on(vectors["train"])
    what = {"head": training, "seed": seed, "data": sides["train"].rows.digest(), "labels": digest(labels["train"])}
    tune(encoder, sides["train"], sides["validation"], training, seed, fits.folder("heads", name_of(what)))
    return {side: vectors_of(encoder, each) for side, each in sides.items()}


def tuned_whole(
    language: Language,
    proteins: Mapping[str, tuple[str, ...]],
    labels: Mapping[str, Values],
    training: Mapping[str, Any],
    seed: int,
    fits: FitFolders,
) -> tuple[dict[str, Matrix], dict[str, Matrix]]:
    """Side → vectors of the language model as it is, and tuned as a whole, by the same stretches of proteins."""
    read = {side: stretches(language, texts) for side, texts in proteins.items()}
    sides = {side: Side(*each, labels[side]) for side, each in read.items()}
    plain = {side: vectors_of(language.module.encoder, each) for side, each in sides.items()}
    scale = Standardise(plain["train"])
    before = {side: scale(torch.from_numpy(each)).numpy() for side, each in plain.items()}
    encoder = torch.nn.Sequential(language.module.encoder, scale)
    what = {"whole": training, "seed": seed, "data": sides["train"].rows.digest(), "labels": digest(labels["train"])}
    tune(encoder, sides["train"], sides["validation"], training, seed, fits.folder("whole", name_of(what)))
    return before, {side: vectors_of(encoder, each) for side, each in sides.items()}
