"""yeast_embed@<representation>: one vector per gene."""

import pyarrow.parquet as pq

from knockon.represent.build import build_representation
from knockon.represent.storage import write_representation
from knockon.stages.stage import Params, run_stage
from knockon.stages.yeast import paths

READS = (paths.TABLES,)
PARAMS = ("yeast.embed.seed",)


def main(params: Params, representation: str) -> None:
    """Build and write one representation."""
    genes, pathways = (pq.read_table(paths.TABLES / f"{table}.parquet") for table in ("genes", "pathways"))
    vectors = build_representation(representation, genes, pathways, params["yeast.embed.seed"])
    write_representation(paths.EMBEDDINGS / f"{representation}.parquet", vectors)


if __name__ == "__main__":
    run_stage(main, PARAMS, "representation")
