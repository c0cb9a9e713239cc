"""Libraries that a library would import to be able to take their objects, and that nothing here asks for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Hidden:
    """Says of some modules, and of no others, that they are not installed."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        """Raise ModuleNotFoundError for a hidden module; know of no other."""
        if name in self.names:
            raise ModuleNotFoundError(name)


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """In the block these top-level modules can't be imported, unless they have been; afterwards they can again."""
    finder = _Hidden(frozenset(names))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def without_pandas() -> None:
    """Keep pyarrow from importing pandas in this process; call it before pyarrow makes its first array.

    The first `pa.array` of a list looks whether pandas is installed, by importing it: half a second and 60 MB. pyarrow
    asks once and remembers the answer; others may import pandas as before.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    with hidden("pandas"):
        pa.array([None])


def lean_lightgbm() -> None:
    """Import LightGBM without scikit-learn, pandas and matplotlib, two seconds of every start, for this process.

    Its own interface (Dataset, train, Booster) needs none of them. LGBMRegressor and its like can't be used
    afterwards, so this is for processes that are ours alone.
    """
    if "lightgbm" not in sys.modules:
        with hidden("sklearn", "pandas", "matplotlib"):
            import lightgbm  # noqa: F401
