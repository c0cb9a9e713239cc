"""What the sections of all studies are made of: metrics and pictures of a clone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from knockon.errors import FormatError, KnockonError
from knockon.evaluation.report import Figure, Part
from knockon.evaluation.table import number, with_interval


def read_metrics(root: Path, name: str) -> dict[str, Any]:
    """One metrics file, by its name below metrics/. Raises KnockonError where it is absent or damaged."""
    path = root / "metrics" / name
    try:
        metrics: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise KnockonError(f"{path} is missing: run dvc repro, or dvc pull, first") from error
    except ValueError as error:
        raise FormatError(f"{path} is damaged ({error}): run dvc checkout, or git checkout, or dvc repro") from error
    return metrics


def words(name: str) -> str:
    """A name of params.yaml or of a metric, for people."""
    return name.replace("_", " ")


def interval_of(found: Mapping[str, Any], name: str) -> str:
    """A score of the metrics with its interval, which stands beside it under `…_low` and `…_high`."""
    return with_interval(found[name], found[f"{name}_low"], found[f"{name}_high"])


def interval_if_known(found: Mapping[str, Any], name: str) -> str:
    """The same where it was measured; a dash where it was not, and the score alone where it has no interval."""
    return interval_of(found, name) if f"{name}_low" in found else number(found.get(name))


def figures(root: Path, study: str, captions: Mapping[str, tuple[str, str]], *names: str) -> tuple[Part, ...]:
    """The plots of these names; without those that have not been drawn, or do not apply to the run.

    captions: by name, the words for who does not see the picture, and the caption.
    """
    folder = root / "plots" / study
    return tuple(
        Figure((folder / f"{name}.svg").read_text(), *captions[name]) for name in names if _is_drawn(folder / name)
    )


def _is_drawn(plot: Path) -> bool:
    picture, data = plot.with_suffix(".svg"), plot.with_suffix(".csv")
    # A plot that does not apply to the run has a header alone.
    return picture.is_file() and data.is_file() and len(data.read_text().splitlines()) > 1
