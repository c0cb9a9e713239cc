"""How well whole profiles are given back: R² three ways, with intervals that draw groups of samples.

Pooled R² compares with one number for everything; genes differ a thousandfold, and the mean of each gene already scores
.86 on it. Centred R² compares with the training mean of each gene, which scores 0. The mean over genes gives every
gene the same say. All three come from sums over samples or genes, so that nothing large is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from knockon.arrays import Mask, Matrix, Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.units import Units


@dataclass(frozen=True)
class Sums:
    """Of samples (rows) over the genes that are scored, each float64 (samples,).

    residual: Σ (x − x̂)². about_mean: Σ (x − training mean)². count, total, squares: number, Σ x and Σ x².
    """

    residual: Values
    about_mean: Values
    count: Values
    total: Values
    squares: Values


def sample_sums(values: Matrix, reconstructed: Matrix, mean: Values, genes: Mask | None = None) -> Sums:
    """Sums over genes of each sample. values: (samples, genes), NaN where missing, which counts for nothing.

    mean: of the training samples, (genes,). genes: bool (genes,), those that are scored; all where None.
    """
    chosen = slice(None) if genes is None else genes
    x, guess = values[:, chosen].astype(np.float64), reconstructed[:, chosen].astype(np.float64)
    return Sums(
        residual=np.nansum((x - guess) ** 2, axis=1),
        about_mean=np.nansum((x - mean[chosen]) ** 2, axis=1),
        count=np.isfinite(x).sum(axis=1).astype(np.float64),
        total=np.nansum(x, axis=1),
        squares=np.nansum(x**2, axis=1),
    )


def gene_sums(values: Matrix, reconstructed: Matrix, mean: Values) -> tuple[Values, Values]:
    """Σ (x − x̂)² and Σ (x − training mean)² over samples, each float64 (genes,)."""
    x = values.astype(np.float64)
    return np.nansum((x - reconstructed) ** 2, axis=0), np.nansum((x - mean) ** 2, axis=0)


def centred_r2(residual: Values, about_mean: Values) -> float:
    """1 − Σ residual / Σ about_mean; NaN where nothing differs from the mean."""
    whole = float(np.sum(about_mean))
    return 1 - float(np.sum(residual)) / whole if whole > 0 else float("nan")


def pooled_r2(sums: Sums) -> float:
    """R² of all values together about their one mean."""
    count, total, squares = (float(np.sum(each)) for each in (sums.count, sums.total, sums.squares))
    variance = squares - total**2 / count if count else 0.0
    return 1 - float(np.sum(sums.residual)) / variance if variance > 0 else float("nan")


def mean_gene_r2(residual: Values, about_mean: Values, least: float = 1e-9) -> float:
    """Mean over genes of 1 − residual / about_mean; genes that never differ from their mean are left out."""
    known = about_mean > least
    return float(np.mean(1 - residual[known] / about_mean[known])) if known.any() else float("nan")


def centred_interval(
    residual: Values, about_mean: Values, units: Units | None, resampling: Resampling
) -> tuple[float | None, float | None]:
    """Percentile interval of the centred R². units: what is drawn, each sample where None."""
    samples = _replicates({"": residual}, about_mean, units, resampling)[""]
    return interval(samples, resampling.confidence)


def paired_difference(
    residual: Values, other: Values, about_mean: Values, units: Units | None, resampling: Resampling
) -> dict[str, float | None]:
    """Centred R² of a model less that of another on the same samples, with its interval: difference, low, high."""
    found = _replicates({"own": residual, "other": other}, about_mean, units, resampling)
    low, high = interval(found["own"] - found["other"], resampling.confidence)
    value = centred_r2(residual, about_mean) - centred_r2(other, about_mean)
    return {"difference": value, "difference_low": low, "difference_high": high}


def _replicates(
    residuals: Mapping[str, Values], about_mean: Values, units: Units | None, resampling: Resampling
) -> dict[str, Values]:
    """Centred R² of every replicate by model, under the same draws."""
    parts: dict[str, list[Values]] = {name: [] for name in residuals}
    for weights in resampled_weights(len(about_mean), units, resampling):
        whole = weights @ about_mean
        for name, residual in residuals.items():
            with np.errstate(invalid="ignore", divide="ignore"):
                parts[name].append(1 - (weights @ residual) / whole)
    return {name: np.concatenate(each) for name, each in parts.items()}
