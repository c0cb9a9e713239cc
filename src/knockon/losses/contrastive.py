"""Contrast of pairs in a batch: symmetric InfoNCE (van den Oord et al. 2018) that knows which other pairs bind.

A random batch of binders holds many cells (ligand of one pair, protein of another) that are binders, too: a loss that
takes them as negatives trains against the labels.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from knockon.errors import KnockonError

POSITIVES = ("known", "diagonal")
_LARGEST_SCALE = math.log(100.0)


@dataclass(frozen=True)
class Paired:
    """The pairs of a batch, one a row.

    ligands, proteins: embeddings (rows, width) of unit length. ligand, protein: int64 (rows,), which ones they are.
    anchor: (rows,), True where the pair is a binder; the other rows are only candidates.
    """

    ligands: Tensor
    proteins: Tensor
    ligand: Tensor
    protein: Tensor
    anchor: Tensor


class KnownPairs(nn.Module):
    """Which ligand binds which protein, for any cell of a batch. ligand, protein: int64 (binders,)."""

    codes: Tensor

    def __init__(self, ligand: Tensor, protein: Tensor, proteins: int) -> None:
        super().__init__()
        self.proteins = proteins
        # They come with the data, so they are no part of the weights.
        self.register_buffer("codes", torch.unique(ligand * proteins + protein), persistent=False)

    def forward(self, ligand: Tensor, protein: Tensor) -> Tensor:
        """True where the ligand is known to bind the protein; the two are broadcast against each other."""
        wanted = ligand * self.proteins + protein
        if not len(self.codes):
            return torch.zeros_like(wanted, dtype=torch.bool)
        place = torch.searchsorted(self.codes, wanted).clamp_max(len(self.codes) - 1)
        return self.codes[place] == wanted


class InfoNCE(nn.Module):
    """Each binder of the batch against the other proteins for its ligand, and the other ligands for its protein.

    L = ½ Σ over both directions of the mean over anchors i of lᵢ,
    lᵢ = (1/|Pᵢ|) Σ_{p ∈ Pᵢ} −log(e^{sᵢₚ} / (e^{sᵢₚ} + Σₙ e^{sᵢₙ})),
    s = cosine / temperature, n over candidates that are neither positive nor masked: a positive never competes with
    another, so that 0 can be reached.
    positives: `known` takes all known binders among the cells as Pᵢ and masks the other pairs of the same ligand or
    protein, of which each is its own anchor. `diagonal` takes the pair alone, all else is negative (the rival).
    Uniform scores cost ln(candidates): compare batch sizes by `relative`. temperature: at the start, then learned
    (Radford et al. 2021: the scale is at most 100). All is done in float32, under autocast too.
    """

    def __init__(self, known: KnownPairs, positives: str = "known", temperature: float = 0.07) -> None:
        super().__init__()
        if positives not in POSITIVES:
            raise KnockonError(f"contrastive loss: positives is {positives!r}; choose one of {', '.join(POSITIVES)}")
        if not temperature >= 0.01:
            raise KnockonError(f"contrastive loss: temperature is {temperature}; it must be at least 0.01")
        self.known, self.positives = known, positives
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))

    def forward(self, own: Paired, everyone: Paired | None = None, first: int = 0) -> tuple[Tensor, Tensor]:
        """Mean loss of the own anchors and their number, scalars; 0 with zero gradients where there is none.

        everyone: the pairs of all processes, whose rows from `first` on are the own ones; None where they are all.
        """
        everyone = own if everyone is None else everyone
        with torch.autocast(own.ligands.device.type, enabled=False):
            scale = self.log_scale.clamp_max(_LARGEST_SCALE).exp()
            total = torch.zeros((), device=own.ligands.device, dtype=scale.dtype)
            for ligands_ask in (True, False):
                anchors, candidates = (
                    (own.ligands, everyone.proteins) if ligands_ask else (own.proteins, everyone.ligands)
                )
                scores = anchors.to(scale.dtype) @ candidates.to(scale.dtype).T * scale
                positive, masked = self.cells(own, everyone, first, ligands_ask)
                total = total + 0.5 * (anchor_losses(scores, positive, masked) * own.anchor).sum()
        count = own.anchor.sum()
        return total / count.clamp_min(1), count

    @torch.no_grad()
    def cells(self, own: Paired, everyone: Paired, first: int, ligands_ask: bool) -> tuple[Tensor, Tensor]:
        """Which cells are positive and which are masked, bool (own rows, all rows) each."""
        rows = torch.arange(len(own.ligand), device=own.ligand.device)
        diagonal = torch.zeros(len(own.ligand), len(everyone.ligand), dtype=torch.bool, device=rows.device)
        diagonal[rows, rows + first] = True
        if self.positives == "diagonal":
            return diagonal, torch.zeros_like(diagonal)
        same = (own.ligand[:, None] == everyone.ligand) | (own.protein[:, None] == everyone.protein)
        if ligands_ask:
            known = self.known(own.ligand[:, None], everyone.protein)
        else:
            known = self.known(everyone.ligand, own.protein[:, None])
        return diagonal | (known & ~same), same & ~diagonal


def anchor_losses(scores: Tensor, positive: Tensor, masked: Tensor) -> Tensor:
    """Mean over each row's positives of their loss against its negatives; all (rows, candidates), gives (rows,)."""
    lowest = torch.finfo(scores.dtype).min
    negatives = torch.where(positive | masked, lowest, scores).logsumexp(1, keepdim=True)
    each = torch.where(positive, nn.functional.softplus(negatives - scores), 0.0)
    return each.sum(1) / positive.sum(1).clamp_min(1)


def relative(loss: float, candidates: int) -> float:
    """Loss in units of what uniform scores cost, ln B: 1 is chance in a batch of any size B = `candidates` ≥ 2."""
    return loss / math.log(candidates)
