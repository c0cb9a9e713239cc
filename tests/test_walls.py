from pathlib import Path

import pytest

from tests.walls import FLOORS, Violation, violations


# Until serving/ reads the stages' settings no more; a wall that has been mended is taken from here.
def test_no_import_and_no_path_crosses_a_wall(root: Path):
    found = violations(root / "src" / "knockon")
    assert not found, "\n".join(f"src/knockon/{each.file}:{each.line}: rule {each.rule}: {each.what}" for each in found)


def plant(package: Path, files: dict[str, str]) -> list[Violation]:
    """The violations in a package of an empty module in every room, family and study, and `files`."""
    rooms = [room for floor in FLOORS for room in floor if room != "ground"]
    families = [f"models/{family}" for family in ("strains", "networks", "pairs", "dcell", "variants")]
    studies = [f"stages/{study}" for study in ("yeast", "gfp", "design")]
    for folder in ("", *rooms, *families, *studies):
        (package / folder).mkdir(parents=True, exist_ok=True)
        (package / folder / "__init__.py").touch()
    for name, text in files.items():
        (package / name).write_text(text)
    return violations(package)


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("atomic.py", "from knockon.sources import text", 1),
        ("graph/dump.py", "from knockon.represent.cache import Cache", 1),
        ("represent/build.py", "import knockon.models.ridge", 1),
        ("evaluation/ceiling.py", "from knockon.represent.cache import Cache", 1),
        ("models/ridge.py", "from knockon import serving", 1),
        ("serving/yeast.py", "def late():\n    from knockon.stages.yeast import paths", 1),
        ("sources/fetch.py", "from knockon.graph.dump import Dump", 2),
        ("losses/loss.py", "from knockon.training.task import Batch", 2),
        ("training/loop.py", "from knockon.losses import registry", 2),
        ("training/task.py", "from ..dataset import store", 2),
        ("models/strains/additive.py", "from knockon.models.pairs.model import PairModel", 3),
        ("models/networks/set.py", "from knockon.models.pairs import model", 3),
        ("models/variants/base.py", "from knockon.models import networks", 3),
        ("models/variants/task.py", "from ..networks.supervised import SupervisedTask", 3),
        ("models/grid.py", "from knockon.models.strains.additive import Additive", 3),
        ("models/grid.py", "BUILDER = 'knockon.models.strains.additive:Additive'", 3),
        ("stages/gfp/train.py", "from knockon.stages.yeast import paths", 4),
        ("stages/yeast/train.py", "from knockon.stages.design.screen import rank", 4),
        ("stages/stage.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import knockon.commands.main", 4),
        ("stages/yeast/train.py", "from knockon.api import open_study", 4),
        ("commands/demo.py", "from knockon.api import open_study", 4),
        ("api/scores.py", "FOLDER = 'models/yeast'", 5),
        ("models/ridge.py", "FOLDER = Path('data')", 5),
        ("models/ridge.py", "FOLDER = 'models/yeast'", 5),
        ("serving/gfp.py", "def settings(root):\n    return root / 'params.yaml'", 5),
        ("graph/query.py", "def file(study):\n    return f'queries/{study}/profiles.cypher'", 5),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, file: str, text: str, rule: int):
    line = len(text.splitlines())
    assert [(each.file, each.line, each.rule) for each in plant(tmp_path, {file: text})] == [(file, line, rule)]


def test_what_the_walls_let_through(tmp_path: Path):
    files = {
        "hashing.py": "from knockon.errors import KnockonError",
        "sources/text.py": '"""As params.yaml says, data/raw holds it."""\nfrom knockon.atomic import atomic_path',
        "graph/build.py": "from knockon.dataset.records import Record\nfrom knockon.sources.text import read",
        "evaluation/ceiling.py": "from knockon.dataset.store import RecordStore",
        "models/networks/model.py": "from knockon.models.strains import labelled\nimport knockon.training.loop",
        "models/pairs/model.py": "from knockon.models import networks, strains, grid",
        "models/dcell/model.py": "from knockon.models.pairs.model import PairModel",
        "models/registry.py": "MODELS = {'pair': 'knockon.models.pairs.model:pair'}",
        "models/grid.py": "def complain(name):\n    raise ValueError(f'params.yaml: data/raw has no {name}')",
        "stages/report.py": "from knockon.stages.yeast import sections\nfrom knockon.stages.gfp import paths",
        "stages/design/screen.py": "from knockon.stages.yeast import paths\nOUT = Path('data/predictions')",
        "commands/main.py": "from knockon.stages.gfp import paths\nfrom knockon.serving import yeast",
    }
    assert plant(tmp_path, files) == []
