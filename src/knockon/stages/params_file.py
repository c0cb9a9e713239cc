"""Reading params.yaml: as DVC reads it, and checked as a whole before anything is done with it."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from pydantic import ValidationError, create_model
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knockon import stages
from knockon.errors import KnockonError
from knockon.stages.param_kinds import Section, Trackers
from knockon.stages.params_errors import problems

PARAMS_FILE = Path("params.yaml")


def read_yaml(path: Path) -> Any:
    """What a YAML file holds, by the rules of YAML 1.2, as DVC reads it: 1e-4 is a number, `yes` and `on` are texts.

    Raises KnockonError where it is not YAML, or names a key twice; FileNotFoundError where it is absent.
    """
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise KnockonError(f"{path} is not valid YAML: {error}") from error


def checked(tree: Any, name: str = PARAMS_FILE.name) -> dict[str, Any]:
    """`tree` as it is, if it is what params.yaml may be.

    name: of the file that it comes from, for the message. Raises KnockonError that lists all that is wrong: unknown
    and missing names, wrong types, values out of range.
    """
    kind = params_model()
    try:
        kind.model_validate(tree)
    except ValidationError as error:
        mistakes = problems(error, tree, kind)
        heading = [] if len(mistakes) == 1 else [f"{len(mistakes)} mistakes"]
        raise KnockonError(f"{name}: " + "\n  ".join([*heading, *mistakes])) from None
    result: dict[str, Any] = tree
    return result


def checked_file(path: Path = PARAMS_FILE) -> dict[str, Any]:
    """All of a params.yaml. Raises KnockonError where it is absent, not YAML, or has mistakes."""
    try:
        return checked(read_yaml(path))
    except FileNotFoundError as error:
        raise KnockonError("params.yaml is not in this folder: run dvc from the root of the repository") from error


def study_sources(path: Path = PARAMS_FILE) -> dict[str, str]:
    """Study → its source, public or simulated, of those that a params.yaml gives one."""
    sections = read_yaml(path) or {}
    return {name: str(each["source"]) for name, each in sections.items() if isinstance(each, dict) and "source" in each}


@cache
def params_model() -> type[Section]:
    """The model of the whole file: a section for each study that has a folder, and the trackers.

    The studies are found, not imported by name: a stage of one study does not depend on the others' params.
    """
    studies = [folder.name for folder in iter_modules(stages.__path__) if folder.ispkg]
    sections: dict[str, Any] = {name: import_module(f"{stages.__name__}.{name}.params").Study for name in studies}
    return create_model("ParamsFile", __base__=Section, **sections, trackers=(Trackers, ...))
