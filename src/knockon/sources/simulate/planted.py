"""The planted model: processes, modules, how modules turn activity into fitness, and which modules stand in parallel.

A module m has an activity, the product of its members' remaining activities, a_m = Π (1 - d_g). Fitness is a product
over modules of a monotone saturating function of the activity, of one of two kinds:

- *buffered* (spare capacity, a Hill function): f = (1 + K^n) a^n / (K^n + a^n). One loss hardly shows, two do: ε < 0.
- *serial* (a complex or pathway that one loss breaks): f = φ + (1 - φ) a. A second loss adds nothing: ε > 0.

Parallel modules back each other up (or suppress each other): f is multiplied by 1 - s (1 - a_m²)(1 - a_n²). Above the
modules lie broad processes with a weak process x process term, and a few hub genes shift all of their interactions.
Everything that is multiplied over millions of pairs uses + - x / only, so that no mathematics library can change a
written digit; what needs powers is computed once per gene and rounded.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Integers, Values
from knockon.sources.simulate.settings import SimulationSettings

HILL = 4

# Share of gene pairs whose modules are the same or stand in parallel, whatever the number of genes.
CONNECTED_PAIRS = 0.04


@dataclass(frozen=True)
class Planted:
    """The model's hidden parameters. `member_*` is the long table gene-in-module; all indices are 0-based."""

    essential: NDArray[np.bool_]  # (genes,)
    importance: Values  # (genes,) standard normal; drives fitness, codon usage and burden
    process: Integers  # (genes,)
    burden: Values  # (genes,) strength in the process x process term
    hub: Values  # (genes,) added to every interaction of the gene
    member_gene: Integers
    member_module: Integers
    member_share: Values  # part of the gene's log fitness that passes through this module
    member_hidden: Values  # loss of module fitness even where the gene alone looks healthy
    module_process: Integers  # (modules,)
    module_serial: NDArray[np.bool_]  # (modules,)
    module_half: Values  # (modules,) K of buffered modules
    module_floor: Values  # (modules,) φ of serial modules
    parallel: Integers  # (links, 2) modules
    parallel_strength: Values  # (links,) s; negative where one module suppresses the other's loss
    process_weights: Values  # (processes, processes), symmetric

    @property
    def modules(self) -> int:
        """Number of modules."""
        return len(self.module_process)


def plant(settings: SimulationSettings) -> Planted:
    """Draw the hidden parameters."""
    random = settings.generator("planted")
    count = settings.genes
    size = 6.0 if count < 2000 else 10.0
    modules, processes = round(1.3 * count / size), int(np.clip(count // 40, 6, 24))
    module_process = np.sort(random.integers(0, processes, modules))
    gene, module = _members(random, count, modules)
    module_level = random.standard_normal(modules)
    first = module[np.searchsorted(gene, np.arange(count))]
    importance = _standardise(0.6 * module_level[first] + 0.8 * random.standard_normal(count))
    links, strength = _parallel(random, np.bincount(module, minlength=modules), count)
    return Planted(
        essential=ranks(importance + 1.5 * random.standard_normal(count)) > 0.82,
        importance=importance,
        process=module_process[first],
        burden=np.round(0.065 + 0.22 * random.random(count) ** 2, 6),
        hub=_hubs(random, count),
        member_gene=gene,
        member_module=module,
        member_share=_shares(random, gene),
        member_hidden=np.round(0.0005 * 80.0 ** random.random(len(gene)), 6),
        module_process=module_process,
        module_serial=random.random(modules) < 0.4,
        module_half=np.round(random.uniform(0.2, 0.4, modules), 6),
        module_floor=np.round(random.uniform(0.5, 0.9, modules), 6),
        parallel=links,
        parallel_strength=strength,
        process_weights=_process_weights(random, processes),
    )


def ranks(values: Values) -> Values:
    """Ranks as numbers inside (0, 1); ties by position."""
    order = np.empty(len(values), dtype=np.int64)
    order[np.argsort(values, kind="stable")] = np.arange(len(values))
    return np.asarray((order + 0.5) / len(values), dtype=np.float64)


def _standardise(values: Values) -> Values:
    return np.asarray(np.round((values - values.mean()) / values.std(), 6), dtype=np.float64)


def _members(random: np.random.Generator, genes: int, modules: int) -> tuple[Integers, Integers]:
    """Each gene in one module, three in ten in a second one; modules differ in size. Sorted by gene."""
    weights = random.gamma(2.0, 1.0, modules)
    edges = np.cumsum(weights / weights.sum())
    # Every module gets two genes before the rest is shared out by weight.
    primary = np.concatenate([np.tile(np.arange(modules), 2), np.searchsorted(edges, random.random(genes))])[:genes]
    primary = random.permutation(np.minimum(primary, modules - 1))
    second = np.minimum(np.searchsorted(edges, random.random(genes)), modules - 1)
    takes = (random.random(genes) < 0.3) & (second != primary)
    gene = np.concatenate([np.arange(genes), np.flatnonzero(takes)])
    module = np.concatenate([primary, second[takes]])
    order = np.argsort(gene, kind="stable")
    return gene[order], module[order]


def _shares(random: np.random.Generator, gene: Integers) -> Values:
    """How much of a gene's log fitness each of its modules carries; the rest is the gene's own."""
    visible = random.uniform(0.3, 1.0, gene.max() + 1)
    return np.round(visible[gene] / np.bincount(gene)[gene], 6)


def _parallel(random: np.random.Generator, sizes: Integers, genes: int) -> tuple[Integers, Values]:
    """Pairs of modules in parallel, as many as make up the share of connected gene pairs; three in ten suppress."""
    modules = len(sizes)
    within = float((sizes.astype(np.float64) ** 2).sum()) / genes**2
    wanted = max(CONNECTED_PAIRS - within, 0.004)
    pairs = np.stack([random.integers(0, modules, 40 * modules), random.integers(0, modules, 40 * modules)], axis=1)
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    pairs = random.permutation(pairs)
    reached = np.cumsum(2.0 * sizes[pairs[:, 0]] * sizes[pairs[:, 1]]) / genes**2
    pairs = pairs[: np.searchsorted(reached, wanted) + 1]
    strength = random.uniform(0.2, 1.0, len(pairs)) * np.where(random.random(len(pairs)) < 0.3, -0.6, 1.0)
    return pairs, np.round(strength, 6)


def _hubs(random: np.random.Generator, genes: int) -> Values:
    """A small shift for all, a large negative one for one gene in forty."""
    shift = 0.0018 * random.standard_normal(genes) - 0.0003
    large = random.random(genes) < 0.025
    shift -= np.where(large, random.uniform(0.004, 0.02, genes), 0.0)
    return np.asarray(np.round(shift, 6), dtype=np.float64)


def _process_weights(random: np.random.Generator, processes: int) -> Values:
    """A sparse symmetric matrix of signs; three entries in ten are not zero, three in five of these negative."""
    first, second = np.triu_indices(processes)
    values = np.zeros(len(first))
    chosen = random.permutation(len(first))[: round(0.3 * len(first))]
    values[chosen] = np.where(np.arange(len(chosen)) % 5 < 3, -1.0, 1.0)
    weights = np.zeros((processes, processes))
    weights[first, second] = weights[second, first] = values
    return weights
