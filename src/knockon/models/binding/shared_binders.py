"""Which proteins bind the same molecules, and what a table of measurements says of a protein that lies near others."""

from collections.abc import Sequence

import numpy as np

from knockon.arrays import Matrix, Values
from knockon.correlation import pearson
from knockon.errors import KnockonError
from knockon.evaluation.ranks import average_ranks
from knockon.models.binding.every_pair import unit


def shared_binders(asked: Values, known: Values, threshold: float, least: int) -> Values:
    """Of the ligands that bind either of two proteins, the share that binds both; float64 (asked, known).

    asked, known: strengths, (proteins, ligands), the same ligands, NaN where there is none. Only ligands measured with
    both proteins count. NaN where these are fewer than `least`, or none of them binds either. A binder is of at least
    `threshold`.
    """
    measured = [np.isfinite(table).astype(np.float64) for table in (asked, known)]
    binds = [np.nan_to_num(table, nan=-np.inf) >= threshold for table in (asked, known)]
    one, other = (each.astype(np.float64) for each in binds)
    common, both = measured[0] @ measured[1].T, one @ other.T
    either = one @ measured[1].T + measured[0] @ other.T - both
    return np.where((common >= least) & (either > 0), both / np.maximum(either, 1.0), np.nan)


def cosines(asked: Matrix, known: Matrix) -> Values:
    """Cosine of every two vectors, float64 (asked, known), in [-1, 1]."""
    return np.asarray(unit(asked).astype(np.float64) @ unit(known).astype(np.float64).T)


def looked_up(alike: Values, known: Values, temperature: float) -> Values:
    """Strengths of new proteins from those of proteins that are alike, float64 (asked, ligands).

    alike: (asked, known). known: strengths, (known, ligands), NaN where there is none. A known protein weighs
    exp(alike / temperature); an infinite temperature gives each ligand's mean. NaN for a ligand that is not known.
    """
    there, values = np.isfinite(known), np.nan_to_num(known)
    found = np.empty((len(alike), known.shape[1]))
    for row, each in enumerate(alike):
        # Of every ligand the nearest protein that has it weighs 1, so that no sum of weights vanishes.
        least = np.where(there, each[:, None], -np.inf)
        weight = np.where(
            there, np.exp((least - np.where(there.any(axis=0), least.max(axis=0), 0.0)) / temperature), 0.0
        )
        with np.errstate(invalid="ignore"):
            found[row] = (weight * values).sum(axis=0) / weight.sum(axis=0)
    return found


def best_temperature(alike: Values, known: Values, truth: Values, temperatures: Sequence[float]) -> float:
    """The temperature with the least squared error of the look-up; the higher of equal ones."""
    if not temperatures:
        raise KnockonError("a look-up of near proteins needs at least one temperature")
    return min(
        sorted(temperatures, reverse=True),
        key=lambda each: float(np.nanmean((looked_up(alike, known, each) - truth) ** 2)),
    )


def neighbour_scores(alike: Values, shared: Values, top: int) -> dict[str, Values]:
    """Of every new protein, (asked,) each: how well what is alike tells who shares binders; NaN where nothing is known.

    spearman: between both over the known proteins. nearest, near: shared binders of the nearest known protein, and
    mean over the nearest `top`, of those of which it is known. best: the most that any has. chance: their mean.
    """
    found: dict[str, list[float]] = {name: [] for name in ("spearman", "nearest", "near", "best", "chance")}
    for row, label in zip(alike, shared, strict=True):
        there = np.isfinite(label)
        order = np.argsort(-row[there], kind="stable")
        told = label[there][order]
        ranks = average_ranks(row[there][order]), average_ranks(told)
        found["spearman"].append(pearson(*ranks, constant=np.nan) if len(told) > 2 else np.nan)
        # Where all are equally alike none is near.
        near = told if np.ptp(row) > 0 else told[:0]
        for name, part in (("nearest", near[:1]), ("near", near[:top]), ("chance", told)):
            found[name].append(float(part.mean()) if len(part) else np.nan)
        found["best"].append(float(told.max()) if len(told) else np.nan)
    return {name: np.array(values) for name, values in found.items()}
