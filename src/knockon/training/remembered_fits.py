"""Fits that outlive the run of a stage: its next run fits only what changed.

Beside `kept_fits`, whose folders are gone once all is done. Not an output of DVC, and git ignores it: in a fresh clone
there are none, and everything is fitted.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knockon.training.fit_folders import FitFolders
from knockon.training.signals import StopSignals


class RememberedFits(FitFolders):
    """Folders below `root`, of which those that a run asked for stay."""

    def __init__(self, root: Path, signals: StopSignals) -> None:
        super().__init__(root, signals)
        self._asked: set[Path] = set()

    def folder(self, *names: str) -> Path:
        """The folder of the next fit. Raises TrainingStopped where a signal came."""
        found = super().folder(*names)
        self._asked.add(found)
        return found

    def forget_others(self) -> None:
        """Remove what no fit of this run asked for: fits of other settings, data or code."""
        for path in set(self.root.iterdir() if self.root.is_dir() else ()) - self._asked:
            shutil.rmtree(path)


@contextmanager
def remembered_fits(root: Path) -> Iterator[RememberedFits]:
    """Folders that stay; where the block ends well, those that it asked for alone."""
    with StopSignals() as signals:
        fits = RememberedFits(root, signals)
        yield fits
    fits.forget_others()
