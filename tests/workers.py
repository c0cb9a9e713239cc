"""Which worker of `pytest --numprocesses … --dist loadfile` takes which files, and when."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

SLOW = ("pipeline", "faults", "training", "stages", "commands")
"""Rooms with long files come first: at the end there are small ones left, which keep every worker busy."""

ONE_CLONE = tuple(f"tests/pipeline/test_{name}.py" for name in ("pipeline", "python", "tutorial"))
"""Files of one worker: they share the clone in which the pipeline has run, and change it."""


class SlowFirst(LoadFileScheduling):
    """Whole files, as `loadfile` has it; but for the two rules above."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return ONE_CLONE[0] if file in ONE_CLONE else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        for file in sorted(self.workqueue, key=rank):
            self.workqueue.move_to_end(file)
        super()._assign_work_unit(node)


def rank(file: str) -> int:
    """Files of a lower one come first."""
    room = file.split("/")[1]
    return SLOW.index(room) if room in SLOW else len(SLOW)
