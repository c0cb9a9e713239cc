"""cellstate_dataset: the store of expression, regulons and knock-outs out of the raw files, and what became of them."""

from collections import Counter

import numpy as np
import pyarrow as pa

from knockon.atomic import write_json, write_parquet
from knockon.dataset.cellstate.reads import read_units
from knockon.dataset.cellstate.store import ExpressionStore, write_store
from knockon.stages.cellstate import paths
from knockon.stages.cellstate.inputs import knockouts_of, read_compendium
from knockon.stages.stage import Params, run_stage

READS = (paths.RAW,)
PARAMS = ("cellstate.source",)


def main(params: Params) -> None:
    """Write the store and the tables that docs/cellstate.md lists, and metrics/cellstate/dataset.json."""
    found = read_compendium(paths.RAW, params["cellstate.source"])
    write_store(paths.STORE, found.genes, found.samples, found.blocks, found.scale)
    knockouts, alone = knockouts_of(found.samples)
    write_parquet(paths.REGULONS, found.regulons)
    write_parquet(paths.KNOCKOUTS, knockouts)
    write_parquet(paths.LENGTHS, pa.table({"gene": found.genes["gene"], "length": found.lengths}))
    store = ExpressionStore(paths.STORE)
    known = set(found.genes["gene"].to_pylist())
    units = read_units(store.values, found.lengths)
    regulators = set(found.regulons["regulator"].to_pylist())
    write_json(
        paths.METRICS / "dataset.json",
        {
            "samples": len(store),
            "genes": store.shape[1],
            "studies": len(set(found.samples["study"].to_pylist())),
            "scale": found.scale,
            "holes": int(np.isnan(store.values).sum()),
            "single_cell_samples_left_out": found.left_out,
            "samples_whose_reads_are_known": int(np.isfinite(units).sum()),
            "edges": found.regulons.num_rows,
            "edges_of_unknown_sign": int((found.regulons["sign"].to_numpy() == 0).sum()),
            "regulators": len(regulators),
            "regulators_that_are_genes": len(regulators & known),
            "knockouts": knockouts.num_rows,
            "knockouts_of_one_gene": sum(len(genes) == 1 for genes in knockouts["genes"].to_pylist()),
            "knockouts_without_wild_type": alone,
            "knockouts_by_match": dict(Counter(knockouts["match"].to_pylist())),
        },
    )


if __name__ == "__main__":
    run_stage(main, PARAMS)
