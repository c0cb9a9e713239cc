"""How well several tell the same phenotypes of the same genes, and what each gains over one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.component_scores import component_correlations, component_products
from knockon.sources.tables import solid

Told = Mapping[str, Values]
"""Who tells → what, float64 (genes, phenotypes)."""


def by_gene(rows: pa.Table, genes: Sequence[str], names: Sequence[str], column: str) -> Values:
    """A column of a row a phenotype and gene, float64 (genes, names); NaN where there is no row."""
    sets = {"gene": pa.array(genes, pa.string()), "phenotype": pa.array(names, pa.string())}
    places = [pc.index_in(solid(rows[name]), value_set=values) for name, values in sets.items()]
    known = pc.and_(*(pc.is_valid(each) for each in places))
    found = np.full((len(genes), len(names)), np.nan)
    found[tuple(each.filter(known).to_numpy() for each in places)] = rows[column].filter(known).to_numpy()
    return found


def scores_of(values: Values, told: Told, over: str, resampling: Resampling) -> dict[str, dict[str, Any]]:
    """Of each who tells, mean r over the phenotypes with its interval, and what it gains over `over` in the same draws.

    values: float64 (genes, phenotypes), NaN where not measured. better, worse: of how many phenotypes the gain is
    surely above 0, or below.
    """
    drawn = _drawn(values, told, resampling)
    found: dict[str, dict[str, Any]] = {}
    for name, each in told.items():
        low, high = interval(drawn[name].mean(axis=1), resampling.confidence)
        found[name] = {"pearson": mean_r(values, each), "pearson_low": low, "pearson_high": high}
        if name != over:
            gained = {"difference": found[name]["pearson"] - mean_r(values, told[over])}
            found[name]["gain"] = gained | _gain(drawn[name] - drawn[over], resampling.confidence)
    return found


def _drawn(values: Values, told: Told, resampling: Resampling) -> dict[str, Values]:
    """r of each phenotype in every draw of genes, float64 (replicates, phenotypes), by who tells."""
    products = {name: component_products(values, each) for name, each in told.items()}
    blocks: dict[str, list[Values]] = {name: [] for name in told}
    for weights in resampled_weights(len(values), None, resampling):
        for name, each in products.items():
            blocks[name].append(each.correlations(weights))
    return {name: np.concatenate(each) for name, each in blocks.items()}


def _gain(drawn: Values, confidence: float) -> dict[str, Any]:
    """Interval of the mean gain, and phenotypes that surely gain or lose. drawn: (replicates, phenotypes)."""
    low, high = interval(drawn.mean(axis=1), confidence)
    each = [interval(column, confidence) for column in drawn.T]
    better, worse = sum((one[0] or 0) > 0 for one in each), sum((one[1] or 0) < 0 for one in each)
    return {"difference_low": low, "difference_high": high, "better": better, "worse": worse}


def mean_r(values: Values, told: Values) -> float:
    """Mean of r over the phenotypes."""
    return float(component_correlations(values, told).mean())


def by_phenotype(values: Values, told: Told, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """r of each phenotype, by who tells it."""
    rs = {who: component_correlations(values, each)[0] for who, each in told.items()}
    return {name: {who: float(each[place]) for who, each in rs.items()} for place, name in enumerate(names)}
