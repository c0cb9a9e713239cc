"""Where the affinity study keeps its artifacts, relative to the root of the repository; dvc.yaml lists the same."""

from pathlib import Path

RAW = Path("data/raw/affinity")

DATASET = Path("data/datasets/affinity")
LIGANDS = DATASET / "ligands.parquet"
PROTEINS = DATASET / "proteins.parquet"
MEASUREMENTS = DATASET / "measurements.parquet"
PAIRS = DATASET / "pairs.parquet"
LISTS = DATASET / "cleansplit.parquet"
SCREEN = DATASET / "screen.parquet"
CORPUS_SMILES = DATASET / "corpus_smiles.parquet"
CORPUS_PROTEINS = DATASET / "corpus_proteins.parquet"
REJECTED = DATASET / "rejected.parquet"

SPLITS = DATASET / "splits"


def split_of(source: str) -> Path:
    """Splits of one source's measurements."""
    return SPLITS / f"{source}.parquet"


METRICS = Path("metrics/affinity")
PLOTS = Path("plots/affinity")

PREDICTIONS = Path("data/predictions/affinity")
MODELS = Path("models/affinity")

LANGUAGE = MODELS / "language"
"""Of language models, a folder each."""

VECTORS = Path("data/cache/affinity")
"""Vectors of screened molecules. Not an output of DVC; git ignores it."""

EMBEDDINGS = Path("data/embeddings/affinity")
SEQUENCES = Path("data/cache/affinity_sequences")
"""Language models' vectors by sequence. Not an output of DVC; git ignores it."""
PUBLISHED = Path("data/raw/gfp")
"""Where gfp_sources puts UniRep's weights; a simulated source has none."""
UNIREP = PUBLISHED / "unirep64" / "model_weights.pkl"


def dual_on(representation: str) -> str:
    """What two towers on fixed vectors are called among the models."""
    return f"dual_{representation}"


def fits_of(model: str) -> Path:
    """Where affinity_train keeps a model's fits until all are done. Not an output of DVC; git ignores it."""
    return Path(f"models/affinity_{model}_fits")
