"""yeast_networks: which genes work together, as the graph has it: links, complexes, ontology, metabolism."""

import pyarrow as pa

from knockon.atomic import atomic_directory, write_parquet
from knockon.graph.query import read_query
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.model_paths import NETWORKS
from knockon.stages.yeast.query import open_store

PARAMS = ("yeast.graph",)

_QUERIES = ("physical", "regulation", "complexes", "ontology", "subsystems", "metabolites", "metabolome")


def main(params: Params) -> None:
    """Run the queries and write their rows, one table each."""
    with open_store(params) as store, atomic_directory(NETWORKS) as folder:
        for name in _QUERIES:
            query = read_query(paths.QUERIES / f"{name}.cypher")
            rows = pa.Table.from_batches(list(store.query(query.text, query.defaults)))
            write_parquet(folder / f"{name}.parquet", rows)


if __name__ == "__main__":
    run_stage(main, PARAMS)
