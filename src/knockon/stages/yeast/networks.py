"""yeast_networks: which genes work together, as the graph has it: links, complexes, ontology, metabolism."""

import pyarrow as pa

from knockon.atomic import atomic_directory, write_parquet
from knockon.graph.query import read_query
from knockon.graph.store import GraphStore
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.query import open_store

_QUERIES = ("physical", "regulation", "complexes", "ontology", "subsystems", "metabolites", "metabolome")

READS = (paths.DUMP, *paths.queries(*_QUERIES, "terms"))
PARAMS = ("yeast.graph",)


def answered(store: GraphStore, name: str) -> pa.Table:
    """The rows of a query of queries/yeast."""
    query = read_query(paths.QUERIES / f"{name}.cypher")
    return pa.Table.from_batches(list(store.query(query.text, query.defaults)))


def main(params: Params) -> None:
    """Run the queries and write their rows, one table each."""
    with open_store(params) as store:
        with atomic_directory(paths.NETWORKS) as folder:
            for name in _QUERIES:
                write_parquet(folder / f"{name}.parquet", answered(store, name))
        write_parquet(paths.TERMS, answered(store, "terms"))


if __name__ == "__main__":
    run_stage(main, PARAMS)
