"""Out of memory: find out which batch would have fitted, and say it."""

import gc
import resource
import sys
from collections.abc import Callable

import torch

from knockon.errors import KnockonError


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on a GPU or on the CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def rows_that_fit(attempt: Callable[[int], None], rows: int) -> int:
    """Largest of rows / 2, rows / 4, … for which `attempt` does not run out of memory; 0 where not one row fits."""
    while rows > 1:
        rows //= 2
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        try:
            attempt(rows)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        else:
            return rows
    return 0


def out_of_memory(rows: int, fitting: int, batch_size: int) -> KnockonError:
    """The error to raise: `rows` at a time were too many for one process, `fitting` would do."""
    if not fitting:
        return KnockonError(
            f"out of memory with {rows} rows at a time, and even one row does not fit: use a smaller model"
        )
    return KnockonError(
        f"out of memory with {rows} rows at a time on one process; {fitting} fit: set training.batch_size to "
        f"{max(1, batch_size * fitting // rows)}, or keep it and raise training.accumulation {-(-rows // fitting)}-fold"
    )


def peak_memory_mb(device: torch.device) -> float:
    """Peak memory of this process so far, in MB: of the GPU where it trains on one, resident memory otherwise."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    # Linux counts in kB, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
