"""yeast_embed@<representation>: one vector per gene."""

import pyarrow.parquet as pq

from knockon.represent.build import build_representation
from knockon.represent.storage import write_representation
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

PARAMS = ("yeast.embed.seed",)


def main(params: Params, name: str) -> None:
    """Build and write one representation."""
    genes, pathways = (pq.read_table(paths.TABLES / f"{table}.parquet") for table in ("genes", "pathways"))
    representation = build_representation(name, genes, pathways, params["yeast.embed.seed"])
    write_representation(paths.EMBEDDINGS / f"{name}.parquet", representation)


if __name__ == "__main__":
    run_stage(main, PARAMS, "representation")
