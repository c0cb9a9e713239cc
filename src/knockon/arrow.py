"""pyarrow as knockon uses it: without pandas."""

import sys
from typing import Any


class _NoPandas:
    """Says of pandas, and of nothing else, that it is not installed."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        """Raise ModuleNotFoundError for pandas; know of no other module."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def without_pandas() -> None:
    """Keep pyarrow from importing pandas in this process; call it before pyarrow makes its first array.

    The first `pa.array` of a list looks whether pandas is installed, by importing it: half a second and 60 MB for a
    library that nothing here asks for. pyarrow asks once and remembers the answer; others may import pandas as before.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([None])
    finally:
        sys.meta_path.remove(finder)
