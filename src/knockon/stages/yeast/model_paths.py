"""Where training keeps what the stages before it do not know of; apart from paths.py, on which all of them depend."""

from pathlib import Path

from knockon.stages.yeast import paths

NETWORKS = paths.DATASET / "networks"
CHECKPOINTS = Path("models/yeast_checkpoints")
TRAINING_LOG = Path("data/predictions/yeast/training.parquet")
EXPERIMENT = "experiment.json"
"""Beside the model in `paths.MODEL`: what it was built from, and how wide its errors are."""
EXPERIMENT_KIND, EXPERIMENT_VERSION = "yeast.experiment", 1
"""The stamp of that file."""
