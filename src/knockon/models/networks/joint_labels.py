"""Labels of several phenotypes side by side: one row a strain, one column a label, NaN where it was not measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knockon.dataset.genotypes import Genotypes
from knockon.dataset.splits import SIDES, TRAIN
from knockon.errors import KnockonError
from knockon.hashing import Hashes
from knockon.models.protocol import Examples

# Genes of a strain that tell it from others; a strain of more has never been measured.
_MOST_GENES = 3


@dataclass(frozen=True)
class Head:
    """One phenotype of strains.

    components: names of its values. values: float64 (strains, components), NaN where missing. weights: float64
    (strains,), positive, mean 1. side: int8 (strains,), index into SIDES, −1 for strains left out. keys: uint64.
    """

    name: str
    components: tuple[str, ...]
    genotypes: Genotypes
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    side: NDArray[np.int8]
    keys: Hashes

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its labels."""
        return tuple(f"{self.name}/{component}" for component in self.components)

    def rows(self, side: str) -> NDArray[np.int64]:
        """Row numbers of a side."""
        return np.flatnonzero(self.side == SIDES.index(side))


def usable(head: Head) -> Head:
    """The head without components that training strains can't teach: not measured there, or equal in all.

    Raises KnockonError where nothing is left.
    """
    values = head.values[head.side == TRAIN]
    known = ~np.isnan(values)
    lowest = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    highest = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    good = lowest < highest
    if not good.any():
        raise KnockonError(
            f"head {head.name!r} has no two different labels among its training strains: remove the head"
        )
    names = tuple(name for name, kept in zip(head.components, good, strict=True) if kept)
    return replace(head, components=names, values=head.values[:, good])


def seen_in_training(heads: Sequence[Head], genotypes: Genotypes) -> NDArray[np.int32]:
    """Number of perturbed genes of each strain that training strains of any head perturb, int32 (strains,)."""
    known = np.zeros(len(genotypes.genes), dtype=bool)
    for head in heads:
        known[head.genotypes.take(head.side == TRAIN).indices] = True
    total = np.concatenate([[0], np.cumsum(known[genotypes.indices])])
    return np.diff(total[genotypes.indptr]).astype(np.int32)


def joined(
    heads: Sequence[Head], side: str, weights: Mapping[str, float] | None = None, balance: float = 1.0
) -> Examples:
    """The strains of one side with the labels of all heads, as `JointModel` reads them.

    Labels of the same genes share a row; the second measurement of a phenotype of the same genes begins another row.
    Returns values and weights of shape (rows, columns of all heads). The n labels of a head weigh w · n^(1 − balance)
    in all, w from `weights` (1 if not named): with balance 0 every label weighs alike and a head of few labels is
    drowned, with 1 every head weighs alike and the labels of such a head are soon known by heart. The mean weight of a
    label is 1. Raises KnockonError for another balance.
    """
    if not 0 <= balance <= 1:
        raise KnockonError(f"joint: balance is {balance!r}; it must lie between 0 (labels) and 1 (heads)")
    parts = [head.genotypes.take(head.rows(side)) for head in heads]
    genotypes = _stacked(parts)
    row_of, first = _shared_rows(genotypes, np.repeat(np.arange(len(heads)), [len(part) for part in parts]))
    columns = sum(len(head.components) for head in heads)
    values, weight = np.full((len(first), columns), np.nan), np.zeros((len(first), columns))
    strain, column = 0, 0
    for head in heads:
        chosen = head.rows(side)
        rows = row_of[strain : strain + len(chosen)]
        where = slice(column, column + len(head.components))
        values[rows, where] = head.values[chosen]
        labels = int((~np.isnan(head.values[chosen])).sum())
        total = (weights or {}).get(head.name, 1.0) * max(labels, 1) ** (1 - balance)
        weight[rows, where] = _balanced(head.values[chosen], head.weights[chosen], total)
        strain, column = strain + len(chosen), column + len(head.components)
    present = ~np.isnan(values)
    weight = np.where(present, weight, 0.0) / max(weight[present].mean() if present.any() else 1.0, 1e-300)
    return Examples(genotypes.take(first), values, weight, np.full(len(genotypes.genes), np.nan))


def _balanced(values: NDArray[np.float64], weights: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Weight of each label: in proportion to its strain's, `total` over all labels present."""
    spread = weights[:, None] * ~np.isnan(values)
    balanced: NDArray[np.float64] = total * spread / max(spread.sum(), 1e-300)
    return balanced


def _stacked(parts: Sequence[Genotypes]) -> Genotypes:
    """The strains of all parts, in order."""
    counts = np.concatenate([part.counts for part in parts])
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Genotypes(parts[0].genes, indptr, np.concatenate([part.indices for part in parts]))


def _shared_rows(genotypes: Genotypes, head: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The row of each strain, and of each row its first strain; strains of one head never share a row."""
    sets = np.full((len(genotypes), _MOST_GENES), -1, dtype=np.int64)
    if genotypes.counts.max(initial=0) > _MOST_GENES:
        raise KnockonError(f"joint: strains of more than {_MOST_GENES} perturbed genes are not supported")
    strain = np.repeat(np.arange(len(genotypes)), genotypes.counts)
    sets[strain, np.arange(len(genotypes.indices)) - genotypes.indptr[strain]] = genotypes.indices
    same = np.unique(np.sort(sets, axis=1), axis=0, return_inverse=True)[1].ravel()
    order = np.lexsort((head, same))
    starts = np.flatnonzero(np.diff(same[order] * (head.max(initial=0) + 1) + head[order], prepend=-1))
    occurrence = np.empty(len(order), dtype=np.int64)
    lengths = np.diff(np.append(starts, len(order)))
    occurrence[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    pairs = np.stack([same, occurrence], axis=1)
    _, first, row_of = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    return row_of.ravel(), first
