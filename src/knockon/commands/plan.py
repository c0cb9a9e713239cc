"""In which order the stages of dvc.yaml may run, and which of them beside each other."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.repo import Repo

Needs = Mapping[str, frozenset[str]]
"""Stage → the stages whose outputs it reads."""


def study_of(stage: str) -> str:
    """The study that a stage's name begins with (yeast_graph); the whole name of a stage that all studies share."""
    return stage.partition("_")[0]


class Plan:
    """Stages that wait, run, and are done. Of those that may run the one comes first on which most is waiting.

    changed: stages that are not up to date; all that need none of them are done already.
    """

    def __init__(self, needs: Needs, changed: Collection[str]) -> None:
        self.needs = needs
        self.waiting = {stage for stage in needs if not with_all_before(needs, stage).isdisjoint(changed)}
        self.done = set(needs) - self.waiting
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


def with_all_before(needs: Needs, stage: str) -> set[str]:
    """The stage, and all that must run before it."""
    found, open_ = {stage}, [stage]
    while open_:
        new = needs[open_.pop()] - found
        found |= new
        open_.extend(new)
    return found


def read_plan(root: Path) -> Plan:
    """The plan of `root`/dvc.yaml; DVC says which of its stages are up to date."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        # Where we are not in the clone, DVC writes path/dvc.yaml:stage.
        return Plan(needs_of(repo), {address.rpartition(":")[2] for address in repo.status()})


def needs_of(repo: "Repo") -> dict[str, frozenset[str]]:
    """What each stage of a clone needs, as DVC itself works it out from their dependencies and outputs."""
    graph = repo.index.graph
    return {stage.name: frozenset(needed.name for needed in graph.successors(stage)) for stage in graph}
