"""What joint training is worth: each head alone and joint on the same test strains, by genes seen, over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.arrays import Values
from knockon.evaluation.bootstrap import Resampling, interval, resampled_weights
from knockon.evaluation.component_scores import ComponentProducts, component_products
from knockon.evaluation.metrics import numbers
from knockon.evaluation.units import Units, UnitsOf

ARMS = ("alone", "joint")

_COLUMNS = (
    ("head", pa.dictionary(pa.int32(), pa.string()), "phenotype"),
    ("component", pa.dictionary(pa.int32(), pa.string()), "name of the label within the phenotype"),
    ("key", pa.uint64(), "the strain's record or profile"),
    ("perturbed", pa.int32(), "number of perturbed genes"),
    ("seen", pa.int32(), "number of perturbed genes that training strains of any head perturb"),
    ("unit_a", pa.int32(), "resampling unit: index of the first gene"),
    ("unit_b", pa.int32(), "index of the last gene; the first again for singles"),
    ("value", pa.float64(), "the label's unit, measured"),
)

FEWEST = 10
"""Strains of a group below which no score is given."""


@dataclass(frozen=True)
class HeadRows:
    """The test strains of one head.

    values: float64 (strains, components), NaN where not measured. predicted: by arm, float64 (seeds, strains,
    components). seen: int32 (strains,), genes that training strains of any head perturb. units: what is drawn.
    """

    values: Values
    predicted: dict[str, Values]
    seen: NDArray[np.int32]
    units: Units | None

    def take(self, rows: NDArray[np.bool_]) -> "HeadRows":
        """Some of the strains."""
        predicted = {arm: column[:, rows] for arm, column in self.predicted.items()}
        units = None if self.units is None else self.units.take(rows)
        return HeadRows(self.values[rows], predicted, self.seen[rows], units)


def joint_schema(seeds: Sequence[int]) -> pa.Schema:
    """A row a measured label of a test strain, a column arm_seed for what each run predicts."""
    fields = [pa.field(name, kind, nullable=False, metadata={"unit": unit}) for name, kind, unit in _COLUMNS]
    runs = [f"{arm}_{seed}" for arm in ARMS for seed in seeds]
    unit = {"unit": "the label's unit, predicted"}
    return pa.schema(fields + [pa.field(run, pa.float64(), nullable=False, metadata=unit) for run in runs])


def head_rows(table: pa.Table, seeds: tuple[int, ...], units: UnitsOf) -> HeadRows:
    """Strains × components from the rows of one head of a table of `joint_schema`.

    units: what the intervals draw, of a table with a row a strain.
    """
    keys, first, strain = np.unique(table["key"].to_numpy(), return_index=True, return_inverse=True)
    names, component = np.unique(table["component"].cast(pa.string()).to_numpy(), return_inverse=True)
    shape = (len(keys), len(names))

    def matrix(column: str, absent: float) -> Values:
        cells = np.full(shape, absent)
        cells[strain, component] = numbers(table[column])
        return cells

    strains = table.take(first)
    predicted = {arm: np.stack([matrix(f"{arm}_{seed}", 0.0) for seed in seeds]) for arm in ARMS}
    return HeadRows(matrix("value", np.nan), predicted, strains["seen"].to_numpy(), units(strains))


def compare_arms(rows: HeadRows, resampling: Resampling) -> dict[str, Any] | None:
    """Scores of both arms on all rows given; None where there are fewer than FEWEST strains.

    Pearson's r is the mean over components, each over the strains in which it was measured. For each arm: pearson,
    the mean over seeds; pearson_sd, their standard deviation (0 for one seed); pearson_low and _high, the bootstrap
    interval of that mean over what is drawn. gain: joint less alone, with the interval of the paired difference.
    """
    if len(rows.values) < FEWEST:
        return None
    products = {arm: [component_products(rows.values, one) for one in rows.predicted[arm]] for arm in ARMS}
    equal = np.ones((1, len(rows.values)))
    scores = {arm: np.array([one.mean_correlation(equal)[0] for one in products[arm]]) for arm in ARMS}
    samples = _replicates(products, rows, resampling)
    result: dict[str, Any] = {"n_test": len(rows.values), "labels": int((~np.isnan(rows.values)).sum())}
    for arm in ARMS:
        low, high = interval(samples[arm], resampling.confidence)
        sd = float(np.std(scores[arm], ddof=1)) if len(scores[arm]) > 1 else 0.0
        result[arm] = {
            "pearson": _number(scores[arm].mean()),
            "pearson_sd": sd,
            "pearson_low": low,
            "pearson_high": high,
        }
    low, high = interval(samples["joint"] - samples["alone"], resampling.confidence)
    gain = _number(scores["joint"].mean() - scores["alone"].mean())
    return result | {"gain": {"pearson": gain, "pearson_low": low, "pearson_high": high}}


def compare_by_seen(rows: HeadRows, resampling: Resampling) -> dict[str, dict[str, Any]]:
    """`compare_arms` of all rows, and of those with 0, 1, 2 … genes seen in training."""
    groups: Mapping[str, NDArray[np.bool_]] = {"all": np.ones(len(rows.seen), dtype=bool)} | {
        str(count): rows.seen == count for count in np.unique(rows.seen)
    }
    compared = {name: compare_arms(rows.take(inside), resampling) for name, inside in groups.items()}
    return {name: arms for name, arms in compared.items() if arms is not None}


def _replicates(
    products: Mapping[str, Sequence[ComponentProducts]], rows: HeadRows, resampling: Resampling
) -> dict[str, Values]:
    """Mean over seeds of the score in every replicate; all arms under the same weights."""
    blocks: dict[str, list[Values]] = {arm: [] for arm in ARMS}
    for weights in resampled_weights(len(rows.values), rows.units, resampling):
        for arm in ARMS:
            blocks[arm].append(np.mean([one.mean_correlation(weights) for one in products[arm]], axis=0))
    return {arm: np.concatenate(parts) for arm, parts in blocks.items()}


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
