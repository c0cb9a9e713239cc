"""What is imported to build a model: what this model needs, and nothing else."""

import subprocess
import sys

import pytest

HEAVY = {
    "accelerate",
    "lightgbm",
    "sentence_transformers",
    "sklearn",
    "torch._dynamo",
    "torch_geometric",
    "transformers",
}

BUILD = """
import sys, numpy as np, scipy.sparse as sp, pyarrow as pa
from knockon.models.context import Context, Inputs
from knockon.models.registry import build
from knockon.represent.representation import Representation
def hierarchy():
    from knockon.models.dcell.hierarchy import Hierarchy
    edges = pa.table({"child": ["t1", "t2"], "parent": ["t0", "t0"]})
    notes = pa.table({"gene": list(genes), "term": ["t1"] * 9 + ["t2"] * 9, "evidence": [["IDA"]] * 18})
    return Hierarchy(edges, notes, genes)
genes = tuple(f"Y{number:02d}" for number in range(18))
inputs = Inputs(Representation("one_hot", genes, np.eye(18, dtype=np.float32)), "pert_sum")
context = Context("interaction", side=lambda: {"go": sp.csr_matrix(np.eye(18))}, hierarchy=hierarchy)
build(sys.argv[1], inputs, context, {})
"""


def loaded(code, *arguments):
    """Which of HEAVY a fresh Python has imported after this code."""
    shown = f"{code}\nprint(*({HEAVY} & sys.modules.keys()))"
    ended = subprocess.run([sys.executable, "-c", shown, *arguments], capture_output=True, text=True, check=True)
    assert not ended.stderr, "a library's warning would reach who asks for a prediction"
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
    assert loaded(BUILD, model) == needed


@pytest.mark.parametrize("module", ["knockon.stages.yeast.train", "knockon.serving.yeast"])
def test_a_stage_brings_no_model_s_libraries(module):
    assert loaded(f"import sys, {module}") == set()
