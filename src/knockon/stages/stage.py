"""How a stage runs: it declares the params it reads, gets just those, and ends in one line where it can't go on."""

import os
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from knockon.errors import KnockonError
from knockon.hiding import without_pandas
from knockon.stages.ending import clear_ending
from knockon.stages.param_files import read_params, running_stage
from knockon.threads import one_thread


class Params:
    """The declared part of params.yaml. Reading anything else is an error, so that no stage can miss a change.

    declared: dotted names. `{word}` in one of them stands for the stage's argument of that name, in `arguments`:
    with "gfp.models.{model}" the stage that trains one model reads, and is run again for, that model's section alone.
    """

    def __init__(self, tree: Mapping[str, Any], declared: tuple[str, ...], **arguments: str) -> None:
        self._tree = tree
        self._declared = tuple(name.format_map(arguments) for name in declared)

    def __getitem__(self, name: str) -> Any:
        """Value of a dotted name. Raises KnockonError where it is absent, KeyError where it was not declared."""
        if not any(name == known or name.startswith(known + ".") for known in self._declared):
            raise KeyError(f"{name} is read but not declared by this stage: add it to PARAMS")
        return value_of(self._tree, name)


def value_of(tree: Mapping[str, Any], name: str, reader: str = "") -> Any:
    """The value of a dotted name of params.yaml. Raises KnockonError, which names its `reader`, where it is absent."""
    value: Any = tree
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            why = f", which {reader} reads" if reader else ""
            raise KnockonError(f"params.yaml: {name} is missing{why}; see params.yaml in git for its default")
        value = value[part]
    return value


def run_stage(
    main: Callable[..., None], declared: tuple[str, ...], items: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Run a stage's `main(params, *arguments)`, with its params from data/params and its arguments from the command.

    items: argument → the param that lists its values. A KnockonError becomes one message and exit code 1, a
    TrainingStopped one message and the code that asks to go on.
    """
    # Workers and libraries that we start must hash strings alike; see docs/architecture.md, reproducibility.
    os.environ.setdefault("PYTHONHASHSEED", "0")
    one_thread()
    without_pandas()
    with clear_ending():
        values = sys.argv[1:]
        if len(values) != len(items):
            raise KnockonError(
                f"this stage takes {' and '.join(items) or 'no arguments'}, not {' '.join(values) or 'nothing'}"
            )
        tree = read_params(running_stage(), values) if declared else {}
        main(Params(tree, declared, **dict(zip(items, values, strict=True))), *values)
