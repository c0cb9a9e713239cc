"""Files that tell of subsystems: what terms are called, how they rank, and their states."""

import pyarrow.parquet as pq

from knockon.errors import KnockonError
from knockon.stages.yeast import paths

TERMS = paths.DATASET / "terms.parquet"
RANKING = "subsystems.parquet"
STATES = "subsystem_states.parquet"
"""Both beside a model that has subsystems, in `paths.MODEL`."""


def term_names() -> dict[str, str]:
    """Names of the Gene Ontology's terms. Raises KnockonError where the stage that writes them did not run."""
    if not TERMS.is_file():
        raise KnockonError(f"{TERMS}: there are no names of terms; run `dvc repro yeast_networks` or `dvc pull`")
    return {row["term"]: row["name"] for row in pq.read_table(TERMS).to_pylist() if row["name"]}
