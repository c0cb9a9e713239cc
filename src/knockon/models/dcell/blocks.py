"""Terms of one depth as a few batched operations: which terms share one, and how states move between them.

Everything is feature-major: a pool of rows (features) × strains. Row 0 is always zero; then come the genes, a row for
genes that the hierarchy lacks, and the states of the terms. A block of terms gathers its inputs from the pool by one
index, multiplies them with one padded weight tensor, and writes its states back. Padding reads row 0, so padded
weights get no gradient and stay 0.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from knockon.models.dcell.ontology import Term, Topology

# A block may do this much more arithmetic than its terms need, or so many multiplications more where terms are small.
_PADDING = 1.25
_SMALL = 60_000


@dataclass(frozen=True)
class BlockPlan:
    """One batched operation. inputs: int64 (terms, widest input), rows of the pool; start: its first row there."""

    terms: tuple[Term, ...]
    inputs: Tensor
    start: int

    @property
    def width(self) -> int:
        """Length of the longest state of the block."""
        return max(term.width for term in self.terms)


def plan_blocks(topology: Topology) -> list[BlockPlan]:
    """Cut every level into blocks of terms of similar size, in the order of computation."""
    row_of_gene = {gene: 1 + number for number, gene in enumerate(topology.genes)}
    rows_of_term: dict[str, range] = {}
    plans, start = [], 2 + len(topology.genes)
    for level in topology.levels:
        for terms in _similar(level, rows_of_term):
            plan = BlockPlan(terms, _padded([_input_rows(term, row_of_gene, rows_of_term) for term in terms]), start)
            for term in terms:
                rows_of_term[term.name] = range(start, start + term.width)
                start += plan.width
            plans.append(plan)
    return plans


def _input_rows(term: Term, row_of_gene: dict[str, int], rows_of_term: dict[str, range]) -> list[int]:
    states = [row for child in term.children for row in rows_of_term[child]]
    return states + [row_of_gene[gene] for gene in term.genes]


def _similar(level: tuple[Term, ...], rows_of_term: dict[str, range]) -> list[tuple[Term, ...]]:
    """Terms of a level, grouped from the largest down as long as padding stays cheap."""
    sizes = {term.name: len(term.genes) + sum(len(rows_of_term[child]) for child in term.children) for term in level}
    groups: list[list[Term]] = []
    widest = needed = 0
    for term in sorted(level, key=lambda term: (-sizes[term.name] * term.width, term.name)):
        size, width = sizes[term.name], term.width
        if groups:
            group = groups[-1]
            widest = max([size, *(sizes[other.name] for other in group)]) * max([width, *(o.width for o in group)])
            padded, needed = widest * (len(group) + 1), needed + size * width
            if padded <= max(_PADDING * needed, needed + _SMALL):
                group.append(term)
                continue
        groups.append([term])
        needed = size * width
    return [tuple(group) for group in groups]


def _padded(rows: list[list[int]]) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.tensor(row, dtype=torch.int64) for row in rows], batch_first=True)


class TermBlock(nn.Module):
    """Linear, tanh, batch norm and a linear head for the terms of one block."""

    inputs: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, plan: BlockPlan, outputs: int) -> None:
        super().__init__()
        self.terms, self.start = plan.terms, plan.start
        self.count, self.width = len(plan.terms), plan.width
        rows = self.count * self.width
        self.register_buffer("inputs", plan.inputs, persistent=False)
        self.weight = nn.Parameter(torch.zeros(self.count, self.width, plan.inputs.shape[1]))
        self.bias = nn.Parameter(torch.zeros(self.count, self.width, 1))
        self.scale = nn.Parameter(torch.ones(rows))
        self.shift = nn.Parameter(torch.zeros(rows))
        self.head_weight = nn.Parameter(torch.zeros(self.count, outputs, self.width))
        self.head_bias = nn.Parameter(torch.zeros(self.count, outputs, 1))
        self.register_buffer("running_mean", torch.zeros(rows))
        self.register_buffer("running_var", torch.ones(rows))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Uniform in ±1/√(number of inputs), as torch's linear layers, term by term; padding stays 0."""
        for place, term in enumerate(self.terms):
            size = int((self.inputs[place] > 0).sum())
            nn.init.uniform_(self.weight.data[place, : term.width, :size], -(size**-0.5), size**-0.5)
            nn.init.uniform_(self.bias.data[place, : term.width], -(size**-0.5), size**-0.5)
            nn.init.uniform_(self.head_weight.data[place, :, : term.width], -(term.width**-0.5), term.width**-0.5)

    def forward(self, gathered: Tensor) -> tuple[Tensor, Tensor]:
        """States (terms × width, strains) and heads (terms, outputs, strains) from inputs (terms × inputs, strains)."""
        strains = gathered.shape[1]
        linear = torch.baddbmm(self.bias, self.weight, gathered.view(self.count, -1, strains))
        rows = torch.tanh(linear).view(1, -1, strains)
        normed = functional.batch_norm(
            rows, self.running_mean, self.running_var, self.scale, self.shift, training=self.training
        )
        heads = torch.baddbmm(self.head_bias, self.head_weight, normed.view(self.count, self.width, strains))
        return normed.view(-1, strains), heads


class Gather(torch.autograd.Function):
    """Take rows from the pool. The pool passes through, so that its gradient is one tensor, added to in place."""

    @staticmethod
    def forward(ctx: Any, pool: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Give the pool and the chosen rows."""
        ctx.save_for_backward(rows)
        ctx.mark_dirty(pool)
        return pool, pool.index_select(0, rows)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Add the rows' gradient to the pool's."""
        (rows,) = ctx.saved_tensors
        pool, taken = gradients
        return pool.index_add_(0, rows, taken.to(pool.dtype)), None


class Write(torch.autograd.Function):
    """Put a block's states into its rows of the pool, which nothing has read before."""

    @staticmethod
    def forward(ctx: Any, pool: Tensor, states: Tensor, start: int) -> Tensor:
        """Give the pool with the states in it."""
        ctx.rows = slice(start, start + len(states))
        ctx.dtype = states.dtype
        pool[ctx.rows] = states
        ctx.mark_dirty(pool)
        return pool

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        """Hand the rows' gradient to the states."""
        (pool,) = gradients
        return pool, pool[ctx.rows].to(ctx.dtype), None
