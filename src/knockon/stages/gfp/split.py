"""gfp_split: the TAPE split (train on up to three mutations, test on more) and a balanced one of the same sizes."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from knockon.atomic import write_json, write_parquet
from knockon.dataset.variants import PARTS, SPLITS, split_variants
from knockon.stages.figures import templates, write_figure
from knockon.stages.gfp import paths
from knockon.stages.gfp.landscape import Landscape, read_landscape
from knockon.stages.stage import Params, run_stage

READS = (paths.VARIANTS, *templates("gfp_mutations", "gfp_brightness"))
PARAMS = ("gfp.bright", "gfp.split")

SPLIT_SCHEMA = pa.schema(
    [
        pa.field("key", pa.uint64(), nullable=False, metadata={"unit": "hash of the variant's mutations"}),
        pa.field("variant", pa.string(), nullable=False, metadata={"unit": "mutations; empty for the wild type"}),
        *[
            pa.field(split, pa.string(), nullable=False, metadata={"unit": "train, validation or test"})
            for split in SPLITS
        ],
    ]
)

COUNT_SCHEMA = pa.schema(
    [("panel", pa.string()), ("part", pa.string()), ("mutations", pa.int64()), ("variants", pa.int64())]
)
HISTOGRAM_SCHEMA = pa.schema(
    [
        ("panel", pa.string()),
        ("part", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("variants", pa.int64()),
    ]
)

_BIN = 0.1


def summarise(landscape: Landscape, parts: NDArray[np.str_], bright: float) -> dict[str, Any]:
    """Per part: variants, share that is bright, counts by number of mutations."""
    summary = {}
    for part in PARTS:
        chosen = parts == part
        brightness, counts = landscape.variants.brightness[chosen], landscape.variants.counts[chosen]
        summary[part] = {
            "variants": int(chosen.sum()),
            "bright_share": float((brightness > bright).mean()) if len(brightness) else None,
            "by_mutations": {
                str(number): int(count) for number, count in zip(*np.unique(counts, return_counts=True), strict=True)
            },
        }
    return summary


def count_rows(landscape: Landscape, parts: NDArray[np.str_], panel: str) -> list[dict[str, Any]]:
    """Rows of the plot of counts by number of mutations."""
    rows = []
    for part in PARTS:
        numbers, counts = np.unique(landscape.variants.counts[parts == part], return_counts=True)
        rows += [
            {"panel": panel, "part": part, "mutations": int(number), "variants": int(count)}
            for number, count in zip(numbers, counts, strict=True)
        ]
    return rows


def histogram_rows(landscape: Landscape, parts: NDArray[np.str_], panel: str) -> list[dict[str, Any]]:
    """Rows of the histograms of brightness, in bins of 0.1."""
    brightness = landscape.variants.brightness
    first, last = np.floor(brightness.min() / _BIN), np.ceil(brightness.max() / _BIN)
    edges = np.round(np.arange(first, last + 1) * _BIN, 6)
    rows = []
    for part in PARTS:
        counts, _ = np.histogram(brightness[parts == part], edges)
        rows += [
            {"panel": panel, "part": part, "low": edges[bin], "high": edges[bin + 1], "variants": int(count)}
            for bin, count in enumerate(counts)
            if count
        ]
    return rows


def main(params: Params) -> None:
    """Write the splits, their summary and the figures of the data."""
    landscape = read_landscape()
    names = pa.array(landscape.variants.names)
    sides = {
        split: split_variants(names, landscape.variants.counts, split, params["gfp.split.seed"]) for split in SPLITS
    }
    columns = [pa.array(landscape.keys), names, *[pa.array(sides[split].tolist()) for split in SPLITS]]
    write_parquet(paths.SPLITS, pa.Table.from_arrays(columns, schema=SPLIT_SCHEMA))
    bright = params["gfp.bright"]
    write_json(paths.METRICS / "split.json", {split: summarise(landscape, sides[split], bright) for split in SPLITS})
    counts = [row for split in SPLITS for row in count_rows(landscape, sides[split], f"{split} split")]
    bins = [row for split in SPLITS for row in histogram_rows(landscape, sides[split], f"{split} split")]
    write_figure("gfp_mutations", pa.Table.from_pylist(counts, COUNT_SCHEMA), name="mutations", folder=paths.PLOTS)
    write_figure("gfp_brightness", pa.Table.from_pylist(bins, HISTOGRAM_SCHEMA), name="brightness", folder=paths.PLOTS)


if __name__ == "__main__":
    run_stage(main, PARAMS)
