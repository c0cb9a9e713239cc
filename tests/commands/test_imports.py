"""A start that costs nothing: what each command and stage imports, and no more. A newcomer fails here first."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import loaded

# Small ones, and parts of those named below: they come and go with a version, and cost nothing.
SMALL = {
    *("_csparsetools", "_cyutility", "_distutils_hack", "_moduleTNC", "_ni_label", "annotated_doc", "annotated_types"),
    *(
        "charset_normalizer",
        "cloudpickle",
        "cuda",
        "dateutil",
        "joblib",
        "narwhals",
        "psutil",
        "pydantic_core",
        "pydot",
    ),
    *("pynvml", "pytz", "shellingham", "six", "threadpoolctl", "torchgen", "tqdm", "typing_extensions"),
    "typing_inspection",
}

HELP = {"typer"}
LISTS = HELP | {"rich", "yaml"}
READ = HELP | {"rich", "numpy", "pyarrow"}
STAGE = {name.partition(".")[0] for name in loaded.EVERYWHERE} | {"_ruamel_yaml"}
GRAPH_STORE = STAGE | {"ladybug"}
NETWORKS = STAGE | {"torch", "safetensors"}
ESTIMATORS = NETWORKS | {"sklearn", "pandas", "scipy.stats"}

COMMANDS = {
    **dict.fromkeys(
        (
            "knockon --help",
            "knockon --version",
            "knockon sources --help",
            "knockon sources list --help",
            "knockon sources read --help",
            "knockon graph --help",
            "knockon graph query --help",
            "knockon predict --help",
            "knockon predict yeast --help",
            "knockon predict gfp --help",
            "knockon predict affinity --help",
            "knockon screen --help",
            "knockon design --help",
            "knockon cells --help",
            "knockon cells fit --help",
            "knockon dcell --help",
            "knockon dcell train --help",
            "knockon demo --help",
            "knockon results --help",
        ),
        HELP,
    ),
    "knockon sources list": LISTS,
    "knockon sources formats": LISTS,
    "knockon sources read smf {smf}": READ,
    "knockon graph summary": READ | {"yaml"},
    "knockon results": LISTS | {"pydantic", "ruamel", "_ruamel_yaml"},
}
"""Command line → the libraries that it may load."""

MORE = {
    "knockon.stages.yeast.query": GRAPH_STORE,
    "knockon.stages.yeast.networks": GRAPH_STORE,
    "knockon.stages.yeast.pretrain": NETWORKS,
    "knockon.stages.yeast.joint": NETWORKS,
    "knockon.stages.yeast.expression_fitness": ESTIMATORS,
    "knockon.stages.yeast.new_genes": ESTIMATORS | {"lightgbm"},
    "knockon.stages.gfp.train": ESTIMATORS,
    "knockon.stages.cellstate.train": STAGE | {"safetensors"},
    "knockon.stages.cellstate.knockouts": STAGE | {"safetensors"},
    "knockon.stages.cellstate.transfer": STAGE | {"safetensors"},
    "knockon.stages.cellstate.regulators": STAGE | {"safetensors"},
    "knockon.stages.design.coupling": STAGE | {"swiglpk"},
    "knockon.stages.design.cycles": STAGE | {"safetensors"},
    "knockon.stages.design.features": STAGE | {"safetensors"},
    "knockon.stages.design.flux": STAGE | {"swiglpk"},
    "knockon.stages.design.flux_block": STAGE | {"safetensors"},
    "knockon.stages.design.heads": STAGE | {"safetensors"},
    "knockon.stages.design.train": STAGE | {"safetensors"},
    "knockon.stages.affinity.train": STAGE | {"safetensors"},
    "knockon.stages.affinity.pretrain": NETWORKS,
    "knockon.stages.affinity.transfer": NETWORKS,
    "knockon.stages.affinity.sentence": NETWORKS,
    "knockon.stages.affinity.tasks": NETWORKS,
}
"""Stage → the libraries that it may load where these are more than those of all stages."""

ROOT = Path(__file__).resolve().parents[2]
STAGES = [
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for path in sorted((ROOT / "src/knockon/stages").rglob("*.py"))
    if "__main__" in path.read_text()
]
ALLOWED = {**COMMANDS, **{name: MORE.get(name, STAGE) for name in STAGES}, "knockon.serving.yeast": STAGE}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    smf = tmp_path_factory.mktemp("imports") / "smf.txt"
    smf.write_text("YAL001C_sn1\t0.9\t0.1\nYAL002W_sn2\tNaN\tNaN\n")
    entries = {name: name.format(smf=smf) for name in ALLOWED}
    light, heavy = ([entries[name] for name in ALLOWED if ("torch" in ALLOWED[name]) == with_it] for with_it in (0, 1))
    command = [sys.executable, loaded.__file__, *light, "torch", *heavy]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = json.loads(text)
    return {name: set(found[entry]) - SMALL for name, entry in entries.items()}


@pytest.mark.parametrize("entry", ALLOWED)
def test_nothing_is_imported_that_is_not_used(libraries: dict[str, set[str]], entry: str) -> None:
    assert libraries[entry] <= ALLOWED[entry]


def test_what_a_command_loads_is_seen(libraries: dict[str, set[str]]) -> None:
    """Without this a list that is always empty would pass the test above."""
    assert {"numpy", "pyarrow", "rich"} <= libraries["knockon sources read smf {smf}"]
    assert libraries["knockon --help"] == HELP
    assert "ladybug" in libraries["knockon.stages.yeast.query"]
