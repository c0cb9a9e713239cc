"""What a killed process leaves behind: temporary names that no reader looks at, but that take up the disk."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

_TEMPORARY = re.compile(r"\.tmp-(?P<process>[0-9]+)(?:[-.].*)?$")


def remove_leftovers(target: Path) -> list[Path]:
    """Remove temporary names beside and below `target` (a folder or file) whose process is gone; returns them.

    A name says its process: `yeast.tmp-1234`, or `yeast.tmp-1234-ab12`. One that still runs is left alone. Call it
    where no other machine writes into the same folder, as in a stage: DVC lets one process at a time run it in a clone.
    """
    beside = target.parent.glob(f"{target.name}.tmp-*") if target.parent.is_dir() else ()
    below = target.rglob("*.tmp-*") if target.is_dir() else ()
    removed = []
    for path in [*beside, *below]:
        found = _TEMPORARY.search(path.name)
        if found is None or _runs(int(found["process"])):
            continue
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            removed.append(path)
    return removed


def _runs(process: int) -> bool:
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
