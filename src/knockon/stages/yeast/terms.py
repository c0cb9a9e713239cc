"""What the Gene Ontology calls its terms."""

import pyarrow.parquet as pq

from knockon.errors import KnockonError
from knockon.stages.yeast import paths


def term_names() -> dict[str, str]:
    """Names of terms by their identifier. Raises KnockonError where the stage that writes them did not run."""
    if not paths.TERMS.is_file():
        raise KnockonError(f"{paths.TERMS}: there are no names of terms; run `dvc repro yeast_networks` or `dvc pull`")
    return {row["term"]: row["name"] for row in pq.read_table(paths.TERMS).to_pylist() if row["name"]}
