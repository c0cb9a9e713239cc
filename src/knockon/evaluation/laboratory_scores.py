"""Means over planted laboratories, by strategy and cycle; intervals draw laboratories."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval


def laboratory_rows(runs: list[dict[str, Any]], resampling: Resampling) -> list[dict[str, Any]]:
    """A row a strategy and cycle. runs: see `models.designs.planted_runs.laboratory_runs`."""
    table = pa.Table.from_pylist(runs)
    rows = []
    for strategy in dict.fromkeys(table["strategy"].to_pylist()):
        own = table.filter(pc.equal(table["strategy"], strategy))
        for cycle in sorted(set(own["cycle"].to_pylist())):
            part = own.filter(pc.equal(own["cycle"], cycle))
            short = part["short"].to_numpy()
            low, high = _drawn_mean(short, resampling)
            first = part["first"].to_numpy(zero_copy_only=False).astype(np.float64)
            first_low, first_high = _drawn_mean(first, resampling)
            rows.append(
                {
                    "strategy": strategy, "cycle": cycle, "strains": part["strains"][0].as_py(),
                    "short": float(short.mean()), "short_low": low, "short_high": high,
                    "first": float(first.mean()), "first_low": first_low, "first_high": first_high,
                    "laboratories": part.num_rows, "built": float(pc.mean(part["built"]).as_py()),
                    "grew": float(pc.mean(part["grew"]).as_py()),
                }
            )  # fmt: skip
    return rows


def _drawn_mean(values: Values, resampling: Resampling) -> tuple[float | None, float | None]:
    random = np.random.default_rng(resampling.seed)
    drawn = random.integers(len(values), size=(resampling.replicates, len(values)))
    return interval(values[drawn].mean(axis=1), resampling.confidence)
