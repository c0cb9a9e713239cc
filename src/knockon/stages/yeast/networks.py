"""yeast_networks: which genes work together: links, complexes and ontology by the graph; metabolism by its files."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from knockon.atomic import atomic_directory, write_parquet
from knockon.graph.manifest import read_manifest
from knockon.graph.query import read_query
from knockon.sources.metabolic_model import read_gem_metabolites, read_gem_reactions
from knockon.sources.metabolome import read_metabolome
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths
from knockon.stages.yeast.model_paths import NETWORKS
from knockon.stages.yeast.query import open_store

PARAMS = ("yeast.graph",)

_QUERIES = ("physical", "regulation", "complexes", "ontology")
_TEXT = pa.string()


def subsystems(path: Path) -> pa.Table:
    """Genes and the subsystems of the reactions that they drive."""
    table = read_gem_reactions(path).table
    lists = table["subsystems"].combine_chunks()
    genes = table["gene"].combine_chunks().take(pc.list_parent_indices(lists))
    return pa.table({"gene": genes, "subsystem": lists.flatten()}).group_by(["gene", "subsystem"]).aggregate([])


def metabolites(path: Path) -> pa.Table:
    """Genes and the metabolites of the reactions that they drive."""
    table = read_gem_metabolites(path).table.select(["gene", "metabolite"])
    return table.group_by(["gene", "metabolite"]).aggregate([])


def metabolome(path: Path) -> pa.Table:
    """Deleted genes and the z-scores of their strains' amino acids."""
    table = read_metabolome(path).table
    columns = {"gene": table["strain"], "component": table["component"], "value": table["value"]}
    return pa.table({name: column.cast(_TEXT) if name != "value" else column for name, column in columns.items()})


# The graph holds experiments and networks of genes; these files of the sources have no place in it yet.
_FILES: dict[str, tuple[str, Callable[[Path], pa.Table], tuple[str, ...]]] = {
    "subsystems": ("gem_reactions", subsystems, ("gene", "subsystem")),
    "metabolites": ("gem_reactions", metabolites, ("gene", "metabolite")),
    "metabolome": ("mulleder_metabolome", metabolome, ("gene", "component")),
}
"""By table: the format of its file, how it is made, what it is ordered by."""


def from_files(name: str) -> pa.Table:
    """One table from the first source of its format; without rows where there is none."""
    kind, make, order = _FILES[name]
    found = [file.path for file in read_manifest(paths.RAW) if file.format == kind]
    if not found:
        empty = pa.table({column: pa.array([], _TEXT) for column in order})
        return empty.append_column("value", pa.array([], pa.float64())) if name == "metabolome" else empty
    return make(found[0]).sort_by([(column, "ascending") for column in order])


def main(params: Params) -> None:
    """Run the queries, read the files, and write their rows, one table each."""
    with open_store(params) as store, atomic_directory(NETWORKS) as folder:
        for name in _QUERIES:
            query = read_query(paths.QUERIES / f"{name}.cypher")
            rows = pa.Table.from_batches(list(store.query(query.text, query.defaults)))
            write_parquet(folder / f"{name}.parquet", rows)
        for name in _FILES:
            write_parquet(folder / f"{name}.parquet", from_files(name))


if __name__ == "__main__":
    run_stage(main, PARAMS)
