"""Effects of single genes from strains of one knock-out or several, as a sum: what learners of genes are told."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import lsqr

from knockon.arrays import Values
from knockon.errors import KnockonError
from knockon.models.designs.learner import Effects
from knockon.models.designs.protocol import Measured

# Penalty of a gene's effect, in measurements: a gene that is never alone shares what its strains show.
_RIDGE = 0.5


@dataclass(frozen=True)
class OwnEffects:
    """effects: by gene. variances: float64 (measured,), of the measurement of each. noise: variance of one strain's."""

    effects: Effects
    variances: Values
    noise: float


def own_effects(measured: Measured) -> OwnEffects:
    """Effects of the genes that are knocked out in any strain.

    Strains of one genotype count by the inverse of their variances where all are known, else alike. With several
    knock-outs in a strain the effects are those of a sum about the mean of all strains, fitted with a small penalty.
    Raises KnockonError where no gene is knocked out.
    """
    counts = measured.strains.counts
    if not (counts > 0).any():
        raise KnockonError("measured strains: no gene is knocked out in any of them")
    noise = noise_of(measured)
    known = np.isfinite(measured.errors) & (measured.errors > 0)
    variance = np.where(known, measured.errors**2, noise)
    weights = 1 / np.maximum(variance, 1e-12) if known.all() else np.ones(len(measured.values))
    if (counts <= 1).all():
        return _of_singles(measured, weights, variance, noise)
    return _of_sets(measured, weights, noise)


def noise_of(measured: Measured) -> float:
    """Variance of the measurement of one strain: the mean of the squared errors; without any, of repeated genotypes;
    without these a tenth of the values' variance.
    """
    known = np.isfinite(measured.errors)
    if known.any():
        return max(float((measured.errors[known] ** 2).mean()), 1e-12)
    keys = _keys(measured)
    count = np.bincount(keys)
    mean = np.bincount(keys, weights=measured.values) / count
    freedom = int((count - 1).sum())
    if freedom >= 5:
        return max(float(((measured.values - mean[keys]) ** 2).sum() / freedom), 1e-12)
    return max(0.1 * float(measured.values.var()), 1e-12)


def _keys(measured: Measured) -> np.ndarray:
    """A number for each genotype, (strains,)."""
    strains = measured.strains
    ends = zip(strains.indptr[:-1].tolist(), strains.indptr[1:].tolist(), strict=True)
    known: dict[bytes, int] = {}
    return np.array([known.setdefault(strains.indices[a:b].tobytes(), len(known)) for a, b in ends], dtype=np.int64)


def _of_singles(measured: Measured, weights: Values, variance: Values, noise: float) -> OwnEffects:
    alone = measured.strains.counts == 1
    genes, place = np.unique(measured.strains.indices, return_inverse=True)
    total = np.bincount(place, weights=weights[alone])
    values = np.bincount(place, weights=(weights * measured.values)[alone]) / total
    # Of a weighted mean: Σ w² v / (Σ w)².
    spread = np.bincount(place, weights=(weights**2 * variance)[alone]) / total**2
    return OwnEffects(Effects(genes.astype(np.int64), values), spread, noise)


def _of_sets(measured: Measured, weights: Values, noise: float) -> OwnEffects:
    matrix = measured.strains.matrix().astype(np.float64)
    genes = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() > 0)
    own = sp.csr_matrix(matrix[:, genes])
    root = np.sqrt(weights / weights.mean())
    level = float(np.average(measured.values, weights=weights))
    joined = sp.vstack([sp.diags(root) @ own, np.sqrt(_RIDGE) * sp.eye(len(genes))])
    target = np.concatenate([root * (measured.values - level), np.zeros(len(genes))])
    found = lsqr(sp.csr_matrix(joined), target, atol=1e-12, btol=1e-12, iter_lim=4 * len(genes) + 100)[0]
    times = np.asarray(own.sum(axis=0)).ravel()
    return OwnEffects(Effects(genes.astype(np.int64), level + found), noise / np.maximum(times, 1), noise)
