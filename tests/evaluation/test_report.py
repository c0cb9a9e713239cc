"""The report is one safe, accessible file: everything escaped, nothing loaded, headings and words for all."""

from html.parser import HTMLParser

import pytest

from knockon.evaluation.report import (
    Code,
    Facts,
    Figure,
    Report,
    Score,
    Section,
    Table,
    Text,
    benchmark_table,
    describe,
    report_html,
    versions_table,
    write_report,
)
from knockon.evaluation.table import Result

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="300"><text>drawing</text></svg>'
HOSTILE = "<script>alert('x')</script> & \"quoted\""
VOID = {"meta", "br", "img", "link", "hr", "input"}


class Outline(HTMLParser):
    """Tags with their attributes, the text, and whether every tag was closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def result() -> Result:
    return Result("yeast", "interaction", "pair", "svr · one hot", 34417, 0.2, 0.19, 0.21, 0.5, {"additive": 0.1})


@pytest.fixture
def report(result) -> Report:
    parts = (
        Text(("A `dvc repro` rebuilds it; see https://doi.org/10.1126/science.aaf1420.",)),
        Facts((("0.27", "best r"),)),
        Table("Quarantined rows", ("source", "rows", "share"), (("smf", 22, 0.25), ("sga", None, -0.5))),
        benchmark_table([result], "Scores"),
        Figure(SVG, "Bars of Pearson r", "What to read from it"),
        Code("dvc exp run -S yeast.train.model=svr"),
    )
    return Report("Yeast & friends", "The question?", (Section("Data", parts), Section("Versions", ())))


def test_every_tag_is_closed_and_the_page_has_its_landmarks(report):
    outline = Outline(report_html(report))
    assert outline.open == []
    assert outline.all("html")[0]["lang"] == "en"
    assert [len(outline.all(tag)) for tag in ("h1", "main", "nav", "header", "footer")] == [1, 1, 1, 1, 1]
    targets = {attributes.get("id") for attributes in outline.all("section")}
    assert {link["href"][1:] for link in outline.all("a") if link["href"].startswith("#")} == targets


def test_nothing_is_loaded_and_nothing_runs(report):
    outline = Outline(report_html(report))
    assert not outline.all("script")
    assert not outline.all("link")
    assert not any(name == "src" or name.startswith("on") for _, found in outline.tags for name in found)


def test_hostile_text_stays_text_everywhere():
    parts = (
        Text((HOSTILE, f"`{HOSTILE}`")),
        Facts(((HOSTILE, HOSTILE),)),
        Table(HOSTILE, (HOSTILE,), ((HOSTILE,),)),
        Figure(SVG, HOSTILE, HOSTILE),
        Code(HOSTILE),
    )
    page = report_html(Report(HOSTILE, HOSTILE, (Section(HOSTILE, parts),)))
    outline = Outline(page)
    assert "<script" not in page
    assert outline.open == []
    assert outline.words.count("alert('x')") >= 10
    assert any(found.get("aria-label") == HOSTILE for _, found in outline.tags)


def test_figures_have_words_and_tables_have_headers(report):
    outline = Outline(report_html(report))
    drawing = next(found for found in outline.all("div") if found.get("class") == "drawing")
    assert (drawing["role"], drawing["aria-label"]) == ("img", "Bars of Pearson r")
    assert outline.all("svg")[0]["aria-hidden"] == "true"
    assert {head["scope"] for head in outline.all("th")} == {"col", "row"}
    assert all(table["aria-label"] for table in outline.all("table"))


def test_code_links_and_numbers_are_marked_up(report):
    page = report_html(report)
    assert "<code>dvc repro</code>" in page
    assert '<a href="https://doi.org/10.1126/science.aaf1420">https://doi.org/10.1126/science.aaf1420</a>.' in page
    assert "<td class=number>−0.500</td>" in page
    assert "<td class=number>–</td>" in page


def test_the_score_bar_shows_value_interval_and_ceiling():
    cell = Table("t", ("m", "r"), (("svr", Score(0.2, 0.19, 0.21, 0.5)), ("bad", Score(-0.2)))).html()
    assert "width:20.0%" in cell
    assert "left:19.0%" in cell
    assert 'class="ceiling" style="left:50.0%"' in cell
    assert "<b>−0.200</b>" in cell
    assert "width:0.0%" in cell


def test_the_benchmark_lists_only_baselines_that_were_run(result):
    table = benchmark_table([result], "Scores")
    assert table.columns == (
        "model",
        "label, split",
        "Pearson r, 95 % interval",
        "test rows",
        "additive",
        "ceiling: biology",
        "ceiling: screen",
    )
    assert table.rows[0][4:] == (0.1, 0.5, None)


def test_a_ragged_table_is_a_programming_error():
    with pytest.raises(ValueError, match="every row needs 2 cells"):
        Table("t", ("a", "b"), (("x",),)).html()


def test_a_sentence_about_a_result(result):
    assert describe(result) == (
        "svr · one hot reaches r = 0.200 [0.190, 0.210]; the best baseline is additive with 0.100, "
        "and the ceiling 0.500 (biology)."
    )


def test_versions_are_those_installed():
    assert versions_table(("numpy",)).columns == ("software", "version")
    assert versions_table(("numpy",)).rows[1][0] == "numpy"


def test_the_same_report_gives_the_same_bytes(report, tmp_path):
    write_report(tmp_path / "a.html", report)
    write_report(tmp_path / "b.html", report)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert (tmp_path / "a.html").read_text() == report_html(report)
