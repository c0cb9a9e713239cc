"""How many threads a process of ours computes with: one, unless its environment says otherwise.

With more, sums are split and the last digits depend on the cores of the machine. They are no gain either: the many
small decompositions of yeast_train take 2.5 times as long on two threads as on one (docs/performance.md).
"""

import os
import sys

_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Ask for one thread, of libraries that are loaded and of those that will be.

    Where OMP_NUM_THREADS is set that many are asked for: whoever sets it means linear algebra, too. This is for
    processes that are ours alone; who imports knockon keeps the threads that they have.
    """
    limit = os.environ.get(_LIMITS[0], "1")
    for name in _LIMITS:
        os.environ.setdefault(name, limit)
    if "numpy" in sys.modules and limit.isdigit():
        from threadpoolctl import threadpool_limits

        threadpool_limits(int(limit))
