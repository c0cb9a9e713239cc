"""How well genes of each level are given back, beside what counting of reads lets anyone tell.

Weak genes are measured by few reads: a part of how they differ between samples is how counts scatter, which no model
tells from other genes. So a score stands beside its limit, 1 − Σ variance of counting / Σ (x − mean)². A model that is
shown a value itself may exceed it: it copies the noise. Of hidden genes it can't.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from knockon.arrays import Mask, Matrix, Values
from knockon.evaluation.bootstrap import Resampling
from knockon.evaluation.reconstruction import centred_interval, centred_r2, sample_sums
from knockon.evaluation.units import Units

PREFIXES = ("", "hidden_")
"""Of the columns of whole samples, and of genes that were hidden."""


def level_sums(
    values: Matrix, guesses: tuple[Matrix, Matrix], mean: Values, hidden: Mask, counted: Values, edges: Values
) -> dict[str, Any]:
    """Sums of each sample over the genes of each level: columns of a table, level after level, samples in order.

    values, guesses: (samples, genes), measured, and told from whole samples and without the hidden genes. mean:
    (genes,), of training samples, which parts them at `edges`, ascending. counted: (samples, genes), variance of
    counting. Columns: level, genes, and residual, about_mean, counting with both PREFIXES; counting is NaN where a
    sample's reads are not known.
    """
    place = np.digitize(mean, edges)
    parts: dict[str, list[Values]] = {}
    for level in range(len(edges) + 1):
        at_level = place == level
        rows = {"level": np.full(len(values), level), "genes": np.full(len(values), int(at_level.sum()))}
        for prefix, guess, genes in zip(PREFIXES, guesses, (at_level, at_level & hidden), strict=True):
            sums = sample_sums(values, guess, mean, genes)
            counting = np.where(np.isfinite(values[:, genes]), counted[:, genes], 0.0).sum(axis=1)
            rows |= {f"{prefix}residual": sums.residual, f"{prefix}about_mean": sums.about_mean}
            rows[f"{prefix}counting"] = counting
        for name, column in rows.items():
            parts.setdefault(name, []).append(column)
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def level_scores(table: pa.Table, resampling: Resampling) -> list[dict[str, Any]]:
    """Centred R² of each level with its interval, which draws studies, and its limit; of one model and split.

    table: columns of `level_sums`, and study. What a level without genes, or without known reads, lacks is None.
    """
    found = []
    levels, studies = table["level"].to_numpy(), np.asarray(table["study"].to_pylist(), dtype=str)
    for level in np.unique(levels):
        rows = levels == level
        scores: dict[str, Any] = {"level": int(level), "genes": float(table["genes"].to_numpy()[rows].mean())}
        for prefix, name in zip(PREFIXES, ("centred", "hidden"), strict=True):
            residual, about, counting = (
                table[f"{prefix}{part}"].to_numpy()[rows] for part in ("residual", "about_mean", "counting")
            )
            known = about.sum() > 0
            units = Units.groups("study", studies[rows])
            low, high = centred_interval(residual, about, units, resampling) if known else (None, None)
            limit = 1 - counting.sum() / about.sum() if known else np.nan
            scores |= {name: centred_r2(residual, about) if known else None, f"{name}_low": low, f"{name}_high": high}
            scores[f"{name}_limit"] = float(limit) if np.isfinite(limit) else None
        found.append(scores)
    return found
