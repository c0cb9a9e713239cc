"""gfp_dataset: the genotypes, read and checked against the reference; what becomes of nonsense variants is set here."""

import pyarrow as pa
import pyarrow.compute as pc

from knockon.atomic import write_json, write_parquet
from knockon.sources.gfp.avgfp import read_avgfp, read_reference
from knockon.stages.gfp import paths
from knockon.stages.stage import Params, run_stage

READS = (paths.RAW,)
PARAMS = ("gfp.nonsense",)


def summary(table: pa.Table, rejects: pa.Table, nonsense: str, with_stop: int) -> dict[str, object]:
    """Counts of what came out and what was refused."""
    counts = pc.value_counts(pc.list_value_length(table["mutations"])).to_pylist()
    reasons = pc.value_counts(rejects["reason"]).to_pylist()
    return {
        "variants": table.num_rows,
        "nonsense": nonsense,
        "with_stop": with_stop,
        "bright": int(pc.sum(pc.greater(table["brightness"], 2.5)).as_py() or 0),
        "by_mutations": {str(entry["values"]): entry["counts"] for entry in sorted(counts, key=lambda e: e["values"])},
        "rejected": {entry["values"]: entry["counts"] for entry in reasons},
    }


def main(params: Params) -> None:
    """Write the table of variants, with the reference beside it."""
    nonsense = params["gfp.nonsense"]
    result = read_avgfp(paths.GENOTYPES, paths.REFERENCE)
    stops = pc.match_substring(result.table["variant"], "*")
    table = result.table.filter(pc.invert(stops)) if nonsense == "drop" else result.table
    metadata = {"reference": read_reference(paths.REFERENCE), "nonsense": nonsense}
    write_parquet(paths.VARIANTS, table.replace_schema_metadata(metadata))
    write_parquet(paths.REJECTED, result.rejects)
    counts = summary(table, result.rejects, nonsense, int(pc.sum(stops).as_py() or 0))
    write_json(paths.METRICS / "dataset.json", counts)


if __name__ == "__main__":
    run_stage(main, PARAMS)
