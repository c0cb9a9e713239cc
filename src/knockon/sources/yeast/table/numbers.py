"""Numbers as people write them: decimal commas, marks between thousands, percent signs, blanks."""

import pyarrow as pa
import pyarrow.compute as pc

from knockon.errors import FormatError
from knockon.sources.tables import Column, solid
from knockon.sources.text import to_float

_WITH_COMMA = r"^[+-]?[0-9]*(,[0-9]+)+(\.[0-9]+)?%?$"
_WITH_POINT = r"^[+-]?[0-9]*\.[0-9]+%?$"


def parse(column: Column, decimal: str = ".", thousands: str | None = None) -> tuple[pa.Array, pa.Array]:
    """Turn text into numbers: float64, null where blank or bad, and a boolean mask of the bad ones.

    decimal: "." or ",". thousands: the mark between groups of three digits, or None: then such a number is bad.
    A percent sign at the end is left out, a typographic minus is a minus.
    """
    text = pc.replace_substring(pc.utf8_trim_whitespace(solid(column)), "−", "-")
    text = pc.utf8_rtrim(text, "% ")
    if thousands is not None:
        text = _without_thousands(text, decimal, thousands)
    if decimal == ",":
        # A point is no decimal mark here: it makes the number bad.
        text = pc.replace_substring(pc.replace_substring(text, ".", "?"), ",", ".")
    return to_float(text)


def _without_thousands(text: pa.Array, decimal: str, thousands: str) -> pa.Array:
    escaped, point = (f"\\{mark}" if not mark.isspace() else mark for mark in (thousands, decimal))
    grouped = pc.match_substring_regex(text, rf"^[+-]?[1-9][0-9]{{0,2}}({escaped}[0-9]{{3}})+({point}[0-9]+)?$")
    return pc.if_else(grouped, pc.replace_substring(text, thousands, ""), text)


def refuse_other_marks(where: str, column: Column, bad: pa.Array, decimal: str) -> None:
    """Raise FormatError where most bad cells of a column would be numbers with another decimal mark."""
    texts = pc.utf8_trim_whitespace(solid(column).filter(bad))
    pattern = _WITH_COMMA if decimal == "." else _WITH_POINT
    marked = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    total = len(column) - (pc.sum(pc.equal(pc.utf8_trim_whitespace(solid(column)), "")).as_py() or 0)
    if 2 * marked.true_count <= total:
        return
    mark = "a comma" if decimal == "." else "a point"
    written = ("," if decimal == "." else ".", decimal)
    raise FormatError(
        f"{where}: numbers are written with {mark}, such as {texts.filter(marked)[0].as_py()!r}. If it is the decimal "
        f'mark, write `decimal: "{written[0]}"`; if it parts thousands, write `thousands: "{written[0]}"`'
    )
