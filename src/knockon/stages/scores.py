"""The metrics that DVC knows: few, flat and short, since `dvc exp show` has a column for every one of every study."""

from collections.abc import Mapping
from pathlib import Path

from knockon.atomic import write_json

DECIMALS = 4
"""Enough to compare by; the whole numbers stand in the JSON files beside the scores."""


def write_scores(path: Path, scores: Mapping[str, float | None]) -> None:
    """Write a metrics file: a flat JSON object, numbers to DECIMALS.

    scores: by names that no other metrics file has. DVC puts a file's path before a name that two files share, which
    makes the column as wide as that.
    """
    write_json(path, {name: None if value is None else round(value, DECIMALS) for name, value in scores.items()})
