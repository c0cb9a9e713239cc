"""The wild-type genome as a heterogeneous network, encoded once for a whole batch of strains.

Nodes are the genes and, for each kind of annotation, its groups (terms, complexes, pathways). Convolutions are
torch-geometric's.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn

from knockon.errors import KnockonError
from knockon.models.networks.convolutions import GATv2Conv, GINEConv, HeteroConv, TransformerConv

CONVOLUTIONS = ("transformer", "gat", "gin")
GENE = "gene"

EdgeType = tuple[str, str, str]


@dataclass(frozen=True)
class GenomeNetwork:
    """Edges by type. edges: int64 (2, edges), source above target. attributes: float32 (edges, 1).

    groups: number of nodes of each kind that is no gene. neighbours: int64 (2, edges), all gene-gene edges together,
    and shares: float32 (edges,), which sum to 1 for each target gene.
    """

    edges: dict[EdgeType, Tensor]
    attributes: dict[EdgeType, Tensor]
    groups: dict[str, int]
    neighbours: Tensor
    shares: Tensor


def genome_network(side: Mapping[str, sp.csr_matrix], genes: int) -> GenomeNetwork:
    """Turn gene × feature matrices into a network.

    A kind with as many features as genes links genes to genes, in both directions; any other links genes to groups.
    The matrix's value is the edge's attribute, scaled to at most 1. Raises KnockonError for a matrix of other genes.
    """
    edges: dict[EdgeType, Tensor] = {}
    attributes: dict[EdgeType, Tensor] = {}
    groups: dict[str, int] = {}
    total: Any = sp.csr_array((genes, genes), dtype=np.float32)
    for kind in sorted(side):
        matrix = sp.coo_matrix(side[kind])
        if matrix.shape[0] != genes:
            raise KnockonError(f"network {kind}: has {matrix.shape[0]} rows for {genes} genes")
        values = (matrix.data / max(np.abs(matrix.data).max(initial=0.0), 1e-12)).astype(np.float32)
        forward = torch.from_numpy(np.stack([matrix.row, matrix.col]).astype(np.int64))
        far = GENE if matrix.shape[1] == genes else kind
        if far == GENE:
            total = total + abs(sp.csr_matrix(matrix)) + abs(sp.csr_matrix(matrix).T)
        else:
            groups[kind] = matrix.shape[1]
        for edge_type, pairs in (((GENE, kind, far), forward), ((far, f"{kind}_back", GENE), forward.flip(0))):
            edges[edge_type] = pairs.contiguous()
            attributes[edge_type] = torch.from_numpy(values)[:, None]
    links = sp.coo_matrix(total)
    shares = links.data / np.maximum(np.asarray(total.sum(axis=1)).ravel(), 1e-12)[links.row]
    neighbours = torch.from_numpy(np.stack([links.col, links.row]).astype(np.int64))
    return GenomeNetwork(edges, attributes, groups, neighbours, torch.from_numpy(shares.astype(np.float32)))


class GenomeEncoder(nn.Module):
    """States of all genes, float32 (genes, width), from their own vectors through `layers` rounds of messages.

    vectors: float32 (genes, dimensions), what is known of each gene, or None; besides it every gene has a learned
    identity, of which a batch forgets a share `forgetting`: a gene without training strains has none, and the network
    must know what to do then.
    """

    vectors: Tensor

    def __init__(
        self,
        network: GenomeNetwork,
        genes: int,
        vectors: Tensor | None,
        width: int,
        layers: int,
        convolution: str,
        forgetting: float,
    ) -> None:
        super().__init__()
        self.identity = nn.Embedding(genes, width)
        nn.init.normal_(self.identity.weight, std=0.3)
        self.register_buffer("vectors", torch.zeros(genes, 0) if vectors is None else vectors, persistent=False)
        self.known = nn.Linear(self.vectors.shape[1], width) if self.vectors.shape[1] else None
        self.group_kinds = sorted(network.groups)
        self.groups = nn.ModuleDict(
            {_key(kind): nn.Embedding(network.groups[kind], width) for kind in self.group_kinds}
        )
        for kind in self.group_kinds:
            nn.init.normal_(self._group(kind), std=0.3)
        self.forgetting = forgetting
        self.edge_types = sorted(network.edges)
        for number, edge_type in enumerate(self.edge_types):
            self.register_buffer(f"edges_{number}", network.edges[edge_type], persistent=False)
            self.register_buffer(f"attributes_{number}", network.attributes[edge_type], persistent=False)
        self.rounds, self.norms = nn.ModuleList(), nn.ModuleList()
        for number in range(layers if self.edge_types else 0):
            # Nobody reads the groups after the last round.
            used = [edge for edge in self.edge_types if number < layers - 1 or edge[2] == GENE]
            with warnings.catch_warnings(action="ignore", category=UserWarning):
                self.rounds.append(HeteroConv({edge: _convolution(convolution, width) for edge in used}, aggr="mean"))
            kinds = sorted({edge[2] for edge in used})
            self.norms.append(nn.ModuleDict({_key(kind): nn.LayerNorm(width) for kind in kinds}))

    def forward(self) -> Tensor:
        """Encode the genome."""
        states = {GENE: self._genes()} | {kind: self._group(kind) for kind in self.group_kinds}
        edges = {edge: self.get_buffer(f"edges_{number}") for number, edge in enumerate(self.edge_types)}
        attributes = {edge: self.get_buffer(f"attributes_{number}") for number, edge in enumerate(self.edge_types)}
        for messages, norms in zip(self.rounds, self.norms, strict=True):
            assert isinstance(norms, nn.ModuleDict)
            for kind, received in messages(states, edges, edge_attr_dict=attributes).items():
                states[kind] = norms[_key(kind)](states[kind] + torch.relu(received))
        return states[GENE]

    def _group(self, kind: str) -> Tensor:
        weight: Tensor = self.groups[_key(kind)].get_parameter("weight")
        return weight

    def _genes(self) -> Tensor:
        identity = self.identity.weight
        if self.training and self.forgetting:
            keep = torch.rand(len(identity), 1, device=identity.device) >= self.forgetting
            identity = identity * keep
        return identity if self.known is None else identity + self.known(self.vectors)


def _convolution(kind: str, width: int) -> nn.Module:
    """A convolution of width to width that reads an attribute per edge; source and target may be of two kinds."""
    if kind == "transformer":
        return TransformerConv((width, width), width, edge_dim=1)
    if kind == "gat":
        return GATv2Conv((width, width), width, edge_dim=1, add_self_loops=False)
    if kind == "gin":
        return GINEConv(nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width)), edge_dim=1)
    raise KnockonError(f"network convolution is {kind!r}; choose one of {', '.join(CONVOLUTIONS)}")


def _key(kind: str) -> str:
    """A name that a module may have: "modules" is one of torch's own, and a dot parts names."""
    return f"of_{kind.replace('.', '_')}"
