"""What is imported to build a model: what this model needs, and nothing else."""

import os
import subprocess
import sys

import pytest

from tests.warm import ROOT, warm

HEAVY = {
    "accelerate",
    "lightgbm",
    "sentence_transformers",
    "sklearn",
    "torch._dynamo",
    "torch_geometric",
    "transformers",
}

LIGHT = ("torch", "numpy", "pyarrow", "scipy.sparse")
"""What any model may need."""


def told(ended):
    """Which of HEAVY a fresh Python has imported."""
    assert (ended.returncode, ended.stderr) == (0, ""), "a library's warning would reach who asks for a prediction"
    return set(ended.stdout.split())


@pytest.mark.parametrize(
    ("model", "needed"),
    [
        ("additive", set()),
        ("mlp", set()),
        ("bilinear", set()),
        ("pair_network", set()),
        ("dcell", set()),
        ("network_boosted", {"lightgbm", "sklearn"}),
        ("network", {"torch._dynamo", "torch_geometric", "transformers"}),
    ],
)
def test_a_model_brings_what_it_needs(model, needed):
    """Each in a fork of a process that has imported LIGHT."""
    command = ["tests.models.built", model, *HEAVY]
    assert told(warm(LIGHT).run(command, ROOT, dict(os.environ))) == needed


@pytest.mark.parametrize("module", ["knockon.stages.yeast.train", "knockon.serving.yeast"])
def test_a_stage_brings_no_model_s_libraries(module):
    code = f"import sys, {module}\nprint(*({HEAVY} & sys.modules.keys()))"
    assert told(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)) == set()
