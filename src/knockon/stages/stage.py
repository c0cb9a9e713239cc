"""How a stage runs: it declares the params it reads, gets just those, and ends in one line where it can't go on."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from knockon.errors import KnockonError
from knockon.hiding import without_pandas
from knockon.stages.ending import clear_ending
from knockon.stages.params_file import PARAMS_FILE, checked_file
from knockon.threads import one_thread


class Params:
    """The declared part of params.yaml. Reading anything else is an error, so that dvc.yaml can't miss a param.

    declared: dotted names. `{word}` in one of them stands for the stage's argument of that name, in `arguments`:
    with "gfp.models.{model}" the stage that trains one model reads, and is run again for, that model's section alone.
    """

    def __init__(self, tree: Mapping[str, Any], declared: tuple[str, ...], **arguments: str) -> None:
        self._tree = tree
        self._declared = tuple(name.format_map(arguments) for name in declared)

    def __getitem__(self, name: str) -> Any:
        """Value of a dotted name. Raises KnockonError where it is absent, KeyError where it was not declared."""
        if not any(name == known or name.startswith(known + ".") for known in self._declared):
            raise KeyError(f"{name} is read but not declared by this stage: add it to PARAMS and to dvc.yaml")
        value: Any = self._tree
        for part in name.split("."):
            if not isinstance(value, Mapping) or part not in value:
                raise KnockonError(f"params.yaml: {name} is missing; see params.yaml in git for its default")
            value = value[part]
        return value

    @property
    def trackers(self) -> dict[str, Any]:
        """Who follows the trainings. No stage declares it: who looks on changes none of its outputs."""
        section: dict[str, Any] = self._tree["trackers"]
        return section


def read_params(declared: tuple[str, ...], path: Path = PARAMS_FILE) -> Params:
    """The declared part of a params.yaml. Raises KnockonError where the file is absent, not YAML, or has mistakes."""
    return Params(checked_file(path), declared)


def run_stage(main: Callable[..., None], declared: tuple[str, ...], *arguments: str) -> None:
    """Run a stage's `main(params, *values)`, with the values of its `arguments` from the command line.

    A KnockonError becomes one message and exit code 1, a TrainingStopped one message and the code that asks to go on.
    """
    # Workers and libraries that we start must hash strings alike; see docs/architecture.md, reproducibility.
    os.environ.setdefault("PYTHONHASHSEED", "0")
    one_thread()
    without_pandas()
    with clear_ending():
        values = sys.argv[1:]
        if len(values) != len(arguments):
            raise KnockonError(
                f"this stage takes {' and '.join(arguments) or 'no arguments'}, not {' '.join(values) or 'nothing'}"
            )
        main(Params(checked_file(), declared, **dict(zip(arguments, values, strict=True))), *values)
