"""Where the avGFP study keeps its artifacts, relative to the root of the repository; dvc.yaml lists the same."""

from pathlib import Path

RAW = Path("data/raw/gfp")
GENOTYPES = RAW / "amino_acid_genotypes_to_brightness.tsv"
REFERENCE = RAW / "avGFP_reference_sequence.fa"
UNIREP = RAW / "unirep64" / "model_weights.pkl"

DATASET = Path("data/datasets/gfp")
VARIANTS = DATASET / "variants.parquet"
REJECTED = DATASET / "rejected.parquet"
SPLITS = DATASET / "splits.parquet"

EMBEDDINGS = Path("data/embeddings/gfp")
# Not an output of DVC: vectors by sequence, kept between runs, so that a new variant embeds one sequence.
CACHE = Path("data/cache/gfp")

PREDICTIONS = Path("data/predictions/gfp")
MODELS = Path("models/gfp")


def fits_of(model: str) -> Path:
    """Where gfp_train keeps a model's fits until all are done. Not an output of DVC; git ignores it."""
    return Path(f"models/gfp_{model}_fits")


METRICS = Path("metrics/gfp")
PLOTS = Path("plots/gfp")
