"""Where a stage finds its params: a JSON file a stage and item, which the stage `params` writes.

Every stage reaches this module, which therefore imports next to nothing.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from knockon.errors import KnockonError

FOLDER = Path("data/params")
TRACKERS = FOLDER / "trackers.json"
"""Who follows the trainings. No stage depends on it: who looks on changes none of its outputs."""

STAGES = "knockon.stages."


def stage_name(module: str) -> str:
    """The name in dvc.yaml of the stage that a module runs: knockon.stages.yeast.train runs yeast_train."""
    return module.removeprefix(STAGES).replace(".", "_")


def running_stage() -> str:
    """The name of the stage that this process runs, by `python -m`."""
    return stage_name(getattr(sys.modules["__main__"].__spec__, "name", ""))


def params_path(stage: str, arguments: Iterable[str]) -> Path:
    """The file of a stage, or of the one of its items that these arguments name."""
    item = "-".join(arguments)
    return FOLDER / stage / f"{item}.json" if item else FOLDER / f"{stage}.json"


def read_params(stage: str, arguments: Iterable[str]) -> dict[str, Any]:
    """The params of a stage, as params.yaml has them. Raises KnockonError where `params` has not written them."""
    path = params_path(stage, arguments)
    if not path.is_file() and not Path("params.yaml").is_file():
        raise KnockonError("params.yaml is not in this folder: run dvc from the root of the repository")
    return _read(path)


def read_trackers() -> dict[str, Any]:
    """The section `trackers`; nobody follows where `params` has not written it."""
    return _read(TRACKERS) if TRACKERS.is_file() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KnockonError(f"{path} is missing: run `dvc repro params`, which writes it from params.yaml") from error
    except ValueError as error:
        raise KnockonError(f"{path} is damaged: run `dvc repro --force params`, which writes it anew") from error
    return found
