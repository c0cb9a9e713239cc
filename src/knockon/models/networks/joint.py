"""The network of joint phenotypes: one description of what each gene's loss means, read by every head."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.models.context import Inputs
from knockon.models.networks.batches import StrainBatches, describe_inputs
from knockon.models.protocol import Examples
from knockon.models.strains.features import as_dense
from knockon.models.supervised import NetworkOutput
from knockon.represent.representation import Representation


class JointNetwork(nn.Module):
    """Outputs = W [Σ_g u_g, Σ_{g<h} e_g ⊙ e_h] + c; [u, e] of a gene = perceptron(its vector) + its identity.

    vectors: float32 (genes, dimensions), what is known of each gene. The identity is learned freely for each gene, and
    a batch forgets a share `forgetting` of the genes' identities: so the perceptron learns to do without, as it must
    for a gene that no training strain perturbs. Every head is a linear map of the same strain; a head of few labels
    gains from what the others teach about genes.
    """

    vectors: Tensor

    def __init__(
        self, vectors: Tensor, hidden: int, width: int, dropout: float, forgetting: float, heads: int, outputs: int
    ) -> None:
        super().__init__()
        self.shape = (heads, outputs)
        self.forgetting = forgetting
        self.register_buffer("vectors", vectors, persistent=False)
        self.known = nn.Sequential(
            nn.Linear(vectors.shape[1], hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, 2 * width)
        )
        self.identity = nn.Embedding(len(vectors), 2 * width)
        nn.init.normal_(self.identity.weight, std=0.1)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * width, heads * outputs)

    def forward(self, batch: dict[str, Tensor]) -> NetworkOutput:
        """From the strains as CSR: `indices` and `indptr`."""
        used, places = torch.unique(batch["indices"], return_inverse=True)
        effects, factors = self._states(used).chunk(2, dim=1)
        summed = functional.embedding_bag(
            places,
            torch.cat([effects, factors, factors.square()], dim=1),
            batch["indptr"],
            mode="sum",
            include_last_offset=True,
        )
        added, total, squares = summed.chunk(3, dim=1)
        features = self.dropout(torch.cat([added, 0.5 * (total.square() - squares)], dim=1))
        return NetworkOutput(self.head(features).unflatten(1, self.shape), features)

    def _states(self, genes: Tensor) -> Tensor:
        """[u, e] of the chosen genes, float32 (genes, 2 × width)."""
        identity = self.identity(genes)
        if self.training and self.forgetting:
            identity = identity * (torch.rand(len(genes), 1, device=genes.device) >= self.forgetting)
        found: Tensor = self.known(self.vectors[genes]) + identity
        return found


class JointDesign:
    """The network of joint phenotypes, over the genes of `representation`; see `JointNetwork` for its settings."""

    name = "joint"
    reads_vectors = True

    def __init__(
        self,
        representation: Representation,
        hidden: int = 128,
        width: int = 64,
        dropout: float = 0.3,
        forgetting: float = 0.3,
    ) -> None:
        self.representation = representation
        self.hidden, self.width = hidden, width
        self.dropout, self.forgetting = dropout, forgetting

    def describe(self) -> dict[str, Any]:
        """Settings and vectors, for a checkpoint's fingerprint."""
        sizes = {"hidden": self.hidden, "width": self.width, "dropout": self.dropout, "forgetting": self.forgetting}
        return sizes | describe_inputs(Inputs(self.representation, "pert_sum"))

    def batches(self, genotypes: Genotypes) -> StrainBatches:
        """The strains as sets of genes."""
        return StrainBatches(genotypes)

    def network(self, genes: tuple[str, ...], heads: int, outputs: int) -> JointNetwork:
        """An unfitted network over these genes. Raises KnockonError where they are not the representation's."""
        if genes != self.representation.names:
            raise KnockonError("joint: the strains are over other genes than the genes' vectors")
        vectors = torch.from_numpy(as_dense(self.representation.matrix).astype(np.float32))
        return JointNetwork(vectors, self.hidden, self.width, self.dropout, self.forgetting, heads, outputs)

    def prepare(self, network: nn.Module, train: Examples) -> None:
        """Genes that no training strain perturbs have no identity, only their vector."""
        assert isinstance(network, JointNetwork)
        unseen = np.setdiff1d(np.arange(len(train.genotypes.genes)), train.genotypes.indices)
        network.identity.weight.data[torch.from_numpy(unseen)] = 0.0
