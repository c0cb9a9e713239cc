"""Bilinear gene embeddings: a strain is the sum of its genes' effects and of the products of their vectors."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.context import Context, Inputs
from knockon.models.networks.batches import StrainBatches, describe_inputs
from knockon.models.networks.model import StrainModel, settings_of
from knockon.models.protocol import Examples
from knockon.models.strains.features import as_dense
from knockon.models.supervised import NetworkOutput


class BilinearNetwork(nn.Module):
    """Outputs = W [Σ_g u_g, Σ_{g<h} e_g ⊙ e_h] + c, with vectors u, e of `width` numbers a gene.

    u and e are learned freely for each gene, plus a learned linear map of the gene's representation (genes,
    dimensions) where one is given. Σ_{g<h} e_g ⊙ e_h = ½ ((Σ e)² − Σ e²): any number of genes, in any order.
    """

    vectors: Tensor

    def __init__(
        self, genes: int, vectors: Tensor | None, width: int, dropout: float, heads: int, outputs: int
    ) -> None:
        super().__init__()
        self.shape = (heads, outputs)
        self.effect = nn.Embedding(genes, width)
        self.interaction = nn.Embedding(genes, width)
        nn.init.normal_(self.effect.weight, std=0.1)
        nn.init.normal_(self.interaction.weight, std=0.3)
        self.register_buffer("vectors", torch.zeros(genes, 0) if vectors is None else vectors, persistent=False)
        self.effect_map = nn.Linear(self.vectors.shape[1], width, bias=False) if self.vectors.shape[1] else None
        self.interaction_map = nn.Linear(self.vectors.shape[1], width, bias=False) if self.vectors.shape[1] else None
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * width, heads * outputs)

    def forward(self, batch: dict[str, Tensor]) -> NetworkOutput:
        """From the strains as CSR: `indices` and `indptr`."""
        indices, indptr = batch["indices"], batch["indptr"]
        effects, factors = self.effect(indices), self.interaction(indices)
        if self.effect_map is not None and self.interaction_map is not None:
            known = self.vectors[indices]
            effects, factors = effects + self.effect_map(known), factors + self.interaction_map(known)
        sums = functional.embedding_bag(
            torch.arange(len(indices), device=indices.device),
            torch.cat([effects, factors, factors.square()], dim=1),
            indptr,
            mode="sum",
            include_last_offset=True,
        )
        added, total, squares = sums.chunk(3, dim=1)
        features = self.dropout(torch.cat([added, 0.5 * (total.square() - squares)], dim=1))
        return NetworkOutput(self.head(features).unflatten(1, self.shape), features)


class BilinearDesign:
    """The bilinear model of strains. use_vectors: whether a gene's vector depends on its representation too.

    Without it, a gene that no training strain perturbs keeps its random start.
    """

    name = "bilinear"

    def __init__(self, inputs: Inputs, width: int = 32, dropout: float = 0.0, use_vectors: bool = False) -> None:
        self.inputs = inputs
        self.width, self.dropout, self.use_vectors = width, dropout, use_vectors

    @property
    def reads_vectors(self) -> bool:
        """As it was asked to."""
        return self.use_vectors

    def describe(self) -> dict[str, Any]:
        """Settings and inputs, for a checkpoint's fingerprint."""
        sizes = {"width": self.width, "dropout": self.dropout, "use_vectors": self.use_vectors}
        return sizes | (describe_inputs(self.inputs) if self.use_vectors else {})

    def batches(self, genotypes: Genotypes) -> StrainBatches:
        """The strains as sets of genes."""
        return StrainBatches(genotypes)

    def network(self, genes: tuple[str, ...], heads: int, outputs: int) -> BilinearNetwork:
        """An unfitted network over these genes. Raises KnockonError where a gene has no vector."""
        vectors = self._vectors(genes) if self.use_vectors else None
        return BilinearNetwork(len(genes), vectors, self.width, self.dropout, heads, outputs)

    def prepare(self, network: nn.Module, train: Examples) -> None:
        """Start the genes that no training strain perturbs at 0: nothing is known of them but their representation."""
        assert isinstance(network, BilinearNetwork)
        unseen = np.setdiff1d(np.arange(len(train.genotypes.genes)), train.genotypes.indices)
        network.effect.weight.data[torch.from_numpy(unseen)] = 0.0
        network.interaction.weight.data[torch.from_numpy(unseen)] = 0.0

    def _vectors(self, genes: tuple[str, ...]) -> Tensor:
        """The genes' vectors, each column standardised over all genes of the representation."""
        representation = self.inputs.representation
        row_of = {gene: row for row, gene in enumerate(representation.names)}
        missing = [gene for gene in genes if gene not in row_of]
        if missing:
            raise KnockonError(f"{representation.name} has no vector for {len(missing)} genes, e.g. {missing[:3]}")
        matrix = as_dense(representation.matrix).astype(np.float32)
        matrix = (matrix - matrix.mean(0)) / np.maximum(matrix.std(0), 1e-6)
        return torch.from_numpy(matrix[[row_of[gene] for gene in genes]])


def bilinear(
    inputs: Inputs, context: Context, *, width: int = 32, dropout: float = 0.0, use_vectors: bool = False
) -> StrainModel:
    """Bilinear gene embeddings."""
    return StrainModel(BilinearDesign(inputs, width, dropout, use_vectors), context, settings_of(context))
