"""Where a stage of many fits keeps them until all are done, so that a stop or a kill loses none that is finished.

Not an output of DVC: it keeps no cache of runs of a stage with an output that persists.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from knockon.hashing import text_hash
from knockon.training.signals import StopSignals, TrainingStopped


class FitFolders:
    """A folder for each fit below `root`: there `train_whole` finds a finished fit, and goes on in another."""

    def __init__(self, root: Path, signals: StopSignals) -> None:
        self.root, self._signals = root, signals

    def folder(self, *names: str) -> Path:
        """The folder of the next fit. Raises TrainingStopped where a signal came while no training ran to take it."""
        if self._signals.requested:
            raise TrainingStopped(
                f"stopped between two fits; finished ones lie in {self.root}, and the same command goes on"
            )
        return self.root.joinpath(*names)


@contextmanager
def kept_fits(root: Path) -> Iterator[FitFolders]:
    """Folders that stay where the block is left by a stop, an error or a kill, and are gone where it ends well."""
    with StopSignals() as signals:
        yield FitFolders(root, signals)
    shutil.rmtree(root, ignore_errors=True)


def name_of(fingerprint: Mapping[str, Any]) -> str:
    """A folder's name for a fit of these settings and data, which fits of others never meet."""
    return f"{text_hash(json.dumps(fingerprint, sort_keys=True)):016x}"
