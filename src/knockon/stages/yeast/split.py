"""yeast_split: which experiments train, validate and test, by pair and by gene; refused where a group stands twice."""

from collections.abc import Mapping

import pyarrow as pa

from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.genotypes import Genotypes
from knockon.dataset.splits import gene_split, leaks, pair_split, split_table, summarise
from knockon.dataset.store import RecordStore
from knockon.errors import KnockonError
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = (paths.STORE,)
PARAMS = ("yeast.splits",)


NAMES = ("pair", "gene")


def split_of(
    store: RecordStore, genotypes: Genotypes, name: str, shares: Mapping[str, float], seed: int
) -> tuple[pa.Table, dict[str, list[str]]]:
    """A split of the store, SPLIT_SCHEMA, and the genes that it holds out by side.

    genotypes: of the store. shares: section yeast.splits of params.yaml. Raises KnockonError for a name that is none of
    NAMES.
    """
    if name not in NAMES:
        raise KnockonError(f"split is {name!r}; choose one of {', '.join(NAMES)}")
    chosen: dict[str, list[str]] = {}
    if name == "gene":
        held_out = {"validation": shares["validation_genes"], "test": shares["held_out_genes"]}
        sides, chosen = gene_split(genotypes, held_out, seed)
    else:
        held = {"validation": shares["validation"], "test": shares["test"]}
        sides = pair_split(store.groups, genotypes, {"train": 1 - sum(held.values()), **held}, seed)
    return split_table(store.keys, store.groups, sides, genotypes), chosen


def main(params: Params) -> None:
    """Write both splits and their summary."""
    store, shares = RecordStore(paths.STORE), params["yeast.splits"]
    genotypes, seed = store.genotypes(), shares["seed"]
    summary = {}
    with atomic_directory(paths.SPLITS) as folder:
        for name in NAMES:
            table, chosen = split_of(store, genotypes, name, shares, seed)
            if len(leaking := leaks(table, store.groups)):
                raise KnockonError(f"the {name} split parts {len(leaking)} groups; this is a defect, please report it")
            write_parquet(folder / f"{name}.parquet", table)
            summary[name] = summarise(table, genotypes, seed, chosen)
    write_json(paths.METRICS / "split.json", summary)


if __name__ == "__main__":
    run_stage(main, PARAMS)
