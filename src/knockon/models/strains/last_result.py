"""A costly step that the points of a grid share: computed once for the same strains, vectors and settings."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class LastResult(Generic[Result]):
    """A function that keeps its last result, and gives it again where the very same arguments ask for it.

    Objects are the same where they are one object, numbers and texts where they are equal. Nothing may change an
    argument or the result in place. One result is kept, with its arguments, until another takes its place.
    """

    def __init__(self, function: Callable[..., Result]) -> None:
        self._function = function
        self._arguments: tuple[Any, ...] | None = None
        self._result: Result | None = None

    def __call__(self, *arguments: Any) -> Result:
        """The function's result."""
        if self._result is None or self._arguments is None or not _same(arguments, self._arguments):
            # The last one is let go first: two of them need not fit into memory.
            self._arguments = self._result = None
            self._result = self._function(*arguments)
            self._arguments = arguments
        return self._result


def _same(first: tuple[Any, ...], second: tuple[Any, ...]) -> bool:
    return len(first) == len(second) and all(map(_one, first, second))


def _one(first: Any, second: Any) -> bool:
    plain = isinstance(first, int | float | str) and isinstance(second, int | float | str)
    return first is second or (plain and first == second)
