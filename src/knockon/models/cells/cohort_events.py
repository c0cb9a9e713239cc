"""Genes that are raised together in some samples, as one event: an amplified stretch of the genome is no four drivers.

No positions of genes are at hand. An amplification shows in expression alone as genes far above the others' levels in
the *same* few samples, by amounts that follow each other closely, as no regulon's do. Such genes are put into blocks by
average linkage of their correlation over all samples.
"""

from dataclasses import dataclass

import numpy as np

from knockon.arrays import Integers, Values
from knockon.errors import KnockonError

# An outlier lies so many robust standard deviations above the median, and log2 units of a gene's spread count at least.
_FAR, _LEAST_SPREAD = 3.0, 0.3
_MAD = 1.4826


@dataclass(frozen=True)
class Event:
    """genes: columns, the most raised first. raised: mean excess over all samples, in robust standard deviations.
    together: mean correlation of its genes. samples: rows in which most of its genes are outliers.
    """

    genes: Integers
    raised: float
    together: float
    samples: Integers


def excess(values: Values) -> Values:
    """By how much each value lies beyond the outliers' border of its gene, float64 (samples, genes), 0 within."""
    middle = np.median(values, axis=0)
    spread = _MAD * np.median(np.abs(values - middle), axis=0) + _LEAST_SPREAD
    return np.maximum((values - middle) / spread - _FAR, 0.0)


def events(values: Values, candidates: int = 1000, together: float = 0.7, least: int = 3) -> list[Event]:
    """Blocks of raised genes, those with the largest excess of their genes together first.

    values: (samples, genes), log2, of a cohort. candidates: genes with the largest mean excess, which are looked at.
    together: mean correlation at which blocks are cut. least: genes of an event. Raises KnockonError for fewer than
    eight samples.
    """
    if len(values) < 8:
        raise KnockonError(f"events: {len(values)} samples; at least 8 are needed to see genes rise together")
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    above = excess(values)
    mean = above.mean(axis=0)
    chosen = np.argsort(-mean, kind="stable")[:candidates]
    chosen = chosen[mean[chosen] > 0]
    if len(chosen) < least:
        return []
    correlation = np.asarray(np.corrcoef(values[:, chosen].T))
    distance = np.clip(1 - correlation, 0, 2)
    np.fill_diagonal(distance, 0)
    block = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - together, "distance")
    found = []
    for number in np.unique(block):
        place = np.flatnonzero(block == number)
        if len(place) >= least:
            among = correlation[np.ix_(place, place)][np.triu_indices(len(place), 1)].mean()
            rows = np.flatnonzero((above[:, chosen[place]] > 0).mean(axis=1) >= 0.5)
            found.append(Event(chosen[place], float(mean[chosen[place]].sum()), float(among), rows))
    return sorted(found, key=lambda event: -event.raised)
