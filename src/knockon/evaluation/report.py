"""One HTML file that says what was asked, what was found and how to find it again; no script, no network, no clock.

A report is made of sections, a section of parts: Text, Facts, Table, Figure, Code. All text is escaped; in Text and
in captions, `back-ticks` become code and bare https addresses become links. The same report gives the same bytes.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from platform import python_version
from string import Template

from knockon.atomic import write_text
from knockon.evaluation.table import CEILINGS, Result, best_baseline, number, shown_baselines, with_interval


@dataclass(frozen=True)
class Score:
    """A table cell with a score, its interval, and a bar that shows both beside a ceiling (all in 0 to 1)."""

    value: float | None
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None


Cell = str | int | float | None | Score


@dataclass(frozen=True)
class Text:
    """Paragraphs of plain text."""

    paragraphs: tuple[str, ...]

    def html(self) -> str:
        """The paragraphs as HTML."""
        return "\n".join(f"<p>{inline(paragraph)}</p>" for paragraph in self.paragraphs)


@dataclass(frozen=True)
class Facts:
    """The few figures that a reader should keep: (value, what it is) each."""

    facts: tuple[tuple[str, str], ...]

    def html(self) -> str:
        """The figures as a definition list of cards."""
        cards = [f"<div><dd>{escape(value)}</dd><dt>{inline(name)}</dt></div>" for value, name in self.facts]
        return f'<dl class="facts">{"".join(cards)}</dl>'


@dataclass(frozen=True)
class Table:
    """A table with a caption and a header cell for every column; the first cell of a row heads the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def html(self) -> str:
        """The table as HTML, in a box that scrolls where the screen is narrow. Raises ValueError for a ragged row."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: every row needs {len(self.columns)} cells")
        right = [any(_is_number(row[place]) for row in self.rows) for place in range(len(self.columns))]
        head = "".join(_tag("th", escape(name), right[i], ' scope="col"') for i, name in enumerate(self.columns))
        body = "\n".join(f"<tr>{_row(row, right)}</tr>" for row in self.rows)
        # The caption stands outside of the box that scrolls, so that it is whole on a telephone.
        label = f'aria-label="{escape(self.caption)}"'
        return (
            f'<figure class="table"><figcaption>{inline(self.caption)}</figcaption>\n'
            f'<div class="scroll" tabindex="0" role="region" {label}><table {label}>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div></figure>"
        )


@dataclass(frozen=True)
class Figure:
    """A drawing (SVG text from `render.draw_svg`), what it shows in words, and what to read from it."""

    svg: str
    alt: str
    caption: str

    def html(self) -> str:
        """The figure as HTML; screen readers get the words instead of the drawing."""
        width = re.search(r'<svg[^>]*\bwidth="(\d+)', self.svg)
        size = f' style="--natural:{width.group(1)}px"' if width else ""
        drawing = self.svg.replace("<svg", '<svg aria-hidden="true"', 1)
        label = f'class="drawing" tabindex="0" role="img" aria-label="{escape(self.alt)}"'
        return f"<figure><div {label}{size}>{drawing}</div>\n<figcaption>{inline(self.caption)}</figcaption></figure>"


@dataclass(frozen=True)
class Code:
    """Commands to copy."""

    text: str

    def html(self) -> str:
        """The commands as preformatted HTML."""
        return f'<pre tabindex="0"><code>{escape(self.text)}</code></pre>'


Part = Text | Facts | Table | Figure | Code


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Report:
    """A title, the question or the answer in one or two sentences, and the sections."""

    title: str
    summary: str
    sections: tuple[Section, ...]


def escape(text: str) -> str:
    """Escape text for HTML, inside and outside of attributes."""
    return html.escape(text, quote=True)


def inline(text: str) -> str:
    """Escape text, then turn `back-ticks` into code and bare https addresses into links."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"(https://[^\s<>&]+[^\s<>&.,;:)])", r'<a href="\1">\1</a>', marked)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float | Score)


def _tag(name: str, content: str, right: bool, attributes: str = "") -> str:
    return f"<{name}{attributes}{' class=number' if right else ''}>{content}</{name}>"


def _row(row: tuple[Cell, ...], right: Sequence[bool]) -> str:
    cells = [_tag("td", _cell(cell), right[place]) for place, cell in enumerate(row)][1:]
    return _tag("th", _cell(row[0]), right[0], ' scope="row"') + "".join(cells)


def _cell(cell: Cell) -> str:
    if isinstance(cell, Score):
        return _score(cell)
    if isinstance(cell, bool) or cell is None:
        return "–" if cell is None else ("yes" if cell else "no")
    if isinstance(cell, int):
        return f"{cell:,}".replace("-", "−")
    return number(cell) if isinstance(cell, float) else inline(cell)


def _score(score: Score) -> str:
    """The numbers, and a bar from 0 to 1: filled to the value, a line over the interval, a tick at the ceiling."""
    text = f"<b>{number(score.value)}</b>"
    if score.low is not None and score.high is not None:
        text += f" <small>{number(score.low)} to {number(score.high)}</small>"
    if score.value is None:
        return text

    def place(value: float) -> str:
        return f"{100 * min(1.0, max(0.0, value)):.1f}%"

    marks = f'<i class="fill" style="width:{place(score.value)}"></i>'
    if score.low is not None and score.high is not None:
        marks += f'<i class="interval" style="left:{place(score.low)};right:calc(100% - {place(score.high)})"></i>'
    if score.ceiling is not None:
        marks += f'<i class="ceiling" style="left:{place(score.ceiling)}"></i>'
    return f'{text}<span class="bar" aria-hidden="true">{marks}</span>'


def benchmark_table(results: Sequence[Result], caption: str) -> Table:
    """The benchmark: every result with its interval, the baselines, and both ceilings."""
    baselines = shown_baselines(results)
    columns = ["model", "label, split", "Pearson r, 95 % interval", "test rows"]
    rows = [
        (
            result.model,
            f"{result.label}, {result.split}",
            Score(result.value, result.low, result.high, result.ceiling),
            result.n_test,
            *[result.baselines.get(heading) for heading in baselines],
            *result.ceilings,
        )
        for result in results
    ]
    return Table(caption, (*columns, *baselines, *CEILINGS), tuple(rows))


def versions_table(packages: Sequence[str]) -> Table:
    """Versions of Python and of the named packages, as installed."""
    rows = [("Python", python_version()), *[(name, metadata.version(name)) for name in packages]]
    return Table("Versions that made this report", ("software", "version"), tuple(rows))


def describe(result: Result) -> str:
    """One sentence about a result, for captions and summaries."""
    text = f"{result.model} reaches {result.score} = {with_interval(result.value, result.low, result.high)}"
    best = best_baseline(result)
    if best:
        text += f"; the best baseline is {best[0]} with {number(best[1])}"
    known = [
        f"{number(value)} ({heading.partition(': ')[2]})"
        for heading, value in zip(CEILINGS, result.ceilings, strict=True)
        if value is not None
    ]
    return text + (f", and the ceiling {' or '.join(known)}." if known else ".")


def _anchor(place: int) -> str:
    return f"section-{place + 1}"


def report_html(report: Report) -> str:
    """The whole page."""
    frame = resources.files("knockon.evaluation").joinpath("report_template.html").read_text(encoding="utf-8")
    contents = [
        f'<li><a href="#{_anchor(place)}">{escape(section.title)}</a></li>'
        for place, section in enumerate(report.sections)
    ]
    sections = [
        f'<section id="{_anchor(place)}" aria-labelledby="{_anchor(place)}-title">\n'
        f'<h2 id="{_anchor(place)}-title">{escape(section.title)}</h2>\n'
        + "\n".join(part.html() for part in section.parts)
        + "\n</section>"
        for place, section in enumerate(report.sections)
    ]
    return Template(frame).substitute(
        title=escape(report.title),
        summary=inline(report.summary),
        contents="\n".join(contents),
        sections="\n".join(sections),
    )


def write_report(path: Path, report: Report) -> None:
    """Write the report as one HTML file."""
    write_text(path, report_html(report))
