"""How a stage runs: it declares the params it reads, gets just those, and ends an error of the user's in one line."""

import os
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import yaml

from knockon.errors import KnockonError
from knockon.progress import console


class Params:
    """The declared part of params.yaml. Reading anything else is an error, so that dvc.yaml can't miss a param."""

    def __init__(self, tree: dict[str, Any], declared: tuple[str, ...]) -> None:
        self._tree = tree
        self._declared = declared

    def __getitem__(self, name: str) -> Any:
        """Value of a dotted name. Raises KnockonError where it is absent, KeyError where it was not declared."""
        if not any(name == known or name.startswith(known + ".") for known in self._declared):
            raise KeyError(f"{name} is read but not declared by this stage: add it to PARAMS and to dvc.yaml")
        value: Any = self._tree
        for part in name.split("."):
            if not isinstance(value, dict) or part not in value:
                raise KnockonError(f"params.yaml: {name} is missing; see params.yaml in git for its default")
            value = value[part]
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """A value that must be one of `allowed`. Raises KnockonError that names them otherwise."""
        value = self[name]
        if value not in allowed:
            raise KnockonError(f"params.yaml: {name} is {value!r}; choose one of {', '.join(allowed)}")
        return str(value)


def read_params(declared: tuple[str, ...], path: Path = Path("params.yaml")) -> Params:
    """Read params.yaml. Raises KnockonError where it is absent or not YAML."""
    try:
        tree = yaml.safe_load(path.read_text())
    except FileNotFoundError as error:
        raise KnockonError("params.yaml is not in this folder: run dvc from the root of the repository") from error
    except yaml.YAMLError as error:
        raise KnockonError(f"params.yaml is not valid YAML: {error}") from error
    return Params(tree, declared)


def filled(declared: tuple[str, ...], main: Callable[..., None], arguments: list[str]) -> tuple[str, ...]:
    """The declared params of one item of a matrix: {model} stands for `main`'s argument of that name."""
    items = dict(zip(list(signature(main).parameters)[1:], arguments, strict=False))
    return tuple(name.format(**items) for name in declared)


def run_stage(main: Callable[..., None], declared: tuple[str, ...]) -> None:
    """Run a stage's `main(params, *arguments)`; a KnockonError becomes one message and exit code 1."""
    # Workers and libraries that we start must hash strings alike; see docs/architecture.md, reproducibility.
    os.environ.setdefault("PYTHONHASHSEED", "0")
    try:
        main(read_params(filled(declared, main, sys.argv[1:])), *sys.argv[1:])
    except KnockonError as error:
        console.print(f"[bold red]error[/] {error}", markup=True, soft_wrap=True)
        sys.exit(1)
