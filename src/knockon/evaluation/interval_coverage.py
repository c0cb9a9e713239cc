"""How often a strain's interval holds its measurement: on test rows, over all and where the model says most."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.dataset.genotypes import Genotypes
from knockon.evaluation.intervals import coverage
from knockon.evaluation.strain_errors import StrainErrors

STRONG = 0.08
"""|ε| from which Costanzo et al. 2016 (Science 353, aaf1420) call an interaction one, fitness units."""

_LEVEL = "0.9"


def interval_coverage(
    errors: StrainErrors, genes: tuple[str, ...], pairs: NDArray[np.integer], values: Values, predicted: Values
) -> dict[str, Any]:
    """Share of rows inside their interval: coverage_50 … of each level, and coverage_90_strong where |ε̂| ≥ STRONG.

    genes: the names that `pairs`, (rows, 2), number; of a row of three genes the first and the last. Intervals promise
    their level over rows like those that they were made from, not among the rows of one kind: that is measured here.
    """
    ends = np.arange(len(pairs) + 1, dtype=np.int64) * 2
    deviations = errors.deviations(Genotypes(genes, ends, pairs.astype(np.int32).ravel()), predicted)
    off = values - predicted
    found: dict[str, Any] = {
        f"coverage_{float(level):.0%}".rstrip("%"): coverage(off, deviations, quantile)
        for level, quantile in errors.quantiles.items()
    }
    strong = np.abs(predicted) >= STRONG
    quantile = errors.quantiles.get(_LEVEL)
    inside = coverage(off[strong], deviations[strong], quantile) if quantile is not None and strong.any() else None
    return {**found, "coverage_90_strong": inside, "n_strong": int(strong.sum())}
