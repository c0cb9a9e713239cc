"""What a gene should look like to a model: Spearman's ρ by representation and aggregation, beside random vectors."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from knockon.evaluation.evaluate import significant

RANK_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("panel", "representation", "aggregation")),
        *((name, pa.float64()) for name in ("spearman", "spearman_low", "spearman_high", "random_low", "random_high")),
    ]
)
"""random_low, random_high: the interval of the random vectors that validation prefers for the same model, which know
nothing but which gene is which."""

RANDOM = "random_"


def rank_bars(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """RANK_SCHEMA from rows of compare.BENCHMARK_SCHEMA of one size; baselines, which use no vectors, are left out."""
    vectors = [row for row in rows if row["representation"]]
    controls: dict[str, Mapping[str, Any]] = {}
    for row in vectors:
        if row["representation"].startswith(RANDOM):
            best = controls.get(row["model"])
            if best is None or _validation(row) > _validation(best):
                controls[row["model"]] = row
    bars = [
        {
            "panel": f"{row['model'].removesuffix('_nystroem').replace('_', ' ')}, {row['size']:,} experiments",
            **{name: row[name] for name in ("representation", "aggregation")},
            **{name: row[name] for name in ("spearman", "spearman_low", "spearman_high")},
            "random_low": controls.get(row["model"], {}).get("spearman_low"),
            "random_high": controls.get(row["model"], {}).get("spearman_high"),
        }
        for row in vectors
    ]
    return pa.Table.from_pylist([significant(bar) for bar in bars], schema=RANK_SCHEMA)


def _validation(row: Mapping[str, Any]) -> float:
    value = row["validation_pearson"]
    return -2.0 if value is None else float(value)
