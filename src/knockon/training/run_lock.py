"""One run a folder: two at once would sweep each other's checkpoints and mix their metric logs.

The lock is the kernel's (flock), so it dies with its owners, however they end, and a killed run can be resumed at once.
Every process of a run holds it: where the main one is killed, what the others still write must not meet another run.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from knockon.errors import KnockonError
from knockon.training.processes import Processes

LOCK_FILE = "running.lock"

# File systems without locks, as some of clusters are: there a second run goes unnoticed, as it did before.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def the_only_run(folder: Path, processes: Processes) -> Iterator[None]:
    """Keep other runs out of `folder` for the block: the main process takes the lock, and shares it with its peers.

    Raises KnockonError, on every process, where another run is in it.
    """
    lock, failure = None, None
    if processes.is_main:
        try:
            lock = _lock(folder)
        except KnockonError as error:
            failure = error
    processes.all_agree(failure)
    # Main converts its own lock; a peer opens the file anew.
    lock = _shared(folder / LOCK_FILE, lock)
    try:
        yield
    finally:
        if lock is not None:
            if processes.is_main:
                # Removed while it is held: no one else can hold the file of this name alone then.
                (folder / LOCK_FILE).unlink(missing_ok=True)
            os.close(lock)


def _lock(folder: Path) -> int:
    """The descriptor that holds the lock. Its file holds the owner's process number, for people."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = _held(folder / LOCK_FILE)
    except OSError as error:
        raise KnockonError(f"{error.filename or folder}: could not be written ({error.strerror}).") from error
    # A disk that has room for an empty file alone is told of where something is lost.
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def _shared(path: Path, held: int | None) -> int | None:
    """The descriptor of a lock that all processes of the run hold; None where the file system has none."""
    descriptor = held
    try:
        if descriptor is None:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        # A node that sees the file late, or a short run whose main process has ended already.
        if error.errno not in (*_NO_LOCKS, errno.ENOENT, errno.EWOULDBLOCK):
            raise
    return descriptor


def _held(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        _hold(descriptor, path)
        # The former owner may have removed the file between the two calls: then another one has this name.
        if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
        os.close(descriptor)


def _hold(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(descriptor, 32).decode(errors="replace").strip() or "just starting"
        os.close(descriptor)
        raise KnockonError(
            f"{path.parent}: another run is training in this folder (process {owner}): "
            "wait for its end, or stop it; what it saved is resumed then"
        ) from error
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            os.close(descriptor)
            raise
