"""A disk that fails a training: one message that says what to do, whichever of the run's files it hit."""

import errno
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
    advice = f"the same command then goes on from the last checkpoint in {folder}"
    try:
        yield
    except KnockonError as error:
        if isinstance(error.__cause__, OSError | SafetensorError):
            raise KnockonError(f"{error} Mend that: {advice}") from error
        raise
    except OSError as error:
        if error.errno not in _OF_DISKS:
            raise
        place = error.filename or folder
        raise KnockonError(f"{place}: could not be written ({error.strerror}); mend that: {advice}") from error
