"""What it costs to choose hyper-parameters on few rows and to use them on many."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Regret:
    """small, large: sizes of the trainings. combinations: that were scored on both.

    mean, largest: over combinations, how much more the large size's own choice scores there than the small size's
    choice does; in the unit of the score.
    """

    small: float
    large: float
    combinations: int
    mean: float
    largest: float


def regrets(scores: pa.Table) -> dict[str, list[Regret]]:
    """Series → regret between neighbouring sizes, the smaller first.

    scores: columns series (model), combination (whatever else was held), setting (of the grid), size (of the training)
    and score (validation, larger is better; missing where a fit failed). Combinations with fewer than two settings on
    both sizes have no choice, and are left out.
    """
    table: dict[str, dict[float, dict[str, dict[str, float]]]] = {}
    for row in scores.to_pylist():
        if row["score"] is not None and np.isfinite(row["score"]):
            by_size = table.setdefault(row["series"], {})
            by_size.setdefault(row["size"], {}).setdefault(row["combination"], {})[row["setting"]] = row["score"]
    found = {
        series: [regret for small, large in pairwise(sorted(sizes)) if (regret := _between(sizes, small, large))]
        for series, sizes in sorted(table.items())
    }
    return {series: each for series, each in found.items() if each}


def _between(sizes: Mapping[float, Mapping[str, Mapping[str, float]]], small: float, large: float) -> Regret | None:
    costs = []
    for combination in sorted(set(sizes[small]) & set(sizes[large])):
        before, after = sizes[small][combination], sizes[large][combination]
        settings = sorted(set(before) & set(after))
        if len(settings) > 1:
            chosen = max(settings, key=lambda name: before[name])
            costs.append(max(after[name] for name in settings) - after[chosen])
    return Regret(small, large, len(costs), float(np.mean(costs)), max(costs)) if costs else None
