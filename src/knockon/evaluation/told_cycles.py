"""Cycles told from those before them: scores by model, past and cycle, and their means over cycles."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, replicates
from knockon.evaluation.told_strains import holding_widening, told_scores

BASELINE = "ridge"
"""The model that the mean r of others is told over."""


def told_rows(told: pa.Table, picked: int, resampling: Resampling) -> list[dict[str, Any]]:
    """Scores of a table of predictions (models.designs.sets.telling) by model, past and cycle, and their mean over the
    cycles (cycle null), with r over that of BASELINE.
    """
    rows: list[dict[str, Any]] = []
    kinds = list(dict.fromkeys(zip(told["model"].to_pylist(), told["past"].to_pylist(), strict=True)))
    drawn = {kind: _drawn_mean_r(_of(told, *kind), resampling) for kind in kinds}
    for model, past in kinds:
        by_cycle = []
        for part in _of(told, model, past):
            value, mean, low, high = (part[name].to_numpy() for name in ("value", "mean", "low", "high"))
            scores = told_scores(value, mean, low, high, picked, resampling)
            narrowest, widest = holding_widening(value, mean, low, high)
            by_cycle.append(
                {
                    "model": model, "past": past, "cycle": part["cycle"][0].as_py(), "strains": part.num_rows, **scores,
                    "widen_least": narrowest, "widen_most": widest,
                }
            )  # fmt: skip
        over = _over(drawn[model, past], drawn.get((BASELINE, past)), resampling) if model != BASELINE else {}
        low, high = _interval(drawn[model, past], resampling)
        rows += [
            *by_cycle,
            {"model": model, "past": past, "cycle": None, **_means(by_cycle), "r_low": low, "r_high": high, **over},
        ]
    return rows


def _of(told: pa.Table, model: str, past: str) -> list[pa.Table]:
    """The told strains of one model and past, a table a cycle."""
    own = told.filter(pc.and_(pc.equal(told["model"], model), pc.equal(told["past"], past)))
    return [own.filter(pc.equal(own["cycle"], cycle)) for cycle in dict.fromkeys(own["cycle"].to_pylist())]


def _drawn_mean_r(cycles: list[pa.Table], resampling: Resampling) -> Values | None:
    """Mean r over cycles in every replicate, (replicates,): strains of each cycle are drawn, alike for all models."""
    drawn = []
    for number, part in enumerate(cycles):
        value, mean = part["value"].to_numpy(), part["mean"].to_numpy()
        if not np.ptp(mean):
            return None
        own = replace(resampling, seed=resampling.seed + number)
        drawn.append(replicates(value, mean[:, None], None, own)[0]["pearson"])
    return np.asarray(np.mean(drawn, axis=0))


def _interval(drawn: Values | None, resampling: Resampling) -> tuple[float | None, float | None]:
    return (None, None) if drawn is None else interval(drawn, resampling.confidence)


def _over(own: Values | None, other: Values | None, resampling: Resampling) -> dict[str, float | None]:
    low, high = (None, None) if own is None or other is None else interval(own - other, resampling.confidence)
    return {"over_ridge_low": low, "over_ridge_high": high}


def _means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over cycles; covered counts every strain once."""
    strains = sum(row["strains"] for row in rows)
    found: dict[str, Any] = {"strains": strains}
    for name in ("r", "picked", "rmse"):
        values = [row[name] for row in rows]
        found[name] = None if None in values else float(np.mean(values))
    found["covered"] = sum(row["covered"] * row["strains"] for row in rows) / strains
    return found
