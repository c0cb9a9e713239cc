"""yeast_split: which experiments train, validate and test, by pair and by gene; refused where a group stands twice."""

from knockon.atomic import atomic_directory, write_json, write_parquet
from knockon.dataset.splits import gene_split, leaks, pair_split, split_table, summarise
from knockon.dataset.store import RecordStore
from knockon.errors import KnockonError
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = (paths.STORE,)
PARAMS = ("yeast.splits",)


def main(params: Params) -> None:
    """Write both splits and their summary."""
    store = RecordStore(paths.STORE)
    genotypes, keys, groups = store.genotypes(), store.keys, store.groups
    seed = params["yeast.splits.seed"]
    shares = {"validation": params["yeast.splits.validation"], "test": params["yeast.splits.test"]}
    held_out = {
        "validation": params["yeast.splits.validation_genes"],
        "test": params["yeast.splits.held_out_genes"],
    }
    gene_sides, genes = gene_split(genotypes, held_out, seed)
    pair_sides = pair_split(groups, genotypes, {"train": 1 - sum(shares.values()), **shares}, seed)
    summary = {}
    with atomic_directory(paths.SPLITS) as folder:
        for name, sides, chosen in (("pair", pair_sides, {}), ("gene", gene_sides, genes)):
            table = split_table(keys, groups, sides, genotypes)
            if len(leaking := leaks(table, groups)):
                raise KnockonError(f"the {name} split parts {len(leaking)} groups; this is a defect, please report it")
            write_parquet(folder / f"{name}.parquet", table)
            summary[name] = summarise(table, genotypes, seed, chosen)
    write_json(paths.METRICS / "split.json", summary)


if __name__ == "__main__":
    run_stage(main, PARAMS)
