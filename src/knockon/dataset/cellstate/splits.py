"""Splits of a compendium into folds: by study, by sample, by knocked-out gene; and what of a test others have seen.

Replicates of a study differ less than studies do, so that a split by samples mostly measures how well a replicate is
copied. In every split each group is tested in exactly one fold; the fold after it validates, the others train.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Integers, Rows
from knockon.errors import KnockonError
from knockon.hashing import text_hash, unit_interval

SPLITS = ("study", "sample", "knockout")


@dataclass(frozen=True)
class Sides:
    """Row numbers of one fold, ascending."""

    train: Rows
    validation: Rows
    test: Rows


def folds_by_group(groups: Sequence[str], folds: int, seed: int) -> Integers:
    """The fold in which each row is tested, int64 (rows,), 0 … folds − 1; rows of one group share it.

    The largest groups are dealt first, each to the fold with the fewest rows; equal ones in an order drawn by the seed
    and the group's name. Raises KnockonError for fewer groups than folds, or fewer than three folds.
    """
    names, place, sizes = np.unique(np.asarray(groups, dtype=str), return_inverse=True, return_counts=True)
    if folds < 3:
        raise KnockonError(f"{folds} folds: at least 3 are needed, to train, to validate and to test")
    if len(names) < folds:
        raise KnockonError(f"{len(names)} groups for {folds} folds: give fewer folds, or more studies")
    drawn = unit_interval(np.array([text_hash(name) for name in names], dtype=np.uint64), seed)
    filled = np.zeros(folds, dtype=np.int64)
    fold_of = np.empty(len(names), dtype=np.int64)
    for group in np.lexsort((drawn, -sizes)):
        fold_of[group] = int(np.argmin(filled))
        filled[fold_of[group]] += sizes[group]
    return fold_of[place]


def knockout_groups(samples: Sequence[str], deleted: Sequence[Sequence[str]]) -> list[str]:
    """The group of each sample in the split by knocked-out gene: samples that lack a common gene share one.

    deleted: genes that a sample lacks; one that lacks several joins their groups. A wild type is a group of its own.
    """
    leader = {gene: gene for genes in deleted for gene in genes}

    def leading(gene: str) -> str:
        while leader[gene] != gene:
            gene = leader[gene]
        return gene

    for genes in deleted:
        for gene in genes[1:]:
            first, second = sorted((leading(genes[0]), leading(gene)))
            leader[second] = first
    # A blank tells a gene from a sample of the same name.
    return [f"gene {leading(genes[0])}" if genes else sample for sample, genes in zip(samples, deleted, strict=True)]


def sides(fold: Integers, number: int) -> Sides:
    """The rows that fold `number` tests, those that validate (the fold after it) and those that train."""
    folds = int(fold.max()) + 1
    after = (number + 1) % folds
    return Sides(
        *(np.flatnonzero(rows) for rows in ((fold != number) & (fold != after), fold == after, fold == number))
    )


def leaks(groups: Sequence[str] | NDArray[np.str_], parts: Sides) -> dict[str, int]:
    """How many tested rows are of a group that others know: of the training rows, of the validation rows."""
    known = np.asarray(groups, dtype=str)
    return {
        f"seen_in_{name}": int(np.isin(known[parts.test], known[rows]).sum())
        for name, rows in (("train", parts.train), ("validation", parts.validation))
    }


def refuse_leaks(groups: Sequence[str], fold: Integers, what: str) -> None:
    """Raise KnockonError where any fold tests a row whose group it trains on or validates with."""
    for number in range(int(fold.max()) + 1):
        if any(found := leaks(groups, sides(fold, number)).values()):
            raise KnockonError(f"split by {what}: fold {number} tests {max(found)} rows of a {what} that it has seen")
