"""Where the cellstate study keeps its artifacts, relative to the root of the repository; dvc.yaml lists the same."""

from pathlib import Path

RAW = Path("data/raw/cellstate")
DOUBLES = Path("data/raw/cellstate_doubles")
COMPENDIA = Path("data/raw/cellstate_compendia")
COHORTS = Path("data/raw/cellstate_cohorts")

DATASET = Path("data/datasets/cellstate")
STORE = DATASET / "store"
REGULONS = DATASET / "regulons.parquet"
LENGTHS = DATASET / "lengths.parquet"
KNOCKOUTS = DATASET / "knockouts.parquet"
SPLITS = DATASET / "splits.parquet"

METRICS = Path("metrics/cellstate")
PLOTS = Path("plots/cellstate")

PREDICTIONS = Path("data/predictions/cellstate")
RESPONSES = Path("data/predictions/cellstate_knockouts.parquet")
MODELS = Path("models/cellstate")
REGULATORS = Path("data/predictions/cellstate_regulators")
TOLD_DOUBLES = Path("data/predictions/cellstate_doubles.parquet")
TRANSFER = Path("data/predictions/cellstate_transfer.parquet")
OTHER_RESPONSES = Path("data/predictions/cellstate_responses.parquet")


def fits_of(model: str) -> Path:
    """Where cellstate_train keeps a model's fits until all are done. Not an output of DVC; git ignores it."""
    return Path(f"models/cellstate_{model}_fits")
