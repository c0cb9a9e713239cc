"""Where the joint model and the fitness of expression profiles leave their files."""

from pathlib import Path

from knockon.stages.yeast import paths

# As in query.py, on which these stages would otherwise depend with the whole graph.
PROFILES = paths.DATASET / "profiles"

JOINT = Path("data/predictions/yeast/joint.parquet")
