"""Vectors of proteins tuned on pairs of them: the higher a pair's label, the higher shall be the cosine of its vectors.

The loss is sentence-transformers' CoSENT: of two pairs the one with the higher label shall have the higher cosine. Its
trainer is not used: it needs a library that is not among the dependencies, takes pairs one by one, so that a protein of
a batch would be encoded as often as it stands in one, and cuts long texts in silence. Here a batch is of rows, each a
stretch of a protein or its frozen vector, and all pairs of a batch count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from knockon.arrays import Matrix, Rows, Values
from knockon.correlation import pearson
from knockon.errors import KnockonError
from knockon.evaluation.ranks import average_ranks
from knockon.hashing import digest
from knockon.models.language.corpus import Corpus, corpus_of
from knockon.models.language.learning import Language, tokeniser
from knockon.training.predict_batches import predict_batches
from knockon.training.settings import settings_from
from knockon.training.task import Batch
from knockon.training.whole_run import train_whole

_BATCH = 64


class Standardise(nn.Module):
    """About 0 with a spread of 1, so that a cosine compares what differs. rows: (rows, width), of training."""

    mean: Tensor
    factor: Tensor

    def __init__(self, rows: Matrix) -> None:
        super().__init__()
        spread = rows.std(axis=0)
        self.register_buffer("mean", torch.from_numpy(rows.mean(axis=0)))
        factor = np.where(spread > 0, 1 / np.maximum(spread, 1e-6), 0).astype(np.float32)
        self.register_buffer("factor", torch.from_numpy(factor))

    def forward(self, rows: Tensor) -> Tensor:
        """float (rows, width)."""
        return (rows - self.mean) * self.factor


def head_on(rows: Matrix) -> nn.Module:
    """A linear layer on frozen vectors, begun as the identity. rows: float32 (rows, width), of training proteins."""
    head = nn.Linear(rows.shape[1], rows.shape[1], bias=False)
    with torch.no_grad():
        head.weight.copy_(torch.eye(rows.shape[1]))
    return nn.Sequential(Standardise(rows), head)


class Side(NamedTuple):
    """Proteins of one side. rows: what the encoder reads, by row; protein: int64 (rows,), whose row it is; labels:

    float64 (proteins, proteins), of pairs, NaN where there is none or a protein would meet itself.
    """

    rows: "Stretches | Vectors"
    protein: Rows
    labels: Values


@dataclass(frozen=True)
class Vectors:
    """A row is a protein's frozen vector. rows: float32 (proteins, width)."""

    rows: Matrix

    def of(self, rows: Rows) -> Tensor:
        """float32 (rows, width)."""
        return torch.from_numpy(self.rows[rows])

    def digest(self) -> str:
        """What identifies them."""
        return digest(self.rows)


@dataclass(frozen=True)
class Stretches:
    """A row is a stretch of a protein, of as many tokens as the language model reads at once."""

    corpus: Corpus

    def of(self, rows: Rows) -> Tensor:
        """int64 (rows, length)."""
        return torch.from_numpy(self.corpus.padded(rows))

    def digest(self) -> str:
        """What identifies them."""
        return self.corpus.digest()


def stretches(language: Language, texts: Sequence[str]) -> tuple[Stretches, Rows]:
    """Proteins as stretches, and whose each is, int64 (rows,)."""
    corpus, protein = corpus_of(texts, tokeniser("protein"), language.vocabulary, language.sizes.longest)
    return Stretches(corpus), protein


def vectors_of(encoder: nn.Module, side: Side) -> Matrix:
    """A vector a protein, float32 (proteins, width): the mean over its rows, which are of about equal length."""
    rows = np.arange(len(side.protein))
    found = predict_batches(encoder, lambda b: encoder(b["rows"]), lambda r: {"rows": side.rows.of(r)}, rows, _BATCH)
    return _means(found.float().cpu().numpy(), side.protein, len(side.labels))


def _means(rows: Matrix, protein: Rows, proteins: int) -> Matrix:
    sums = np.zeros((proteins, rows.shape[1]))
    np.add.at(sums, protein, rows)
    return (sums / np.bincount(protein, minlength=proteins)[:, None]).astype(np.float32)


class PairLoss(nn.Module):
    """An encoder, and CoSENT over all pairs of a batch whose label is known."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        from sentence_transformers.sentence_transformer.losses import CoSENTLoss

        self.encoder = encoder
        # The library's loss holds its model, which is here: what it computes from vectors needs none.
        self._loss = CoSENTLoss(None).compute_loss_from_embeddings  # type: ignore[arg-type]

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Mean over nothing: the loss of the batch's pairs, and their number; 0 with zero gradients without a pair."""
        vectors, labels = self.encoder(batch["rows"]).float(), batch["label"]
        first, second = torch.triu_indices(len(vectors), len(vectors), 1)
        known = torch.isfinite(labels[first, second])
        first, second = first[known], second[known]
        if not len(first):
            return vectors.sum() * 0.0, known.sum()
        return self._loss([vectors[first], vectors[second]], labels[first, second]), known.sum()


class PairTask:
    """`TrainingTask` of proteins whose pairs have labels."""

    def __init__(self, module: PairLoss, train: Side, validation: Side) -> None:
        self.module = module
        self._sides = {"train": train, "validation": validation}

    def rows(self, split: str) -> int:
        """Stretches or vectors."""
        return len(self._sides[split].protein)

    def batch(self, split: str, rows: NDArray[np.int64]) -> Batch:
        """rows: see `Side`; label: float32 (rows, rows)."""
        side = self._sides[split]
        protein = side.protein[rows]
        labels = side.labels[np.ix_(protein, protein)].astype(np.float32)
        return {"rows": side.rows.of(rows), "label": torch.from_numpy(labels)}

    def predict(self, batch: Batch) -> Tensor:
        """Vectors of the rows."""
        found: Tensor = self.module.encoder(batch["rows"])
        return found

    def metrics(self, outputs: Tensor) -> dict[str, float]:
        """spearman: between cosines of validation proteins and the labels of their pairs; NaN where none varies."""
        side = self._sides["validation"]
        vectors = _means(outputs.float().numpy(), side.protein, len(side.labels))
        vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        pair = np.triu_indices(len(vectors), 1)
        label, cosine = side.labels[pair], (vectors @ vectors.T)[pair]
        known = np.isfinite(label)
        ranks = average_ranks(cosine[known]), average_ranks(label[known])
        return {"spearman": pearson(*ranks, constant=float("nan")) if known.sum() > 2 else float("nan")}

    def keys(self, split: str, rows: NDArray[np.int64]) -> list[str]:
        """Numbers of the proteins."""
        return [f"{split} protein {self._sides[split].protein[row]}" for row in rows]

    def fingerprint(self) -> dict[str, str | int | float | bool | None]:
        """Data, labels and the weights at the start."""
        start = digest(*(tensor.cpu().numpy() for tensor in self.module.state_dict().values()))
        data = {f"{name}_data": side.rows.digest() for name, side in self._sides.items()}
        labels = {f"{name}_labels": digest(side.protein, side.labels) for name, side in self._sides.items()}
        return {"model": "sentence", "start": start, **data, **labels}


def tune(
    encoder: nn.Module, train: Side, validation: Side, training: Mapping[str, Any], seed: int, folder: Path | None
) -> list[dict[str, Any]]:
    """Tune an encoder in place; validation proteins choose the step whose weights it then has; gives the metric log.

    Raises KnockonError where no training pair has a label, TrainingStopped where a signal ended it early.
    """
    if not np.isfinite(train.labels).any():
        raise KnockonError("no two training proteins have enough ligands in common: lower affinity.sentence.least")
    settings = settings_from({"monitor": "validation_spearman", "monitor_mode": "max", **training, "seed": seed})
    # The fingerprint holds the weights at the start, which are trained in place.
    task = PairTask(PairLoss(encoder), train, validation)
    return train_whole(task, settings, folder, "sentence")[1]
