"""Room for the texts of a drawing where its fonts are absent.

Vega measures texts in the metrics of Arial, and leaves them just that room. Many Linux machines show them in DejaVu
Sans, an eighth wider: long labels were cut at the edges. The frame of the SVG grows until they fit there, too.
"""

import json
import math
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from xml.etree import ElementTree

MARGIN = 6
"""Pixels between a text and the edge."""

_ASCENT, _DESCENT = 0.93, 0.24
_WIDEST = 1.0
_STARTS = {"start": 0.0, "middle": -0.5, "end": -1.0}
_TRANSFORM = re.compile(r"(translate|rotate)\(([^)]*)\)")
_HEAD = re.compile(r'(<svg[^>]*?) width="\d+" height="\d+" viewBox="0 0 (\d+) (\d+)">(<rect) width="\2" height="\3"')


@cache
def _widths() -> dict[str, dict[str, float]]:
    """Advance of a character of DejaVu Sans in em, by weight. The file lists characters by it, in thousandths."""
    text = resources.files("knockon.evaluation").joinpath("fallback_font.json").read_text(encoding="utf-8")
    return {
        weight: {character: int(width) / 1000 for width, characters in table.items() for character in characters}
        for weight, table in json.loads(text).items()
    }


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a text in DejaVu Sans, in the unit of `size`; a character that is not in the table counts 1 em."""
    table = _widths()["bold" if bold else "normal"]
    return size * sum(table.get(character, _WIDEST) for character in text)


def roomy(svg: str) -> str:
    """The drawing in a frame that holds all its texts in DejaVu Sans. svg: of Vega, a background at its start."""
    head = _HEAD.match(svg)
    if head is None:
        return svg
    width, height = int(head[2]), int(head[3])
    corners = list(_corners(ElementTree.fromstring(svg), 0j, 1 + 0j))
    # No text at all needs no room.
    xs, ys = [point.real for point in corners] or [MARGIN], [point.imag for point in corners] or [MARGIN]
    left, top = min(0, math.floor(min(xs)) - MARGIN), min(0, math.floor(min(ys)) - MARGIN)
    right, bottom = max(width, math.ceil(max(xs)) + MARGIN), max(height, math.ceil(max(ys)) + MARGIN)
    size = f'width="{right - left}" height="{bottom - top}"'
    frame = f'{head[1]} {size} viewBox="{left} {top} {right - left} {bottom - top}">'
    return f'{frame}{head[4]} x="{left}" y="{top}" {size}{svg[head.end() :]}'


def _corners(element: ElementTree.Element, origin: complex, turn: complex) -> Iterator[complex]:
    """The corners of every text below an element, x + iy in the drawing. origin, turn: of the element's coordinates."""
    origin, turn = _placed(element.get("transform", ""), origin, turn)
    if element.tag.endswith("}text"):
        # Vega hides a label that another one would touch.
        if element.get("opacity") != "0":
            yield from (origin + turn * corner for corner in _boxes(element))
        return
    for child in element:
        yield from _corners(child, origin, turn)


def _placed(transform: str, origin: complex, turn: complex) -> tuple[complex, complex]:
    for name, arguments in _TRANSFORM.findall(transform):
        numbers = [float(number) for number in arguments.split(",")]
        if name == "translate":
            origin += turn * complex(*numbers)
        else:
            turn *= complex(math.cos(math.radians(numbers[0])), math.sin(math.radians(numbers[0])))
    return origin, turn


def _boxes(text: ElementTree.Element) -> Iterator[complex]:
    """Corners of each line of a text, about its own point."""
    size = float(text.get("font-size", "11px").removesuffix("px"))
    start, bold = _STARTS[text.get("text-anchor", "start")], text.get("font-weight") == "bold"
    line = 0.0
    for words, down in [(text.text or "", 0.0), *((part.text or "", float(part.get("dy", 0))) for part in text)]:
        line += down
        width = text_width(words, size, bold)
        for x in (start * width, (start + 1) * width):
            yield from (complex(x, line - _ASCENT * size), complex(x, line + _DESCENT * size))
