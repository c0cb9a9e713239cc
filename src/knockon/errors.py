"""The one error that a user's mistake or a broken input may raise; the command line prints it without a traceback."""


class KnockonError(Exception):
    """Something a person can mend. The message says what is wrong, where, and what to do about it."""


class FormatError(KnockonError):
    """A file that is not what its format says, as a whole: empty, truncated, the wrong number of columns."""


class ChecksumError(KnockonError):
    """A file whose bytes are not the pinned ones."""
