"""params: what each stage declares of params.yaml, a file a stage and item of its matrix; the whole is checked first.

A stage depends on its own file alone and reads its params there (knockon.stages.param_files): a changed value runs the
stages that declare it, a comment this stage alone. DVC reads params.yaml once, not once a stage.

The matrices of dvc.yaml are not read, since DVC takes no dvc.yaml for a dependency: `ITEMS` of a stage's module says
the same, and a test holds it. What the modules declare comes from `code`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

from knockon.atomic import atomic_directory
from knockon.errors import KnockonError
from knockon.stages.code import DECLARED, Declared
from knockon.stages.param_files import FOLDER, TRACKERS, params_path
from knockon.stages.params_file import PARAMS_FILE, checked_file
from knockon.stages.stage import Params, run_stage, value_of

READS = (DECLARED, PARAMS_FILE)
PARAMS = ()


def main(params: Params) -> None:
    """Write the params of every stage."""
    tree = checked_file()
    if not DECLARED.is_file():
        raise KnockonError(f"{DECLARED} is missing: run `dvc repro params`, which runs `code` first")
    write_params(tree, json.loads(DECLARED.read_text(encoding="utf-8")))


def write_params(tree: Mapping[str, Any], declared: Mapping[str, Declared]) -> None:
    """Write a file for every stage and item, and the trackers; what other stages had is no more."""
    with atomic_directory(FOLDER) as folder:
        for path, values in {**params_files(tree, declared), TRACKERS: tree["trackers"]}.items():
            target = folder / path.relative_to(FOLDER)
            target.parent.mkdir(exist_ok=True)
            target.write_text(as_json(values, path), encoding="utf-8")


def params_files(tree: Mapping[str, Any], declared: Mapping[str, Declared]) -> dict[Path, dict[str, Any]]:
    """Path → what lies there, of every stage that declares params. tree: of a params.yaml that is checked."""
    return {
        params_path(stage, item.values()): declared_part(
            tree, [name.format_map(item) for name in each["params"]], stage
        )
        for stage, each in declared.items()
        if each["params"]
        for item in items(tree, each["items"])
    }


def items(tree: Mapping[str, Any], lists: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Every item of a stage, argument → value. lists: argument → the param that lists its values, or is its value."""
    values = (value_of(tree, name) for name in lists.values())
    for chosen in product(*(value if isinstance(value, list) else [value] for value in values)):
        yield dict(zip(lists, map(str, chosen), strict=True))


def declared_part(tree: Mapping[str, Any], names: Iterable[str], stage: str) -> dict[str, Any]:
    """The part of `tree` that these dotted names make up.

    The names are sorted. What they name keeps the order of params.yaml: of the values of a grid the first is tried
    first. Raises KnockonError where one is absent.
    """
    part: dict[str, Any] = {}
    for name in sorted(names):
        *sections, last = name.split(".")
        section = part
        for each in sections:
            section = section.setdefault(each, {})
        section[last] = value_of(tree, name, stage)
    return part


def as_json(values: dict[str, Any], path: Path) -> str:
    """The text of a file. Raises KnockonError where a stage would read there other values than params.yaml has."""
    try:
        text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise KnockonError(f"params.yaml: a value of {path.stem} can't be written to {path}: {error}") from error
    if json.loads(text) != values:
        raise KnockonError(f"params.yaml: a section of {path.stem} has a name that is no text")
    return text + "\n"


if __name__ == "__main__":
    run_stage(main, PARAMS)
