"""yeast_query: the queries that define the dataset, run on a graph store, into records, profiles, tables of genes."""

import os
from pathlib import Path

import pyarrow as pa

from knockon.atomic import atomic_directory, write_parquet
from knockon.dataset.records import RECORD_SCHEMA
from knockon.graph.embedded import EmbeddedStore
from knockon.graph.experiments import records_from_rows
from knockon.graph.profiles import PROFILE_STRAIN_SCHEMA, PROFILE_VALUE_SCHEMA, declared
from knockon.graph.query import range_bits, read_query, run_ranges
from knockon.graph.store import GraphStore
from knockon.leftovers import remove_leftovers
from knockon.progress import track
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

_EXPERIMENTS = {"fitness": "FitnessExperiment", "interaction": "InteractionExperiment", "s_score": "SScoreExperiment"}
_TABLES = ("genes", "pathways", "annotations")

READS = (paths.DUMP, *paths.queries(*_EXPERIMENTS, *_TABLES, "profiles", "profile_strains"))
PARAMS = ("yeast.graph",)


def open_store(params: Params) -> GraphStore:
    """The graph store that params.yaml names, loaded with the dump; all of them give the same rows."""
    store: GraphStore
    if params["yeast.graph.store"] == "neo4j":
        from knockon.graph.neo4j.settings import neo4j_settings
        from knockon.graph.neo4j.store import Neo4jStore

        store = Neo4jStore(neo4j_settings(os.environ, paths.NEO4J_CREDENTIALS))
    else:
        store = EmbeddedStore(memory_bytes=int(params["yeast.graph.memory_gb"] * 2**30), threads=1)
    store.load(paths.DUMP)
    return store


def write_records(store: GraphStore, folder: Path) -> None:
    """Write all experiments as records, one Parquet file a range of identifiers: a changed row changes one file."""
    counts = store.counts()
    for phenotype, label in _EXPERIMENTS.items():
        rows = counts.get(label, 0)
        bits = max(range_bits(rows, rows_per_range=250_000), 5 if rows > 20_000 else 0)
        ranges = run_ranges(store, read_query(paths.QUERIES / f"{phenotype}.cypher"), bits)
        for table in track(ranges, f"querying {phenotype}", 1 << bits):
            found = records_from_rows(table.to_batches(), phenotype, RECORD_SCHEMA)
            first = int(found["id"][0].as_py(), 16) >> (64 - bits) if bits else 0
            write_parquet(folder / f"{phenotype}-{first:04d}.parquet", found)


def write_tables(store: GraphStore, folder: Path) -> None:
    """Write what the representations need to know about genes."""
    for name in _TABLES:
        query = read_query(paths.QUERIES / f"{name}.cypher")
        write_parquet(folder / f"{name}.parquet", pa.Table.from_batches(list(store.query(query.text, query.defaults))))


def write_profiles(store: GraphStore, folder: Path) -> None:
    """Write phenotypes of many values: `values-*`, a row a component, and `strains`, a row a deleted gene."""
    bits = range_bits(store.counts().get("Measures", 0))
    values = run_ranges(store, read_query(paths.QUERIES / "profiles.cypher"), bits)
    for table in track(values, "querying profiles", 1 << bits):
        first = int(table["id"][0].as_py(), 16) >> (64 - bits) if bits else 0
        write_parquet(folder / f"values-{first:04d}.parquet", declared(table, PROFILE_VALUE_SCHEMA))
    query = read_query(paths.QUERIES / "profile_strains.cypher")
    strains = pa.Table.from_batches(list(store.query(query.text, query.defaults)))
    write_parquet(folder / "strains.parquet", declared(strains, PROFILE_STRAIN_SCHEMA))


def main(params: Params) -> None:
    """Run the queries and write their rows."""
    for folder in (paths.RECORDS, paths.TABLES, paths.PROFILES, paths.DUMP.parent / ".index"):
        remove_leftovers(folder)
    with open_store(params) as store:
        with atomic_directory(paths.RECORDS) as folder:
            write_records(store, folder)
        with atomic_directory(paths.TABLES) as folder:
            write_tables(store, folder)
        with atomic_directory(paths.PROFILES) as folder:
            write_profiles(store, folder)


if __name__ == "__main__":
    run_stage(main, PARAMS)
