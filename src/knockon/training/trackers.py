"""Trackers show a run to people: DVCLive's files, Weights & Biases. None of them may ever stop a training."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from knockon.errors import KnockonError
from knockon.progress import console

WANDB_MODES = ("disabled", "offline", "online")


@dataclass(frozen=True)
class TrackerSettings:
    """Which trackers follow a run. wandb: disabled, offline or online. config: the run's settings, shown with it."""

    dvclive: bool = False
    wandb: str = "disabled"
    project: str = "knockon"
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.wandb not in WANDB_MODES:
            raise KnockonError(f"wandb is {self.wandb!r}; choose one of {', '.join(WANDB_MODES)}")


class Tracker(Protocol):
    """Something that takes numbers by step."""

    def log(self, values: dict[str, float], step: int) -> None:
        """Show the values of a step."""

    def finish(self) -> None:
        """The run is over or stops for now."""


class DvcliveTracker:
    """DVCLive in a folder: metrics.json and one TSV a metric, which `dvc plots` draws."""

    def __init__(self, folder: Path, step: int) -> None:
        from dvclive import Live

        if step:
            _cut_plots(folder, step)
        self._live = Live(str(folder), resume=step > 0, dvcyaml=False, save_dvc_exp=False, report=None)

    def log(self, values: dict[str, float], step: int) -> None:
        """Append to each metric's TSV and rewrite metrics.json."""
        self._live.step = step
        for name, value in values.items():
            self._live.log_metric(name, value)
        self._live.make_summary()

    def finish(self) -> None:
        """Close the folder."""
        self._live.end()


class WandbTracker:
    """Weights & Biases; the run's id is kept in the folder, so that a resumed run goes on in the same chart."""

    def __init__(self, folder: Path, settings: TrackerSettings) -> None:
        import wandb

        identity = folder / "run_id"
        folder.mkdir(parents=True, exist_ok=True)
        if not identity.exists():
            identity.write_text(secrets.token_hex(4))
        self._run = wandb.init(
            project=settings.project,
            id=identity.read_text(),
            resume="allow",
            mode="online" if settings.wandb == "online" else "offline",
            dir=str(folder),
            config=settings.config,
            # Without a key or a network it gives up after these seconds, and the run goes on without it.
            settings=wandb.Settings(init_timeout=30, login_timeout=30, silent=True, console="off"),
        )

    def log(self, values: dict[str, float], step: int) -> None:
        """Send, or store, the values of a step."""
        self._run.log(values, step=step)

    def finish(self) -> None:
        """Close the run."""
        self._run.finish()


class Trackers:
    """All trackers of a run. One that fails is dropped with one warning."""

    def __init__(self, makers: dict[str, Callable[[], Tracker]]) -> None:
        self._open: dict[str, Tracker] = {}
        for name, make in makers.items():
            self._guard(name, partial(self._add, name, make))

    def log(self, values: dict[str, float], step: int) -> None:
        """Show the values of a step on all trackers."""
        for name, tracker in list(self._open.items()):
            self._guard(name, partial(tracker.log, values, step))

    def finish(self) -> None:
        """Close all trackers."""
        for name, tracker in list(self._open.items()):
            self._guard(name, tracker.finish)

    def _add(self, name: str, make: Callable[[], Tracker]) -> None:
        self._open[name] = make()

    def _guard(self, name: str, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:
            self._open.pop(name, None)
            console.print(f"[yellow]warning[/] tracker {name} is off for this run: {error}")


def open_trackers(settings: TrackerSettings, folder: Path, step: int) -> Trackers:
    """Open the trackers of a run that starts, or goes on, after `step` steps; their files lie in `folder`."""
    makers: dict[str, Callable[[], Tracker]] = {}
    if settings.dvclive:
        makers["dvclive"] = lambda: DvcliveTracker(folder / "dvclive", step)
    if settings.wandb != "disabled":
        makers["wandb"] = lambda: WandbTracker(folder / "wandb", settings)
    return Trackers(makers)


def _cut_plots(folder: Path, step: int) -> None:
    """Drop the points after `step`: a run that was killed has drawn beyond its last checkpoint, and will again."""
    for path in (folder / "plots").rglob("*.tsv"):
        header, *lines = path.read_text().splitlines()
        column = header.split("\t").index("step")
        kept = [line for line in lines if int(line.split("\t")[column]) <= step]
        path.write_text("\n".join([header, *kept]) + "\n")
