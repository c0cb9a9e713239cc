"""Whether a protein finds its ligands among those of all tested complexes: its own, or any of the same protein."""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Mask, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.retrieval import first_places, retrieval
from knockon.evaluation.units import Units

RIGHT = ("own", "any")
"""What counts as found: the ligand of the complex, or that of any complex of the same protein."""


@dataclass(frozen=True, eq=False)
class Complexes:
    """Complexes, each a question: which of all their ligands does this protein bind?

    protein, ligand: (complexes,), numbers from 0. same: (proteins,), equal where two sequences are one protein.
    """

    protein: Integers
    ligand: Integers
    same: Integers

    def __len__(self) -> int:
        return len(self.protein)

    @property
    def units(self) -> Units:
        """What intervals draw: proteins, with all of their complexes."""
        return Units(self.same[self.protein], ("protein",))

    def right(self, what: str) -> Mask:
        """Which ligands are an answer, (complexes, ligands). what: of RIGHT."""
        ligands = int(self.ligand.max()) + 1
        own = np.zeros((len(self), ligands), dtype=np.bool_)
        own[np.arange(len(self)), self.ligand] = True
        if what == "own":
            return own
        of_protein = np.zeros((int(self.same.max()) + 1, ligands), dtype=np.bool_)
        of_protein[self.same[self.protein], self.ligand] = True
        return np.asarray(of_protein[self.same[self.protein]])


def complex_scores(scores: Values, complexes: Complexes, resampling: Resampling) -> dict[str, float | int | None]:
    """queries, then own_ and any_ top1, top10 and mrr, each with `_low` and `_high`.

    scores: (proteins, ligands), larger where the two fit better. Ties count half, so that constants find nothing.
    """
    found: dict[str, float | int | None] = {"queries": len(complexes)}
    for what in RIGHT:
        each = retrieval(scores[complexes.protein], complexes.right(what), complexes.units, resampling)
        for name in ("top1", "top10", "mrr"):
            found[f"{what}_{name}"] = getattr(each, name)
            found[f"{what}_{name}_low"], found[f"{what}_{name}_high"] = each.intervals[name]
    return found


def more_found(scores: Values, others: Values, complexes: Complexes, resampling: Resampling) -> dict[str, float | None]:
    """How much oftener the first ligand is any of the protein's than by other scores, on the same draws of proteins."""
    right = complexes.right("any")
    first = [first_places(each[complexes.protein], right) <= 1 for each in (scores, others)]
    gain = first[0].astype(np.float64) - first[1]
    drawn = [
        weights @ gain / weights.sum(axis=1)
        for weights in resampled_weights(len(complexes), complexes.units, resampling)
    ]
    low, high = interval(np.concatenate(drawn), resampling.confidence)
    return {"difference": float(gain.mean()), "difference_low": low, "difference_high": high}


def chance(complexes: Complexes) -> dict[str, float]:
    """own_top1 and any_top1 of scores drawn at random."""
    return {f"{what}_top1": float(complexes.right(what).mean(axis=1).mean()) for what in RIGHT}


def of_other_proteins(complexes: Complexes, seed: int) -> Integers:
    """For each protein the number of one that is another: (proteins,). Raises ValueError where all are the same one."""
    names, place = np.unique(complexes.same, return_inverse=True)
    if len(names) < 2:
        raise ValueError("all complexes are of one protein")
    order = np.random.default_rng(seed).permutation(len(names))
    other = np.empty(len(names), dtype=np.int64)
    other[order] = np.roll(order, 1)
    first = np.unique(place, return_index=True)[1]
    return np.asarray(first[other[place]], dtype=np.int64)
