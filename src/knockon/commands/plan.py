"""In which order the stages of dvc.yaml may run, and which of them beside each other."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

Needs = Mapping[str, frozenset[str]]
"""Stage → the stages whose outputs it reads."""


def read_needs(root: Path) -> dict[str, frozenset[str]]:
    """What each stage of `root`/dvc.yaml needs, as DVC itself works it out from their dependencies and outputs."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        graph = repo.index.graph
        return {stage.name: frozenset(needed.name for needed in graph.successors(stage)) for stage in graph}


def study_of(stage: str) -> str:
    """The study that a stage's name begins with (yeast_graph); the whole name of a stage that all studies share."""
    return stage.partition("_")[0]


class Plan:
    """Stages that wait, run, and are done. Of those that may run the one comes first on which most is waiting."""

    def __init__(self, needs: Needs) -> None:
        self.needs = needs
        self.waiting = set(needs)
        self.done: set[str] = set()
        self.urgency = urgency(needs)

    def next(self) -> str | None:
        """Take a stage whose needs are met out of those that wait; None where there is none now."""
        ready = [stage for stage in self.needs if stage in self.waiting and self.needs[stage] <= self.done]
        if not ready:
            return None
        stage = max(ready, key=lambda stage: self.urgency[stage])
        self.waiting.remove(stage)
        return stage

    def finished(self, stage: str) -> None:
        """Note that a stage is done."""
        self.done.add(stage)

    def __bool__(self) -> bool:
        """Whether a stage is not done yet."""
        return len(self.done) < len(self.needs)


def urgency(needs: Needs) -> dict[str, int]:
    """Stage → how many stages the longest chain has that must run after it."""

    @cache
    def chain(stage: str) -> int:
        return max((1 + chain(other) for other, needed in needs.items() if stage in needed), default=0)

    return {stage: chain(stage) for stage in needs}
