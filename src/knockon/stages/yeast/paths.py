"""Where the yeast study keeps its artifacts, relative to the root of the repository; dvc.yaml lists the same."""

from pathlib import Path

OWN = Path("data/own")
RAW = Path("data/raw/yeast")
DUMP = Path("data/graph/yeast")
REJECTED = Path("data/graph/yeast_rejected.parquet")
QUERIES = Path("queries/yeast")
NEO4J_CREDENTIALS = Path("services/neo4j/credentials.env")

DATASET = Path("data/datasets/yeast")
RECORDS = DATASET / "records"
TABLES = DATASET / "tables"
STORE = DATASET / "store"
QUARANTINE = DATASET / "quarantine.parquet"
DIRECTIONS = DATASET / "directions.parquet"
SPLITS = DATASET / "splits"

EMBEDDINGS = Path("data/embeddings/yeast")
BENCHMARKS = Path("data/predictions/yeast/benchmark")
BASELINES = Path("data/predictions/yeast/baselines")
CONTROLS = Path("data/predictions/yeast/controls.parquet")
PREDICTIONS = Path("data/predictions/yeast/predictions.parquet")
MODEL = Path("models/yeast")

METRICS = Path("metrics/yeast")
PLOTS = Path("plots/yeast")
