"""Who follows the trainings of this process: a stage says it once, and the builders of models need not hand it on."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from pathlib import Path
from typing import Any

from knockon.errors import refuse_unknown
from knockon.training.metric_log import LOG_FILE
from knockon.training.trackers import TrackerSettings

_NOBODY = TrackerSettings()
_FOLLOWERS: ContextVar[TrackerSettings] = ContextVar("followers", default=_NOBODY)


def followers() -> TrackerSettings:
    """The trackers that a training opens; none unless `followed` says so."""
    return _FOLLOWERS.get()


@contextmanager
def followed(settings: TrackerSettings) -> Iterator[None]:
    """Have all trainings in the block followed by these trackers."""
    token = _FOLLOWERS.set(settings)
    try:
        yield
    finally:
        _FOLLOWERS.reset(token)


def followers_from(values: dict[str, Any]) -> TrackerSettings:
    """Read trackers from a section of params.yaml. Raises KnockonError that names an unknown or impossible setting."""
    known = [field.name for field in fields(TrackerSettings) if field.name != "config"]
    refuse_unknown("trackers", "setting", values, known)
    return TrackerSettings(**values)


def keep_what_they_wrote(runs: Path, target: Path) -> None:
    """Move the trackers' folders of all runs below `runs` to `target`/<tracker>/<run>; none takes another's place."""
    for log in sorted(runs.rglob(LOG_FILE)):
        name = "-".join(log.parent.relative_to(runs).parts)
        for written in (log.parent / "dvclive", log.parent / "wandb"):
            if written.is_dir():
                place = _free(target / written.name / name)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(written, place)


def _free(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(candidate for candidate in itertools.chain([path], numbered) if not candidate.exists())
