"""Labelled strains as graphs: a torch-geometric Dataset over one network of genes."""

from typing import Any

import numpy as np
import scipy.sparse as sp
import torch

# The first import of torch-geometric warns of what its users can't mend; this module imports it quietly.
import knockon.models.networks.convolutions  # noqa: F401
from knockon.models.protocol import Examples

# isort: split
from torch_geometric.data import Data, Dataset


class StrainGraphs(Dataset):
    """One graph a strain: all share nodes (genes, in the order of `genes`) and edges, in memory once.

    A graph has x float32 (genes, 1), 1 where the strain perturbs the gene; edge_index int64 (2, edges) from `other` to
    gene; edge_attr float32 (edges, 1), how sure the link is; y float32 (1,), the label; weight float32 (1,).
    """

    def __init__(self, examples: Examples, links: sp.csr_matrix) -> None:
        super().__init__()
        self.genes = examples.genotypes.genes
        self._examples = examples
        edges = links.tocoo()
        # A copy in C order: the rows of a matrix in coordinates are the targets.
        self._edge_index = torch.from_numpy(np.stack([edges.col, edges.row]).astype(np.int64))
        self._edge_attr = torch.from_numpy(edges.data.astype(np.float32))[:, None]

    def len(self) -> int:
        """Number of strains."""
        return len(self._examples)

    def get(self, idx: int) -> Any:
        """The graph of one strain."""
        genotypes = self._examples.genotypes
        perturbed = genotypes.indices[genotypes.indptr[idx] : genotypes.indptr[idx + 1]].astype(np.int64)
        marks = torch.zeros(len(self.genes), 1)
        marks[torch.from_numpy(perturbed)] = 1.0
        label = torch.tensor([self._examples.values[idx]], dtype=torch.float32)
        weight = torch.tensor([self._examples.weights[idx]], dtype=torch.float32)
        return Data(x=marks, edge_index=self._edge_index, edge_attr=self._edge_attr, y=label, weight=weight)
