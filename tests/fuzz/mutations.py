"""How a sound file gets broken: cut off, columns swapped, other delimiters, odd numbers, odd bytes, odd encodings."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

CELLS = (
    *(b"1e999", b"-1e999", "−1".encode(), b"NA", b"nan", b"inf", b"", b" ", b"0x1A", b"1,5", b"1_000", b"+-3", b"--"),
    *("１２".encode(), "٣".encode(), b"9" * 40, b"1e-400", b"TRUE", b"#N/A", b"=1+1", b'"', b'""', b"'", b"\\N"),
    *(
        "YAL001C\u200b".encode(),
        "é".encode("latin-1"),
        b"\x00",
        b"\xff\xfe",
        b"x" * 100_000,
        b"(",
        b"*a",
        b"&a",
        b"- -",
    ),
)
"""What is put in the place of a cell."""

PIECES = (b"\t", b"\n", b"\r\n", b"\r", b" ", b",", b";", b"|", b'"', b"\0", b"\x1a", b"\xef\xbb\xbf", b"\xc3", *CELLS)
"""What is put anywhere."""

_DELIMITERS = (b"\t", b",", b" ", b";", b"|")


@dataclass(frozen=True)
class Break:
    """One thing done to a file; `at`, `to` and `size` are shares of its length, `pick` chooses among what there is."""

    kind: str
    at: float
    to: float
    pick: int


def _place(text: bytes, share: float) -> int:
    return int(share * len(text))


def _span(text: bytes, how: Break) -> tuple[int, int]:
    first, last = sorted((_place(text, how.at), _place(text, how.to)))
    return first, last


def _delimiter(text: bytes) -> bytes:
    return max(_DELIMITERS[:3], key=text.count)


def _cell(text: bytes, how: Break) -> bytes:
    """Replace one cell of one line."""
    lines = text.split(b"\n")
    row = _place(text, how.at) * len(lines) // max(len(text), 1)
    cells = lines[row].split(_delimiter(text))
    cells[int(how.to * len(cells)) % len(cells)] = CELLS[how.pick % len(CELLS)]
    lines[row] = _delimiter(text).join(cells)
    return b"\n".join(lines)


def _swap(text: bytes, how: Break) -> bytes:
    """Swap two columns of all lines."""
    delimiter = _delimiter(text)
    lines = [line.split(delimiter) for line in text.split(b"\n")]
    width = max(map(len, lines))
    one, two = int(how.at * width), how.pick % width
    for cells in lines:
        if max(one, two) < len(cells):
            cells[one], cells[two] = cells[two], cells[one]
    return b"\n".join(delimiter.join(cells) for cells in lines)


def _cut(text: bytes, how: Break) -> bytes:
    first, last = _span(text, how)
    return text[:first] + text[last:]


def _twice(text: bytes, how: Break) -> bytes:
    first, last = _span(text, how)
    return text[:last] + text[first:last] + text[last:]


def _put(text: bytes, how: Break) -> bytes:
    place = _place(text, how.at)
    return text[:place] + PIECES[how.pick % len(PIECES)] + text[place:]


def _flip(text: bytes, how: Break) -> bytes:
    place = min(_place(text, how.at), len(text) - 1)
    return text[:place] + bytes([(text[place] + 1 + how.pick % 255) % 256]) + text[place + 1 :] if text else text


def _header(text: bytes, how: Break) -> bytes:
    """Without the first line, or with it twice."""
    first, _, rest = text.partition(b"\n")
    return rest if how.pick % 2 else first + b"\n" + text


def _lines(text: bytes, how: Break) -> bytes:
    """The lines in another order."""
    lines = text.split(b"\n")
    turn = 1 + how.pick % max(len(lines), 1)
    return b"\n".join(lines[turn:] + lines[:turn])


def _packed(text: bytes, how: Break) -> bytes:
    """gzip, whole or cut off."""
    packed = gzip.compress(text, mtime=0)
    return packed if how.pick % 3 else packed[: _place(packed, how.at)]


KINDS: dict[str, Callable[[bytes, Break], bytes]] = {
    "truncated": lambda text, how: text[: _place(text, how.at)],
    "cut": _cut,
    "doubled": _twice,
    "cell": _cell,
    "swapped columns": _swap,
    "delimiter": lambda text, how: text.replace(_delimiter(text), _DELIMITERS[how.pick % 5]),
    "inserted": _put,
    "byte": _flip,
    "header": _header,
    "line order": _lines,
    "byte-order mark": lambda text, how: b"\xef\xbb\xbf" + text,
    "CRLF": lambda text, how: text.replace(b"\n", b"\r\n"),
    "CR": lambda text, how: text.replace(b"\n", b"\r"),
    "UTF-16": lambda text, how: text.decode(errors="replace").encode("utf-16"),
    "gzip": _packed,
}

BREAKS = st.lists(
    st.builds(
        Break,
        # Single cells are what a person edits: as likely as all the rest.
        st.sampled_from([*["cell"] * len(KINDS), *KINDS]),
        st.floats(0, 1, exclude_max=True, width=32),
        st.floats(0, 1, exclude_max=True, width=32),
        st.integers(0, 2**16 - 1),
    ),
    min_size=1,
    max_size=3,
)
"""One to three things done to a file, one after the other."""


def broken(data: bytes, breaks: list[Break]) -> bytes:
    """The file after all of it."""
    for how in breaks:
        data = KINDS[how.kind](data, how)
    return data
