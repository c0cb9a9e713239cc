"""The page of a batch of designs: one HTML file that works offline, with Vega inside.

No request leaves it, and its own policy forbids any. The same batch gives the same bytes: no clock, no path.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from knockon.evaluation.render import VEGA_LITE, style
from knockon.evaluation.report import Code, Facts, Table, Text, escape, inline
from knockon.serving.design.charts import Cloud, Marks, pareto_chart, ranking_chart
from knockon.serving.design.designs import Design
from knockon.serving.design.pool import VIABLE
from knockon.serving.design.question import Question

_GLOBALS = "window.vegaEmbed = vegaEmbed;"


@dataclass(frozen=True)
class Page:
    """What a page says.

    unit: of the phenotype. source: who measured it, in words. gain: how far the batch is expected to exceed the best.
    best: rows of measured strains, the best first: strain, value, error or None. notes: sentences that a person should
    know. simulated: a sentence, empty for real data. origin: revision and date, a sentence. command: how it was made.
    """

    question: Question
    unit: str
    source: str
    cycle: int
    designs: tuple[Design, ...]
    cloud: Cloud
    marks: Marks
    gain: float
    candidates: int
    measured: int
    best: tuple[tuple[str, float, float | None], ...]
    notes: tuple[str, ...]
    simulated: str
    origin: str
    command: str

    @property
    def title(self) -> str:
        """What the page is called."""
        return f"Strains to build for {self.question.aim}: cycle {self.cycle}"


def page_html(page: Page) -> str:
    """The whole page."""
    import vl_convert

    frame = resources.files("knockon.serving.design").joinpath("page.html").read_text(encoding="utf-8")
    versions = f"Vega {vl_convert.get_vega_version()}, Vega-Lite {VEGA_LITE}, Vega-Embed "
    sections = _sections(page)
    contents = [f'<li><a href="#{anchor}">{escape(title)}</a></li>' for anchor, title, _ in sections]
    return Template(frame).substitute(
        title=escape(page.title),
        style=_report_style(),
        summary=inline(_summary(page)),
        warning=f'<p class="simulated">{escape(page.simulated)}</p>' if page.simulated else "",
        contents="\n".join(contents),
        sections="\n".join(_section(*section) for section in sections),
        origin=escape(page.origin),
        versions=versions + str(vl_convert.get_vega_embed_version()),
        bundle=_bundle(),
        charts=_script(_charts(page)),
        configuration=_script(style()),
        higher=_script(page.question.maximise),
    )


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script: the same for every page, and seconds to make."""
    import vl_convert

    return str(vl_convert.javascript_bundle(_GLOBALS, vl_version=VEGA_LITE)).replace("</script", "<\\/script")


def _report_style() -> str:
    """The style of knockon's report, so that both pages look alike."""
    text = resources.files("knockon.evaluation").joinpath("report_template.html").read_text(encoding="utf-8")
    found = re.search(r"<style>\n(.*?)</style>", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def _script(value: Any) -> str:
    """JSON that may stand within a script."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "<\\!--")


def _charts(page: Page) -> dict[str, Any]:
    phenotype, unit = page.question.phenotype, page.unit
    return {
        "pareto": pareto_chart(page.designs, page.cloud, page.marks, phenotype, unit),
        "ranking": ranking_chart(page.designs, page.marks, phenotype, unit, page.question.maximise),
    }


def _summary(page: Page) -> str:
    question = page.question
    first = page.designs[0]
    fit = "" if question.min_fitness is None else f" and fitness of at least {question.min_fitness:g}"
    return (
        f"{len(page.designs)} strains with up to {question.knockouts} knock-out"
        f"{'s' if question.knockouts > 1 else ''}{fit}, "
        f"chosen from sets of {page.candidates:,} genes. The first to build is {first.strain}: predicted "
        f"{_n(first.predicted)} {page.unit}, nine of ten measurements between {_n(first.low)} and {_n(first.high)}."
    )


Titled = tuple[str, str, str]


def _sections(page: Page) -> list[Titled]:
    """Anchor, title and HTML of each section."""
    said = f"<h3>What to know</h3>\n{_list(page.notes)}" if page.notes else ""
    return [
        ("question", "What was asked", _facts(page).html() + _asked(page).html() + said),
        ("front", "Phenotype and growth", _chart("pareto", _PARETO.format(level="90 %"), "phenotype against fitness")),
        ("ranked", "Ranked intervals", _chart("ranking", _RANKING, "designs with their intervals")),
        ("table", "All designs", _filter() + _table(page)),
        ("evidence", "Each design and its evidence", "\n".join(_article(page, design) for design in page.designs)),
        ("known", "The best that was measured", _best(page).html()),
        ("again", "How to find it again", Code(page.command).html() + Text((_READ,)).html()),
    ]


_PARETO = (
    "Blue: the designs, with the interval that holds {level} of new measurements. Grey: other sets that were looked "
    "at. Orange: the front, sets that no other beats in both. Dashed: the best measured strain, as the model has it; "
    "dotted: the least fitness. A click on a design leads to its evidence."
)
_RANKING = (
    "Each design, the best prediction first. Bars hold 90 % of new measurements. Dotted: the usual strain (the median "
    "of all that were measured); dashed: the best measured one, by the model's estimate."
)
_READ = (
    "The list beside this page has two blank columns, value and error. Fill in what you measure, leave the rest as it "
    "is, and give the file back with `--measured`: the next cycle knows it."
)


def _section(anchor: str, title: str, content: str) -> str:
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-title">\n<h2 id="{anchor}-title">{escape(title)}</h2>\n'
        f"{content}\n</section>"
    )


def _facts(page: Page) -> Facts:
    last = page.designs[-1]
    return Facts(
        (
            (str(len(page.designs)), "designs to build"),
            (_n(last.expected_best), f"expected best of the batch ({page.unit})"),
            (_n(page.marks.best), f"best measured, by the model ({page.unit})"),
            (_n(page.gain), "expected gain of the batch over it"),
        )
    )


def _least_fitness(asked: float | None) -> str:
    """The fitness that every design reaches with a probability of 0.8, asked for or not."""
    return f"at least {VIABLE:g}, below which there is hardly a colony" if asked is None else f"at least {asked:g}"


def _asked(page: Page) -> Table:
    question = page.question
    rows = (
        ("phenotype", f"{question.aim}, {page.unit}; {page.source}"),
        ("knock-outs", f"at most {question.knockouts}"),
        ("fitness", _least_fitness(question.min_fitness)),
        ("never deleted", "essential genes" + (f", {', '.join(question.keep)}" if question.keep else "")),
        ("candidates", f"{page.candidates:,} genes" + ("" if question.only is None else ", of those asked for")),
        ("distance", f"two genes of a chromosome at least {question.min_distance:g} kb apart"),
        ("batch", f"{question.acquisition.replace('_', ' ')}, diversity {question.diversity:g}, seed {question.seed}"),
        ("measured strains", f"{page.measured:,}"),
    )
    return Table("The question, and what it was answered from", ("", "asked"), rows)


def _chart(name: str, caption: str, label: str) -> str:
    return (
        f'<figure><div class="chart" id="{name}" role="img" aria-label="{escape(label)}"></div>\n'
        f"<figcaption>{inline(caption)}</figcaption></figure>"
    )


def _filter() -> str:
    return """<div class="filter">
<label>genes or words of the evidence <input type="search" id="filter-text" autocomplete="off"></label>
<label>fitness at least <input type="number" id="filter-fitness" step="0.01"></label>
<label>phenotype from <input type="number" id="filter-predicted" step="any"></label>
<label class="check"><input type="checkbox" id="filter-unlinked"> no linked genes</label>
<output id="shown" aria-live="polite"></output></div>"""


_HEADS = (
    "rank",
    "strain",
    "predicted",
    "90 % interval",
    "fitness",
    "P(grows)",
    "nearest loci, kb",
    "expected best so far",
)


def _table(page: Page) -> str:
    heads = "".join(f'<th scope="col"><button type="button">{escape(head)}</button></th>' for head in _HEADS)
    rows = "\n".join(_row(design) for design in page.designs)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="All designs"><table id="designs">\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def _row(design: Design) -> str:
    words = " ".join((*design.names, *design.genes, *design.pro, *design.contra)).lower()
    distance = "–" if design.distance is None else f"{design.distance:,.0f}"
    cells = (
        (design.rank, f'<a href="#design-{design.rank}">{design.rank}</a>', "number"),
        (design.strain, escape(design.strain), "strain"),
        (design.predicted, _n(design.predicted), "number"),
        (design.high - design.low, f"{_n(design.low)} to {_n(design.high)}", ""),
        (design.fitness, f"{design.fitness:.3f}", "number"),
        (design.viable, f"{design.viable:.2f}", "number"),
        ("" if design.distance is None else design.distance, distance + (" linked" if design.linked else ""), "number"),
        (design.expected_best, _n(design.expected_best), "number"),
    )
    inner = "".join(
        f'<td class="{kind}" data-value="{escape(str(value))}">{shown}</td>' for value, shown, kind in cells
    )
    return (
        f'<tr data-rank="{design.rank}" data-words="{escape(words)}" data-fitness="{design.fitness:.6g}" '
        f'data-predicted="{design.predicted:.6g}" data-linked="{"yes" if design.linked else "no"}">{inner}</tr>'
    )


def _article(page: Page, design: Design) -> str:
    facts = Facts(
        (
            (_n(design.predicted), f"predicted ({page.unit}); 90 %: {_n(design.low)} to {_n(design.high)}"),
            (f"{design.fitness:.3f}", f"fitness; 90 %: {design.fitness_low:.2f} to {design.fitness_high:.2f}"),
            (f"{design.viable:.2f}", "probability that it grows as asked"),
            (_n(design.expected_best), "expected best of the batch with it"),
        )
    )
    loci = tuple(
        (name, gene, str(design.loci.get(gene, "unknown")), _with_error(single.value, single.error, single.measured))
        for name, gene, single in zip(design.names, design.genes, design.singles.values(), strict=True)
    )
    table = Table("Its genes", ("gene", "systematic name", "locus", "fitness of the single deletion"), loci)
    return (
        f'<article id="design-{design.rank}"><h3>{design.rank}. {escape(design.strain)} '
        f"<small>{escape(' '.join(design.genes))}</small></h3>\n{facts.html()}\n"
        f'<div class="sides"><div class="pro"><h4>Speaks for it</h4>{_list(design.pro)}</div>'
        f'<div class="contra"><h4>Speaks against it</h4>{_list(design.contra)}</div></div>\n{table.html()}</article>'
    )


def _list(sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{inline(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items or '<li>Nothing that is known.</li>'}</ul>"


def _best(page: Page) -> Table:
    rows = tuple(
        (strain, f"{_n(value)}" + ("" if error is None else f" ± {_n(error)}")) for strain, value, error in page.best
    )
    return Table("Measured strains, the best first", ("strain", f"{page.question.phenotype} ({page.unit})"), rows)


def _with_error(value: float, error: float, measured: bool) -> str:
    return f"{value:.3f} ± {error:.3f}" + ("" if measured else " (predicted)")


def _n(value: float) -> str:
    """A number of three figures or so, with a true minus sign; a dash for none."""
    if value != value:
        return "–"
    text = f"{value:#.3g}".rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"
    return text.replace("-", "−")
