"""DCell: a neural network wired like the cell's hierarchy of subsystems (Ma et al. 2018, Nature Methods 15:290).

A term's state is BatchNorm(tanh(W · [states of its children, its own genes] + b)); a linear head on every term guesses
the label too, and its loss counts α = 0.3. Genes enter as 1 where they are perturbed, 0 elsewhere.
"""

import torch
from torch import Tensor, nn

from knockon.models.dcell.blocks import Gather, TermBlock, Write, plan_blocks
from knockon.models.dcell.ontology import Topology
from knockon.models.networks.batches import strain_of_perturbation
from knockon.models.supervised import NetworkOutput


class DCell(nn.Module):
    """The network over a topology.

    genes: the names to which a batch's `indices` refer; those that the topology lacks have no effect.
    heads, outputs: labels, and numbers per label, of every term's head.
    """

    gene_rows: Tensor

    def __init__(self, topology: Topology, genes: tuple[str, ...], heads: int = 1, outputs: int = 1) -> None:
        super().__init__()
        self.topology = topology
        self.heads, self.outputs = heads, outputs
        plans = plan_blocks(topology)
        self.blocks = [TermBlock(plan, heads * outputs) for plan in plans]
        self.registered_blocks = nn.ModuleList(self.blocks)
        self.rows = plans[-1].start + len(plans[-1].terms) * plans[-1].width
        row_of = {gene: 1 + number for number, gene in enumerate(topology.genes)}
        known = torch.tensor([row_of.get(gene, 1 + len(topology.genes)) for gene in genes], dtype=torch.int64)
        self.register_buffer("gene_rows", known, persistent=False)

    def forward(self, batch: dict[str, Tensor]) -> NetworkOutput:
        """Outputs of the root's head, and of all other terms' as `auxiliary`, in the order of `term_names`."""
        pool, heads = self._run(batch)
        guesses = torch.cat(heads).permute(2, 0, 1).unflatten(2, (self.heads, self.outputs))
        # The root is the last term of the last block.
        root = pool[self.rows - self.topology.root.width : self.rows].T
        return NetworkOutput(guesses[:, -1], root, guesses[:, :-1])

    @property
    def term_names(self) -> list[str]:
        """Names of the terms in the order of the auxiliary outputs; the root, last, has the main output."""
        return [term.name for block in self.blocks for term in block.terms]

    def states(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Each term's state, float32 (strains, width), by its name."""
        pool, _ = self._run(batch)
        return {
            term.name: pool[block.start + place * block.width :][: term.width].T
            for block in self.blocks
            for place, term in enumerate(block.terms)
        }

    def _run(self, batch: dict[str, Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Fill the pool from the genes up; give it, and the heads of each block (terms, outputs, strains)."""
        pool, heads = self._input(batch["indices"], batch["indptr"]), []
        for block in self.blocks:
            pool, gathered = Gather.apply(pool, block.inputs.flatten())
            states, guesses = block(gathered)
            pool = Write.apply(pool, states, block.start)
            heads.append(guesses)
        return pool, heads

    def _input(self, indices: Tensor, indptr: Tensor) -> Tensor:
        """The pool with 1 at every perturbed gene, float32 (rows, strains)."""
        kind = self.blocks[0].shift
        pool = torch.zeros(self.rows, len(indptr) - 1, device=kind.device, dtype=kind.dtype)
        pool[self.gene_rows[indices], strain_of_perturbation(indices, indptr)] = 1.0
        return pool
