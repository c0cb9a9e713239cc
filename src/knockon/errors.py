"""The one error that a user's mistake or a broken input may raise; the command line prints it without a traceback.

And what its messages share: the nearest known name, and the known names of a setting.
"""

from collections.abc import Iterable

# So alike a name must be to be offered, and so many names a message lists where none is.
_ALIKE = 0.5
_LISTED = 30


class KnockonError(Exception):
    """Something a person can mend. The message says what is wrong, where, and what to do about it."""


class FormatError(KnockonError):
    """A file that is not what its format says, as a whole: empty, truncated, the wrong number of columns."""


class ChecksumError(KnockonError):
    """A file whose bytes are not the pinned ones."""


def nearest(name: str, known: Iterable[str], most: int = 3) -> str:
    """`; did you mean A or B?` with the most alike of the known names in any case, the best first.

    Where none is alike: `; there are …`, or nothing where they are too many to read.
    """
    candidates = sorted(set(known))
    if alike := most_alike(name, candidates, most):
        return f"; did you mean {' or '.join(alike)}?"
    return f"; there are {', '.join(candidates)}" if 0 < len(candidates) <= _LISTED else ""


def most_alike(name: str, known: Iterable[str], most: int) -> list[str]:
    """The known names, at most so many, that are like a name in any case, the best first."""
    # Of no use to a program that makes no mistake, and every command imports this module.
    import difflib

    spelled = {candidate.lower(): candidate for candidate in sorted(set(known))}
    return [spelled[each] for each in difflib.get_close_matches(name.lower(), spelled, n=most, cutoff=_ALIKE)]


def refuse_unknown(
    where: str, what: str, given: Iterable[str], known: Iterable[str], error: type[KnockonError] = KnockonError
) -> None:
    """Raise `error` for given names that are not known: `where: no setting x; the settings are a, b`.

    what: one of them, as in "setting".
    """
    known = list(known)
    if unknown := sorted({str(name) for name in given} - set(known)):
        listed = f"the {what}s are {', '.join(known)}" if known else "it has none"
        raise error(f"{where}: no {what} {', '.join(unknown)}; {listed}")
