"""yeast_dataset: records, checked, deduplicated and completed, into the key-value store."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.atomic import write_json
from knockon.dataset.build import DatasetSettings, build_dataset
from knockon.dataset.own_rows import EXCLUDED, OwnRows, quarantined, rejected, told
from knockon.dataset.records import RECORD_SCHEMA
from knockon.graph.rejects import GRAPH_REJECT_SCHEMA
from knockon.leftovers import remove_leftovers
from knockon.progress import track
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = (paths.RECORDS, paths.REJECTED)
PARAMS = ("yeast.dataset.exclude", "yeast.dataset.reconstruct", "yeast.own")


def included(exclude: list[str], left_out: Counter[str], own: OwnRows) -> Iterator[pa.Table]:
    """Records of all datasets but those excluded, which are counted; of own datasets it is noted what passes."""
    for path in track(sorted(paths.RECORDS.glob("*.parquet")), "deduplicating"):
        table = pq.read_table(path, schema=RECORD_SCHEMA)
        dropped = pc.is_in(table["dataset"], value_set=pa.array(exclude, pa.string()))
        counts = pc.value_counts(table["dataset"].filter(dropped)).to_pylist()
        left_out.update({entry["values"]: entry["counts"] for entry in counts})
        table = table.filter(pc.invert(dropped))
        own.add(table)
        yield table


def rejected_before() -> dict[str, int]:
    """Rows that never became a record, by reason: the graph's rejects."""
    reasons = pq.read_table(paths.REJECTED, schema=GRAPH_REJECT_SCHEMA)["reason"]
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(reasons.sort()).to_pylist()}


def own_files(entries: list[dict[str, Any]], own: OwnRows, left_out: Counter[str], completed: bool) -> list[Any]:
    """What became of the files that params.yaml lists: records, repeats, and what was dropped, why, with examples.

    completed: whether fitness was computed from ε.
    """
    rejects = pq.read_table(paths.REJECTED, schema=GRAPH_REJECT_SCHEMA) if entries else None
    aside = pq.read_table(paths.QUARANTINE) if entries else None
    found = []
    for entry in entries:
        dataset = entry.get("dataset", "")
        excluded = [{"reason": EXCLUDED, "rows": left_out[dataset], "examples": []}] if left_out[dataset] else []
        lonely = own.without_partner(dataset) if completed else []
        dropped = [*rejected(rejects, entry["name"]), *quarantined(aside, dataset), *excluded, *lonely]
        counts = {"records": own.records(dataset), "repeats": own.repeats(dataset)}
        found.append({"name": entry["name"], "dataset": dataset, **counts, "dropped": dropped})
    return found


def main(params: Params) -> None:
    """Build the store; count what went in, what was quarantined and why, and what came out; tell of own files."""
    left_out: Counter[str] = Counter()
    own = OwnRows(frozenset(entry["dataset"] for entry in params["yeast.own"] if entry.get("dataset")))
    remove_leftovers(paths.DATASET)
    with tempfile.TemporaryDirectory(dir=paths.DATASET, prefix=f"scratch.tmp-{os.getpid()}-") as scratch:
        settings = DatasetSettings(
            store=paths.STORE,
            quarantine=paths.QUARANTINE,
            directions=paths.DIRECTIONS,
            scratch=Path(scratch),
            reconstruct=params["yeast.dataset.reconstruct"],
        )
        summary = build_dataset(included(params["yeast.dataset.exclude"], left_out, own), settings)
    metrics = {**summary.as_dict(), "left_out": dict(sorted(left_out.items())), "rejected_before": rejected_before()}
    write_json(paths.METRICS / "dataset.json", metrics)
    files = own_files(params["yeast.own"], own, left_out, params["yeast.dataset.reconstruct"])
    write_json(paths.METRICS / "own.json", {"files": files})
    if files:
        print(told(files))


if __name__ == "__main__":
    run_stage(main, PARAMS)
