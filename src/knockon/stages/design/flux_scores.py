"""What the metabolic model is right about: essential genes, fitness, interactions; beside simple rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from knockon.arrays import Mask, Values
from knockon.correlation import pearson
from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.matthews import agreement
from knockon.evaluation.ranking import auroc
from knockon.evaluation.ranks import average_ranks
from knockon.evaluation.units import Units
from knockon.models.designs.flux.evidence import Partners, held_out
from knockon.models.designs.flux.pairs import ZERO
from knockon.stages.design.flux_inputs import Pairs

Flat = dict[str, Any]


def essential_scores(name: str, told: Mask, essential: Mask, resampling: Resampling) -> Flat:
    """Matthews' correlation with its interval and counts of one answer, under keys that begin with its name."""
    found = agreement(told, essential, resampling)
    return {
        f"{name}_mcc": found.mcc,
        f"{name}_mcc_low": found.low,
        f"{name}_mcc_high": found.high,
        f"{name}_tp": found.true_positives,
        f"{name}_fp": found.false_positives,
        f"{name}_fn": found.false_negatives,
    }


def correlated(name: str, values: Values, told: Values, resampling: Resampling, units: Units | None = None) -> Flat:
    """r and ρ with intervals of what is told of measured values; rows where either is absent are left out."""
    known = np.isfinite(values) & np.isfinite(told)
    if units is None and known.sum() < 3:
        return {f"{name}_n": int(known.sum())}
    kept = None if units is None else Units(units.ids[known], units.namespaces)
    samples = replicates(values[known], told[known][:, None], kept, resampling)[0]
    ranks = average_ranks(values[known]), average_ranks(told[known])
    found: Flat = {f"{name}_n": int(known.sum())}
    for short, long, pair in (("r", "pearson", (values[known], told[known])), ("rho", "spearman", ranks)):
        low, high = interval(samples[long], resampling.confidence)
        found |= {f"{name}_{short}": pearson(*pair), f"{name}_{short}_low": low, f"{name}_{short}_high": high}
    return found


def evidence_scores(
    own: Values,
    partners: Partners,
    essential: Mask,
    rows: np.ndarray,
    settings: Mapping[str, Any],
    resampling: Resampling,
) -> Flat:
    """Essential genes told by flux alone, by the graph alone and by both, genes held out in folds.

    own: float64 (all genes, columns), flux, NaN for genes that the model lacks; rows: its genes among all.
    """
    folds = np.random.default_rng(settings["seed"]).permutation(len(essential)) % settings["folds"]
    nothing = np.zeros((len(essential), 1))
    found: Flat = {}
    for name, columns, links in (("flux", own, None), ("graph", nothing, partners), ("both", own, partners)):
        told = held_out(columns, links, essential, rows, folds, settings["penalty"])
        true = essential[rows]
        found |= essential_scores(f"essential_{name}", told.yes, true, resampling)
        found[f"essential_{name}_auroc"] = auroc(true, told.probability)
        found[f"essential_{name}_brier"] = float(np.square(told.probability - true).mean())
    found["essential_share_brier"] = float(essential[rows].mean() * (1 - essential[rows].mean()))
    return found


def epsilon_scores(pairs: Pairs, told: Values, ways: tuple[Values, Values], resampling: Resampling) -> Flat:
    """ε by the product rule against the measured one; genes are drawn. ways: of pairs that were measured both ways."""
    units = Units(np.column_stack([pairs.first, pairs.second]), ("gene", "gene"))
    found = correlated("epsilon", pairs.values, told, resampling, units) if len(told) > 2 else {"epsilon_n": len(told)}
    negative, other = told < -ZERO, np.abs(told) <= ZERO
    return found | {
        "epsilon_not_zero": float((np.abs(told) > ZERO).mean()) if len(told) else None,
        "epsilon_where_negative": float(pairs.values[negative].mean()) if negative.any() else None,
        "epsilon_where_zero": float(pairs.values[other].mean()) if other.any() else None,
        "epsilon_two_ways_r": pearson(*ways) if len(ways[0]) > 2 else None,
    }
