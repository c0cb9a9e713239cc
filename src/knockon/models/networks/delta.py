"""The network model: the genome is encoded once a batch, a strain is what its perturbed genes change in it.

A strain costs memory by its perturbed genes, not by the genome: it looks up its genes' states, those of their
neighbourhoods and the genome's mean, and reads them out as a set.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from knockon.dataset.genotypes import Genotypes
from knockon.errors import KnockonError
from knockon.hashing import digest
from knockon.models.context import Context, Inputs
from knockon.models.networks.batches import StrainBatches, describe_inputs
from knockon.models.networks.convolutions import SimpleConv
from knockon.models.networks.genome_encoder import CONVOLUTIONS, GenomeEncoder, GenomeNetwork, genome_network
from knockon.models.networks.model import StrainModel, settings_of
from knockon.models.protocol import Examples
from knockon.models.strains.features import as_dense
from knockon.models.supervised import NetworkOutput


class DeltaNetwork(nn.Module):
    """Outputs = head[Σ_g u_g, Σ_{g<h} e_g ⊙ e_h] with u, e from each perturbed gene's [state, neighbourhood, genome],
    plus a part that every gene has of its own.

    The readout is a function of the set: any number of genes, in any order.
    """

    neighbours: Tensor
    shares: Tensor
    nodes: Tensor

    def __init__(
        self,
        encoder: GenomeEncoder,
        genome: GenomeNetwork,
        width: int,
        dropout: float,
        heads: int,
        outputs: int,
        nodes: Tensor | None = None,
    ) -> None:
        """nodes: int64 (genes,), the encoder's node of each gene of a batch's `indices`; the same numbers if None."""
        super().__init__()
        self.shape = (heads, outputs)
        self.encoder = encoder
        known = torch.arange(encoder.identity.num_embeddings) if nodes is None else nodes
        self.register_buffer("nodes", known, persistent=False)
        self.register_buffer("neighbours", genome.neighbours, persistent=False)
        self.register_buffer("shares", genome.shares, persistent=False)
        self.around = SimpleConv(aggr="sum")
        count = encoder.identity.num_embeddings
        # What no network explains of a gene; the networks' part starts small beside it.
        self.own_effect, self.own_factor = nn.Embedding(count, width), nn.Embedding(count, width)
        nn.init.normal_(self.own_effect.weight, std=0.1)
        nn.init.normal_(self.own_factor.weight, std=0.3)
        self.change = nn.Sequential(nn.Linear(3 * width, 2 * width), nn.ReLU(), nn.Dropout(dropout))
        self.effect = nn.Linear(2 * width, width)
        self.interaction = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * width, heads * outputs)
        with torch.no_grad():
            self.interaction.weight.mul_(0.3)

    def forward(self, batch: dict[str, Tensor]) -> NetworkOutput:
        """From the strains as CSR: `indices` and `indptr`."""
        indices, indptr = self.nodes[batch["indices"]], batch["indptr"]
        changes = self.changes()
        added, total, squares = functional.embedding_bag(
            indices, changes, indptr, mode="sum", include_last_offset=True
        ).chunk(3, dim=1)
        features = self.dropout(torch.cat([added, 0.5 * (total.square() - squares)], dim=1))
        return NetworkOutput(self.head(features).unflatten(1, self.shape), features)

    def changes(self) -> Tensor:
        """What perturbing each gene means: its effect u, its factor e, and e², float32 (genes, 3 × width)."""
        states = self.encoder()
        around = self.around(states, self.neighbours, self.shares)
        genome = states.mean(0, keepdim=True).expand_as(states)
        hidden = self.change(torch.cat([states, around, genome], dim=1))
        own_effect, own_factor = self.own_effect.weight, self.own_factor.weight
        if self.training and self.encoder.forgetting:
            keep = torch.rand(len(states), 1, device=states.device) >= self.encoder.forgetting
            own_effect, own_factor = own_effect * keep, own_factor * keep
        factors = self.interaction(hidden) + own_factor
        return torch.cat([self.effect(hidden) + own_effect, factors, factors.square()], dim=1)


class DeltaDesign:
    """The network model of strains.

    side: by kind, gene × feature matrices over the representation's genes, see `genome_network`; networks: the kinds
    to use, all of them where None. use_vectors: whether a gene starts from its representation besides its identity.
    among: the genes that the network encodes, all where None; strains may perturb no others.
    """

    name = "network"

    def __init__(
        self,
        inputs: Inputs,
        side: Mapping[str, sp.csr_matrix],
        networks: tuple[str, ...] | None = None,
        convolution: str = "transformer",
        width: int = 32,
        layers: int = 2,
        dropout: float = 0.1,
        forgetting: float = 0.1,
        use_vectors: bool = False,
        among: tuple[str, ...] | None = None,
    ) -> None:
        missing = sorted(set(networks or ()) - set(side))
        if missing:
            raise KnockonError(f"no network {', '.join(missing)}; there are {', '.join(sorted(side)) or 'none'}")
        if convolution not in CONVOLUTIONS:
            raise KnockonError(f"network convolution is {convolution!r}; choose one of {', '.join(CONVOLUTIONS)}")
        self.inputs = inputs
        genes = inputs.representation.names
        self.chosen = np.arange(len(genes)) if among is None else np.flatnonzero(np.isin(np.array(genes), among))
        self.side = _restricted({kind: side[kind] for kind in sorted(networks or side)}, self.chosen, len(genes))
        self.convolution, self.width, self.layers = convolution, width, layers
        self.dropout, self.forgetting, self.use_vectors = dropout, forgetting, use_vectors

    @property
    def reads_vectors(self) -> bool:
        """As it was asked to."""
        return self.use_vectors

    def describe(self) -> dict[str, Any]:
        """Settings, networks and vectors, for a checkpoint's fingerprint."""
        sizes = {"convolution": self.convolution, "width": self.width, "layers": self.layers, "dropout": self.dropout}
        networks = {f"network.{kind}": digest(matrix) for kind, matrix in self.side.items()}
        vectors = describe_inputs(self.inputs) if self.use_vectors else {}
        return sizes | {"forgetting": self.forgetting} | networks | vectors

    def batches(self, genotypes: Genotypes) -> StrainBatches:
        """The strains as sets of genes. Raises KnockonError where one perturbs a gene that is not encoded."""
        outside = np.setdiff1d(genotypes.indices, self.chosen)
        if len(outside):
            names = ", ".join(genotypes.genes[gene] for gene in outside[:3])
            raise KnockonError(
                f"network: {len(outside)} perturbed genes are not in its genome, e.g. {names}: it encodes the genes of "
                "its data set; set whole_genome in its grid"
            )
        return StrainBatches(genotypes)

    def network(self, genes: tuple[str, ...], heads: int, outputs: int) -> DeltaNetwork:
        """An unfitted network over these genes. Raises KnockonError where they are not the representation's."""
        if genes != self.inputs.representation.names:
            raise KnockonError("network: the strains are over other genes than the representation and the networks")
        count = len(self.chosen)
        genome: GenomeNetwork = genome_network(self.side, count)
        encoder = GenomeEncoder(
            genome, count, self._vectors(), self.width, self.layers, self.convolution, self.forgetting
        )
        nodes = torch.zeros(len(genes), dtype=torch.int64)
        nodes[torch.from_numpy(self.chosen)] = torch.arange(count)
        return DeltaNetwork(encoder, genome, self.width, self.dropout, heads, outputs, nodes)

    def prepare(self, network: nn.Module, train: Examples) -> None:
        """Genes that no training strain perturbs have no identity, only neighbours and vectors."""
        assert isinstance(network, DeltaNetwork)
        unseen: NDArray[np.int64] = np.setdiff1d(self.chosen, train.genotypes.indices)
        nodes = network.nodes[torch.from_numpy(unseen)]
        for embedding in (network.encoder.identity, network.own_effect, network.own_factor):
            embedding.weight.data[nodes] = 0.0

    def _vectors(self) -> Tensor | None:
        if not self.use_vectors:
            return None
        matrix = as_dense(self.inputs.representation.matrix).astype(np.float32)
        return torch.from_numpy(((matrix - matrix.mean(0)) / np.maximum(matrix.std(0), 1e-6))[self.chosen])


def network(
    inputs: Inputs,
    context: Context,
    *,
    whole_genome: bool = False,
    networks: tuple[str, ...] | None = None,
    convolution: str = "transformer",
    width: int = 32,
    layers: int = 2,
    dropout: float = 0.1,
    forgetting: float = 0.1,
    use_vectors: bool = False,
) -> StrainModel:
    """The network model: the genome once a batch, perturbations as a delta; see `DeltaDesign` for its arguments.

    Unless whole_genome, the network encodes only the genes that strains perturb and their groups (terms, complexes,
    pathways), which is many times faster.
    """
    among = context.perturbed if context.perturbed and not whole_genome else None
    sizes = (convolution, width, layers, dropout, forgetting)
    design = DeltaDesign(inputs, context.side(), networks, *sizes, use_vectors, among)
    return StrainModel(design, context, settings_of(context, {"batch_size": 4096}))


def _restricted(side: Mapping[str, sp.csr_matrix], chosen: NDArray[np.int64], genes: int) -> dict[str, sp.csr_matrix]:
    """The matrices' rows of the chosen genes, and of networks their columns; without empty groups and kinds."""
    if len(chosen) == genes:
        return dict(side)
    found = {}
    for kind, matrix in side.items():
        rows = sp.csr_matrix(matrix)[chosen]
        columns = chosen if matrix.shape[1] == genes else np.unique(rows.indices)
        if rows.nnz:
            found[kind] = sp.csr_matrix(rows[:, columns])
    return {kind: matrix for kind, matrix in found.items() if matrix.nnz}
