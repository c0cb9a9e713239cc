"""DCell as one reads it in the paper: a module per term, one after the other."""

import torch
from torch import Tensor, nn

from knockon.models.dcell.network import DCell
from knockon.models.dcell.ontology import Topology


class TermModule(nn.Module):
    def __init__(self, inputs: int, width: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, width)
        self.norm = nn.BatchNorm1d(width)
        self.head = nn.Linear(width, outputs)

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        state = self.norm(torch.tanh(self.linear(inputs)))
        return state, self.head(state)


class ReferenceDCell(nn.Module):
    """Genes as a dense 0/1 matrix (strains, genes); gives guesses (strains, terms, outputs), the root last."""

    def __init__(self, topology: Topology, outputs: int = 1) -> None:
        super().__init__()
        self.topology = topology
        width = {term.name: term.width for term in topology.terms}
        column = {gene: number for number, gene in enumerate(topology.genes)}
        self.columns = {term.name: torch.tensor([column[gene] for gene in term.genes]) for term in topology.terms}
        self.parts = nn.ModuleDict()
        for term in topology.terms:
            inputs = sum(width[child] for child in term.children) + len(term.genes)
            self.parts[term.name.replace(".", "_")] = TermModule(inputs, term.width, outputs)

    def forward(self, genes: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        states: dict[str, Tensor] = {}
        guesses: dict[str, Tensor] = {}
        for term in self.topology.terms:
            parts = [states[child] for child in term.children]
            if term.genes:
                parts.append(genes[:, self.columns[term.name]])
            states[term.name], guesses[term.name] = self.parts[term.name](torch.cat(parts, dim=1))
        return states, guesses


def views(model: DCell) -> dict[str, dict[str, Tensor]]:
    """The padded parameters of the fast model as views by term, in the reference's shapes."""
    result = {}
    for block in model.blocks:
        for place, term in enumerate(block.terms):
            size = int((block.inputs[place] > 0).sum())
            rows = slice(place * block.width, place * block.width + term.width)
            result[term.name] = {
                "linear.weight": block.weight[place, : term.width, :size],
                "linear.bias": block.bias[place, : term.width, 0],
                "norm.weight": block.scale[rows],
                "norm.bias": block.shift[rows],
                "norm.running_mean": block.running_mean[rows],
                "norm.running_var": block.running_var[rows],
                "head.weight": block.head_weight[place, :, : term.width],
                "head.bias": block.head_bias[place, :, 0],
            }
    return result


def gradient_views(model: DCell) -> dict[str, dict[str, Tensor]]:
    """The gradients of the fast model as views by term."""
    result = {}
    for block in model.blocks:
        for place, term in enumerate(block.terms):
            size = int((block.inputs[place] > 0).sum())
            rows = slice(place * block.width, place * block.width + term.width)
            result[term.name] = {
                "linear.weight": block.weight.grad[place, : term.width, :size],
                "linear.bias": block.bias.grad[place, : term.width, 0],
                "norm.weight": block.scale.grad[rows],
                "norm.bias": block.shift.grad[rows],
                "head.weight": block.head_weight.grad[place, :, : term.width],
                "head.bias": block.head_bias.grad[place, :, 0],
            }
    return result


def copy_into(reference: ReferenceDCell, model: DCell) -> None:
    """Give the reference the fast model's parameters."""
    with torch.no_grad():
        for name, values in views(model).items():
            part = reference.parts[name]
            for key, value in values.items():
                target = part.get_parameter(key) if "running" not in key else part.get_buffer(key)
                target.copy_(value)
