"""Which stages of dvc.yaml can run beside each other: the studies, which share no stage but the first and the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

Needs = Mapping[str, frozenset[str]]
"""Stage → the stages whose outputs it reads."""


@dataclass(frozen=True)
class Branch:
    """Stages that one `dvc repro` runs, each after those that it needs."""

    name: str
    stages: tuple[str, ...]


def read_needs(root: Path) -> dict[str, frozenset[str]]:
    """What each stage of `root`/dvc.yaml needs, as DVC itself works it out from their dependencies and outputs."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        graph = repo.index.graph
        return {stage.name: frozenset(needed.name for needed in graph.successors(stage)) for stage in graph}


def phases(needs: Needs) -> list[list[Branch]]:
    """Branches that run side by side, phase after phase.

    A stage's name begins with its study's (yeast_graph); one without is common to all of them. First come common stages
    that need no study, then the studies, then the common stages that need them. Studies of which one reads from another
    are one branch.
    """
    everything = {stage: _upstream(needs, stage) for stage in needs}
    common = {stage for stage in needs if not _study(stage)}
    first = {stage for stage in common if everything[stage] <= common}
    last = {stage for stage in needs if (({stage} | everything[stage]) & common) - first}
    studies = [_branch(needs, part) for part in _connected(needs, set(needs) - first - last)]
    edges = [[_branch(needs, part, name)] if part else [] for part, name in ((first, "first"), (last, "last"))]
    return [phase for phase in (edges[0], studies, edges[1]) if phase]


def _study(stage: str) -> str:
    study, underscore, _ = stage.partition("_")
    return study if underscore else ""


def _upstream(needs: Needs, stage: str) -> set[str]:
    found: set[str] = set()
    waiting = [stage]
    while waiting:
        new = needs[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def _connected(needs: Needs, stages: set[str]) -> list[set[str]]:
    """Stages in groups, so that none needs one of another group; in the order of dvc.yaml."""
    groups: list[set[str]] = []
    for stage in (stage for stage in needs if stage in stages):
        # The stages of a study belong together even where they share no file: people know them by that name.
        joined = {stage} | (needs[stage] & stages) | {other for other in stages if _study(other) == _study(stage)}
        for group in [group for group in groups if group & joined]:
            groups.remove(group)
            joined |= group
        groups.append(joined)
    return groups


def _branch(needs: Needs, stages: set[str], name: str = "") -> Branch:
    order = TopologicalSorter({stage: needs[stage] & stages for stage in needs if stage in stages}).static_order()
    return Branch(name or "-".join(sorted({_study(stage) for stage in stages})), tuple(order))
