"""affinity_split: the named splits of every source, each checked for what it promises before it is written."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from knockon.arrays import Mask
from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.affinity.source_splits import (
    SplitSettings,
    counts,
    leak_counts,
    source_splits,
    split_table,
    view,
)
from knockon.dataset.affinity.splits import Shares
from knockon.stages.affinity import paths
from knockon.stages.affinity.inputs import SPLIT_SOURCES
from knockon.stages.stage import Params, run_stage

READS = (paths.LIGANDS, paths.PROTEINS, paths.MEASUREMENTS, paths.PAIRS, paths.LISTS)
PARAMS = ("affinity.source", "affinity.split")

# The source whose measurements are named by PDB ids, as CleanSplit's lists are.
_LISTED = "pdbbind2016"


def settings(section: dict[str, Any]) -> SplitSettings:
    """The section affinity.split."""
    return SplitSettings(
        shares=Shares(**section["cold"]),
        both=Shares(**section["both"]),
        ligand_similarity=section["ligand_similarity"],
        protein_share=section["protein_share"],
        relatives=tuple(section["relatives"]),
        near_ligand=section["near_ligand"],
    )


def main(params: Params) -> None:
    """Write data/datasets/affinity/splits/<source>.parquet and metrics/affinity/split.json."""
    wanted = settings(params["affinity.split"])
    ligands, proteins = pq.read_table(paths.LIGANDS), pq.read_table(paths.PROTEINS)
    measurements = pq.read_table(paths.MEASUREMENTS)
    keys, lists = pq.read_table(paths.PAIRS, columns=["key"])["key"], pq.read_table(paths.LISTS)
    summary: dict[str, Any] = {}
    with atomic_directory(paths.SPLITS) as folder:
        for source in SPLIT_SOURCES[params["affinity.source"]]:
            chosen = pc.equal(measurements["source"], source).to_numpy()
            table = measurements.filter(pa.array(chosen))
            seen = view(table, ligands, proteins)
            found = list(source_splits(seen, wanted, _masks(seen.names, lists) if source == _LISTED else None))
            own_keys = keys.take(table["pair"]).combine_chunks()
            path = folder / paths.split_of(source).name
            write_parquet(path, split_table(np.flatnonzero(chosen), own_keys, found))
            summary[source] = {
                split.name: counts(split.sides) | {"leaks": leak_counts(seen, split.sides), "checked": split.checked}
                for split in found
            }
    write_json(paths.METRICS / "split.json", summary)


def _masks(names: pa.Array, lists: pa.Table) -> dict[str, Mask]:
    """Whether each measurement's id stands in each list of CleanSplit. (measurements,)."""
    parts = pc.unique(lists["part"]).to_pylist()
    return {
        part: pc.is_in(names, value_set=lists["name"].filter(pc.equal(lists["part"], part)).combine_chunks()).to_numpy(
            zero_copy_only=False
        )
        for part in parts
    }


if __name__ == "__main__":
    run_stage(main, PARAMS)
