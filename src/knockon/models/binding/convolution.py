"""DeepDTA's form (Öztürk et al. 2018, Bioinformatics 34:i821): convolutions on both sides of each pair."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from knockon.models.binding.encoders import ConvolutionEncoder
from knockon.models.binding.sizes import ConvolutionSizes
from knockon.models.supervised import NetworkOutput
from knockon.training.task import Batch


class DeepNetwork(nn.Module):
    """A network that gives `NetworkOutput` for pairs; the baseline that encodes each pair by itself."""

    def __init__(self, ligand_tokens: int, protein_tokens: int, sizes: ConvolutionSizes) -> None:
        super().__init__()
        filters = (sizes.filters, 2 * sizes.filters, 3 * sizes.filters)
        self.ligand = ConvolutionEncoder(ligand_tokens, sizes.embedding, filters, sizes.ligand_kernel)
        self.protein = ConvolutionEncoder(protein_tokens, sizes.embedding, filters, sizes.protein_kernel)
        widths = (2 * filters[-1], *sizes.hidden)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(sizes.dropout)]
        self.hidden = nn.Sequential(*layers)
        self.last = nn.Linear(widths[-1], 1)

    def forward(self, batch: Batch) -> NetworkOutput:
        """Outputs (pairs, 1, 1) and the last hidden layer."""
        ligands = self.ligand(batch["ligand_rows"])[batch["ligand_of"]]
        proteins = self.protein(batch["protein_rows"])[batch["protein_of"]]
        features: Tensor = self.hidden(torch.cat([ligands, proteins], dim=1))
        return NetworkOutput(self.last(features).unsqueeze(2), features)
