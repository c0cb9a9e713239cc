"""Where the design study keeps its artifacts, relative to the root of the repository; dvc.yaml lists the same."""

from pathlib import Path

from knockon.stages.yeast.paths import RAW as YEAST_RAW

RAW = Path("data/raw/design")
BETAXANTHIN = RAW / "design" / "betaxanthin_GA1_2_4_6.csv"
SGD_PHENOTYPES = RAW / "design" / "sgd_null_chemical_phenotypes_nomull.dl"
GENE_NAMES = YEAST_RAW / "genome" / "SGD_features.tab"
CYCLES_SCREEN = RAW / "design" / "pputida_isoprenol_crispri_dbtl0.csv"
CYCLES_RAW = RAW / "design" / "pputida_isoprenol_crispri_dbtl3-6.csv"
GEM = YEAST_RAW / "gem" / "yeast-GEM.yml"
METABOLOME = YEAST_RAW / "metabolome" / "Mulleder_2016_metabolomics_zscores.csv"
ESSENTIAL = YEAST_RAW / "smf" / "essential_ORFs.txt"

FLUX = Path("data/features/design/flux.parquet")
# How far the fitness that is told of sets lies off, see `serving.design.growth_errors`.
GROWTH = Path("data/features/design/growth.json")
FEATURES = Path("data/features/design/genes")
# Wanted phenotypes by gene, and what of their files was refused or merged, with line and reason.
PHENOTYPES = Path("data/features/design/phenotypes.parquet")
REJECTED = Path("data/features/design/rejected.parquet")
PREDICTIONS = Path("data/predictions/design")
CYCLES = Path("data/predictions/design_cycles.parquet")
MODELS = Path("models/design")

METRICS = Path("metrics/design")
PLOTS = Path("plots/design")
