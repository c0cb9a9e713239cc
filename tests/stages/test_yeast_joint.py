"""Joint phenotypes and growth from expression, from a simulated yeast to metrics, plots and the report."""

import json
import shutil

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from knockon.dataset.store import RecordStore
from knockon.errors import KnockonError
from knockon.stages.demo import merged
from knockon.stages.stage import Params
from knockon.stages.yeast import (
    dataset,
    embed,
    expression_fitness,
    graph,
    joint,
    joint_evaluate,
    networks,
    paths,
    query,
    sources,
    split,
)
from knockon.stages.yeast.joint_heads import read_heads
from knockon.stages.yeast.joint_paths import JOINT, PROFILES

pytestmark = pytest.mark.timeout(600)

SMALL = {
    "yeast": {
        "simulate": {"genes": 150, "pairs": 3000, "seed": 3},
        "embed": {"representations": ["one_hot"]},
        "joint": {
            "size": 600,
            "components": 3,
            "dimensions": 12,
            "model": {"hidden": 16, "width": 8},
            "training": {"max_steps": 20, "validation_steps": 10, "batch_size": 64},
        },
        "expression_fitness": {"mlp": {"width": 4, "training": {"max_steps": 10, "validation_steps": 5}}},
        "evaluate": {"resamples": 30},
    }
}


@pytest.fixture(scope="module")
def tree(root):
    params = yaml.safe_load((root / "params.yaml").read_text())
    return merged(merged(params, yaml.safe_load((root / "configs/demo.yaml").read_text())), SMALL)


@pytest.fixture(scope="module")
def run(root, tree, tmp_path_factory):
    """The folder in which all stages have run."""
    folder = tmp_path_factory.mktemp("joint")
    for name in (".dvc/plots", "configs", "queries"):
        shutil.copytree(root / name, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for stage in (sources, graph, query, networks, dataset, split, joint, joint_evaluate, expression_fitness):
            if stage is joint:
                embed.main(Params(tree, embed.PARAMS), "one_hot")
            stage.main(Params(tree, stage.PARAMS))
    return folder


@pytest.fixture
def inside(run, monkeypatch):
    monkeypatch.chdir(run)
    return run


def read(name):
    return json.loads((paths.METRICS / name).read_text())


def test_x(inside):
    print(json.dumps(read("joint.json"), indent=1)[:3000], json.dumps(read("expression_fitness.json"), indent=1))
