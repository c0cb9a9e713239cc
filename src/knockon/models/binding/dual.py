"""Two towers: an encoder of ligands and one of proteins, whose vectors meet in a cosine and in a regression head."""

import torch
from torch import Tensor, nn

from knockon.errors import KnockonError
from knockon.losses.censored import Censored
from knockon.losses.contrastive import InfoNCE, Paired
from knockon.losses.loss import Loss
from knockon.models.supervised import Scorer
from knockon.training.task import Batch
from knockon.training.whole_batch import Encoded, Gather, WholeBatchModule

LOSSES = ("regression", "contrastive", "joint")
HEADS = ("regression", "cosine")


class DualNetwork(nn.Module):
    """Encoders, projections to a common space, and what they say of a pair.

    head: `regression` is a perceptron on both vectors and their product, `cosine` a line through the cosine. encoders:
    of a ligand and of a protein, each with a `width`.
    """

    def __init__(self, encoders: tuple[nn.Module, nn.Module], width: int, head: str, dropout: float) -> None:
        super().__init__()
        if head not in HEADS:
            raise KnockonError(f"binding model: there is no head {head!r}; choose one of {', '.join(HEADS)}")
        self.ligand, self.protein = encoders
        sizes = [int(getattr(encoder, "width")) for encoder in encoders]  # noqa: B009 (an attribute of any encoder)
        self.project_ligand, self.project_protein = (nn.Linear(size, width) for size in sizes)
        self.line = nn.Parameter(torch.tensor([1.0, 0.0]))
        self.head = None
        if head == "regression":
            self.head = nn.Sequential(
                nn.Linear(3 * width, 2 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * width, 1)
            )

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Unit vectors of ligands and proteins, (pairs, width), and outputs (pairs, 1, 1)."""
        ligands = self.project_ligand(self.ligand(batch["ligand_rows"]))[batch["ligand_of"]]
        proteins = self.project_protein(self.protein(batch["protein_rows"]))[batch["protein_of"]]
        return self.meet(ligands, proteins)

    def meet(self, ligands: Tensor, proteins: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The same from projected vectors, each (pairs, width)."""
        units = [nn.functional.normalize(each.float(), dim=1) for each in (ligands, proteins)]
        if self.head is None:
            outputs = (units[0] * units[1]).sum(dim=1, keepdim=True) * self.line[0] + self.line[1]
        else:
            outputs = self.head(torch.cat([ligands, proteins, ligands * proteins], dim=1))
        return units[0], units[1], outputs.unsqueeze(2)


class ScoredDual(WholeBatchModule, Scorer):
    """The network with its losses: `regression` by `loss`, `contrastive` by `contrast`, `joint` both.

    L = regression + `weight` · contrastive, each the mean over its own labels of the global batch. threshold: pairs
    from this strength on are binders, which the contrastive loss takes as anchors.
    """

    def __init__(
        self, network: DualNetwork, loss: Loss, contrast: InfoNCE, kind: str, threshold: float, weight: float = 1.0
    ) -> None:
        super().__init__()
        if kind not in LOSSES:
            raise KnockonError(f"binding model: there is no loss {kind!r}; choose one of {', '.join(LOSSES)}")
        self.network, self.loss, self.contrast = network, loss, contrast
        self.kind, self.threshold, self.weight = kind, threshold, weight
        if kind == "contrastive":
            # The line is fitted afterwards: no loss speaks of it.
            for parameter in (network.line, *(network.head.parameters() if network.head else ()), *loss.parameters()):
                parameter.requires_grad_(False)
        if kind == "regression":
            contrast.log_scale.requires_grad_(False)

    def encode(self, batch: Batch) -> Encoded:
        """See `WholeBatchModule.encode`."""
        ligands, proteins, outputs = self.network(batch)
        vectors = {"ligands": ligands, "proteins": proteins, "outputs": outputs}
        return Encoded(vectors, {name: batch[name] for name in ("ligand", "protein", "target", "mask", "relation")})

    def whole(self, encoded: Encoded, gather: Gather) -> tuple[Tensor, Tensor]:
        """See `WholeBatchModule.whole`."""
        if self.kind == "regression":
            return self._regression(encoded), encoded.labels["mask"].sum()
        mean, anchors, everyones = self._contrastive(encoded, gather)
        if self.kind == "contrastive":
            return mean, anchors
        pairs = encoded.labels["mask"].sum()
        # The update divides the sum over processes by the pairs of all of them, which leaves the mean over anchors.
        everyone = gather(pairs[None])[0].sum()
        part = mean * anchors / everyones.clamp_min(1) * everyone / pairs.clamp_min(1)
        return self._regression(encoded) + self.weight * part, pairs

    def _regression(self, encoded: Encoded) -> Tensor:
        labels, outputs = encoded.labels, encoded.vectors["outputs"].float()
        if isinstance(self.loss, Censored):
            return self.loss(outputs, labels["target"], labels["mask"], relation=labels["relation"])
        found: Tensor = self.loss(outputs, labels["target"], labels["mask"])
        return found

    def _contrastive(self, encoded: Encoded, gather: Gather) -> tuple[Tensor, Tensor, Tensor]:
        """Mean over the own anchors, their number, and that of all processes."""
        labels = encoded.labels
        anchor = ((labels["target"] >= self.threshold) & (labels["mask"] > 0) & (labels["relation"] >= 0))[:, 0]
        columns = (encoded.vectors["ligands"], encoded.vectors["proteins"], labels["ligand"], labels["protein"], anchor)
        gathered = [gather(column) for column in columns]
        mean, count = self.contrast(Paired(*columns), Paired(*(rows for rows, _ in gathered)), gathered[0][1])
        return mean, count, gathered[4][0].sum()

    def predict(self, batch: Batch) -> Tensor:
        """Labels in their unit, float32 (pairs, 1); of the contrastive loss the cosine on its line."""
        return self.decode(*self.network(batch))

    def decode(self, ligands: Tensor, proteins: Tensor, outputs: Tensor) -> Tensor:
        """Labels in their unit, float32 (pairs, 1), from what `DualNetwork.meet` gives."""
        if self.kind == "contrastive":
            line = self.network.line
            outputs = ((ligands * proteins).sum(dim=1, keepdim=True) * line[0] + line[1]).unsqueeze(2)
        return self.loss.decode(outputs.float())
