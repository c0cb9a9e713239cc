"""yeast_dataset: records, checked, deduplicated and completed, into the key-value store."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.dataset.build import DatasetSettings, build_dataset
from knockon.dataset.records import RECORD_SCHEMA
from knockon.graph.rejects import GRAPH_REJECT_SCHEMA
from knockon.leftovers import remove_leftovers
from knockon.progress import track
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = (paths.RECORDS, paths.REJECTED)
PARAMS = ("yeast.dataset.exclude", "yeast.dataset.reconstruct")


def included(exclude: list[str], left_out: Counter[str]) -> Iterator[pa.Table]:
    """Records of all datasets but those excluded, which are counted."""
    for path in track(sorted(paths.RECORDS.glob("*.parquet")), "deduplicating"):
        table = pq.read_table(path, schema=RECORD_SCHEMA)
        dropped = pc.is_in(table["dataset"], value_set=pa.array(exclude, pa.string()))
        counts = pc.value_counts(table["dataset"].filter(dropped)).to_pylist()
        left_out.update({entry["values"]: entry["counts"] for entry in counts})
        yield table.filter(pc.invert(dropped))


def rejected_before() -> dict[str, int]:
    """Rows that never became a record, by reason: the graph's rejects."""
    reasons = pq.read_table(paths.REJECTED, schema=GRAPH_REJECT_SCHEMA)["reason"]
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(reasons.sort()).to_pylist()}


def main(params: Params) -> None:
    """Build the store; count what went in, what was quarantined and why, and what came out."""
    left_out: Counter[str] = Counter()
    remove_leftovers(paths.DATASET)
    with tempfile.TemporaryDirectory(dir=paths.DATASET, prefix=f"scratch.tmp-{os.getpid()}-") as scratch:
        settings = DatasetSettings(
            store=paths.STORE,
            quarantine=paths.QUARANTINE,
            directions=paths.DIRECTIONS,
            scratch=Path(scratch),
            reconstruct=params["yeast.dataset.reconstruct"],
        )
        summary = build_dataset(included(params["yeast.dataset.exclude"], left_out), settings)
    metrics = {**summary.as_dict(), "left_out": dict(sorted(left_out.items())), "rejected_before": rejected_before()}
    write_json(paths.METRICS / "dataset.json", metrics)


if __name__ == "__main__":
    run_stage(main, PARAMS)
