"""Where the yeast study keeps its artifacts, relative to the root of the repository; dvc.yaml lists the same.

A stage depends on the paths that it uses, not on this file: one more changes nothing for the others.
"""

from pathlib import Path

OWN = Path("data/own")
RAW = Path("data/raw/yeast")
GENOME = RAW / "genome" / "Saccharomyces_cerevisiae.R64-1-1.dna.toplevel.fa.gz"
DUMP = Path("data/graph/yeast")
REJECTED = Path("data/graph/yeast_rejected.parquet")
QUERIES = Path("queries/yeast")
NEO4J_CREDENTIALS = Path("services/neo4j/credentials.env")

DATASET = Path("data/datasets/yeast")
RECORDS = DATASET / "records"
TABLES = DATASET / "tables"
# Not among the tables: what depends on those need not run again for a new profile.
PROFILES = DATASET / "profiles"
NETWORKS = DATASET / "networks"
# Not among the networks: what terms are called changes no model.
TERMS = DATASET / "terms.parquet"
STORE = DATASET / "store"
QUARANTINE = DATASET / "quarantine.parquet"
DIRECTIONS = DATASET / "directions.parquet"
SPLITS = DATASET / "splits"

EMBEDDINGS = Path("data/embeddings/yeast")
BENCHMARKS = Path("data/predictions/yeast/benchmark")
BASELINES = Path("data/predictions/yeast/baselines")
"""Of the benchmark: TABLE-REPRESENTATION/SIZE.parquet, with SIZE-grid.parquet beside it, and TABLE/SIZE.parquet."""
BENCHMARK_FITS = Path("data/cache/yeast_benchmark")
"""Its fits, a folder an item. Not an output of DVC; git ignores it."""
CONTROLS = Path("data/predictions/yeast/controls.parquet")
PREDICTIONS = Path("data/predictions/yeast/predictions.parquet")
TRAINING_LOG = Path("data/predictions/yeast/training.parquet")
JOINT = Path("data/predictions/yeast/joint.parquet")

MODEL = Path("models/yeast")
LANGUAGE = Path("models/yeast_language")
"""Of language models, a folder each."""
VECTORS = Path("data/cache/yeast")
"""Vectors by sequence. Not an output of DVC; git ignores it."""
PUBLISHED = Path("data/raw/gfp")
"""Where gfp_sources puts UniRep's weights; a simulated source has none."""
UNIREP = PUBLISHED / "unirep64" / "model_weights.pkl"
CHECKPOINTS = Path("models/yeast_checkpoints")
# In the folder of a model that has subsystems: how they rank, and their states.
RANKING = "subsystems.parquet"
STATES = "subsystem_states.parquet"

METRICS = Path("metrics/yeast")
PLOTS = Path("plots/yeast")


def language_fits(kind: str) -> Path:
    """Where yeast_pretrain keeps what it has until all is done. Not an output of DVC; git ignores it."""
    return Path(f"models/yeast_language_{kind}_fits")


def queries(*names: str) -> tuple[Path, ...]:
    """Files of queries, for READS."""
    return tuple(QUERIES / f"{name}.cypher" for name in names)
