"""The folder of a run: one that is gone in the end, and one message where the disk fails, whichever file it hits."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from knockon.errors import KnockonError

_OF_DISKS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


@contextmanager
def disk_faults_explained(folder: Path) -> Iterator[None]:
    """Raise KnockonError where a run's files in `folder` can't be written: a full disk, a read-only file system.

    A checkpoint names its file and the fault by itself; the metric log, which grows at every step, does not.
    """
    advice = f"Once there is room and permission, the same command goes on from the last checkpoint in {folder}"
    try:
        yield
    except KnockonError as error:
        if isinstance(error.__cause__, OSError | SafetensorError):
            raise KnockonError(f"{error} {advice}") from error
        raise
    except OSError as error:
        if error.errno not in _OF_DISKS:
            raise
        raise KnockonError(f"{error.filename or folder}: could not be written ({error.strerror}). {advice}") from error


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for a run that keeps nothing; it stays where the run has left a report of what stopped it."""
    folder = Path(tempfile.mkdtemp(prefix="knockon-"))
    try:
        yield folder
    finally:
        if not (folder / "stopped_at.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
