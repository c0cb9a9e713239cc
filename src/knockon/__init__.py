"""knockon: predict what happens next when biology is changed.

From Python: `knockon.open_study` and `knockon.evaluate`; see docs/python.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from knockon.api import open_study
    from knockon.api.scores import evaluate

__all__ = ["evaluate", "open_study"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the commands import this package too, and start fast."""
    if name == "open_study":
        from knockon.api import open_study

        return open_study
    if name == "evaluate":
        from knockon.api.scores import evaluate

        return evaluate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
