"""The page of designs: its text; and in a real browser that it draws, filters, fits and asks for nothing."""

import dataclasses
import json
import re
import shutil
import socket
import subprocess
import threading
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from knockon.serving.design.page import page_html
from tests.serving.design.made_page import NASTY, made_page


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return made_page(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def text(page):
    return page_html(page)


class Seen(HTMLParser):
    """Anchors, places that links lead to, addresses that are loaded, and text."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.words, self._skipped = [], [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self._skipped += tag in ("script", "style")
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found["href"]] if tag == "a" else []
        self.loaded += [found[name] for name in ("src", "srcset", "data", "action") if name in found]
        self.loaded += [found["href"]] if tag == "link" else []

    def handle_endtag(self, tag):
        self._skipped -= tag in ("script", "style")

    def handle_data(self, data):
        self.words += [] if self._skipped else [data]


def test_every_design_has_its_row_its_page_and_its_evidence(page, text):
    seen = Seen(text)
    words = " ".join(" ".join(seen.words).split())
    for design in page.designs:
        assert f"design-{design.rank}" in seen.ids
        assert f"#design-{design.rank}" in seen.links
        for sentence in (*design.pro, *design.contra):
            assert " ".join(sentence.split()) in words
        for locus in design.loci.values():
            assert str(locus) in words
    assert len(set(seen.ids)) == len(seen.ids)
    assert {link.removeprefix("#") for link in seen.links} <= set(seen.ids)


def test_the_fitness_that_is_asked_for_or_not_is_said(page):
    question = dataclasses.replace(page.question, min_fitness=None)
    assert "at least 0.2, below which there is hardly a colony" in page_html(
        dataclasses.replace(page, question=question)
    )
    question = dataclasses.replace(page.question, min_fitness=0.75)
    assert "at least 0.75" in page_html(dataclasses.replace(page, question=question))


def test_it_says_whose_data_when_and_what_to_know(page, text):
    words = " ".join(Seen(text).words)
    for said in (page.simulated, page.origin, page.command, *page.notes, page.title, "30"):
        assert said in words


def test_names_can_not_break_out_of_it_and_nothing_is_loaded(text):
    seen = Seen(text)
    assert seen.loaded == []
    assert NASTY in " ".join(seen.words)
    assert "<b>name</b>" not in text.replace("\\/", "/").partition("const charts")[0]
    assert "default-src 'none'" in text


def test_the_same_designs_give_the_same_bytes(tmp_path, text):
    assert page_html(made_page(tmp_path)) == text


# -- in a browser


@pytest.fixture
def chromium():
    """The browser's path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium: install it to see whether the page of designs draws and filters")
    return found


class Listener:
    """Stands as the network's proxy: everything that the browser asks of the outside comes here, and is counted."""

    def __init__(self):
        self.asked = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(4096).decode(errors="replace").split("\r\n")[0])

    def close(self):
        self._socket.close()


OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--virtual-time-budget=20000", "--dump-dom",
)  # fmt: skip


def opened(chromium, file, *options):
    """The page after its scripts ran."""
    command = [chromium, *OPTIONS, f"--user-data-dir={file.parent / 'profile'}", *options, file.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=180).stdout


# Waits until all is drawn, then does something and writes down what it sees.
PROBE = """<script>addEventListener("securitypolicyviolation", event => {
  document.body.dataset.refused = (document.body.dataset.refused || "") + event.blockedURI + " "; });
addEventListener("load", async () => {
  while (!document.body.dataset.drawn) await new Promise(done => setTimeout(done, 50));
  const seen = (() => { PROBED })();
  document.body.dataset.seen = JSON.stringify(seen);
});</script></body>"""


def with_script(text, script):
    """A page with more at its end; the libraries within it hold the same mark."""
    head, _, tail = text.rpartition("</body>")
    return f"{head}{script}{tail}"


def probed(chromium, folder, text, script, *options):
    """What a script sees in the finished page."""
    (folder / "page.html").write_text(with_script(text, PROBE.replace("PROBED", script)))
    found = opened(chromium, folder / "page.html", *options)
    match = re.search(r'data-seen="([^"]*)"', found)
    assert match is not None, "the page was not drawn to the end"
    assert "data-refused" not in found
    return json.loads(match.group(1).replace("&quot;", '"').replace("&amp;", "&"))


def test_both_charts_are_drawn_and_no_request_leaves_the_page(chromium, tmp_path, page, text):
    listener = Listener()
    proxy = f"--proxy-server=http://127.0.0.1:{listener.port}"
    script = """return { drawn: document.querySelectorAll(".chart svg.marks").length,
        words: document.querySelector("#ranking svg.marks").textContent }"""
    seen = probed(chromium, tmp_path, text, script, proxy, "--proxy-bypass-list=<-loopback>")
    assert seen["drawn"] == 2
    assert all(design.strain in seen["words"] for design in page.designs)
    # Else a listener that hears nothing would pass.
    leak = with_script(text.replace("img-src data:", "img-src *"), "<img src='http://example.org/x.png'></body>")
    before = list(listener.asked)
    probed(chromium, tmp_path, leak, "return 1", proxy, "--proxy-bypass-list=<-loopback>")
    listener.close()
    assert [line for line in before if "google" not in line] == []
    assert any("example.org" in line for line in listener.asked)


def test_the_filter_hides_rows_and_their_pages(chromium, tmp_path, page, text):
    script = """const set = (id, value) => { const input = document.getElementById(id);
        if (input.type === "checkbox") input.checked = value; else input.value = value;
        input.dispatchEvent(new Event("input")); };
      const shown = () => [...document.querySelectorAll("#designs tbody tr")].filter(row => row.offsetParent !== null)
        .map(row => +row.dataset.rank);
      const pages = () => [...document.querySelectorAll("article")].filter(each => each.offsetParent !== null)
        .map(each => +each.id.slice(7));
      const found = { all: shown() };
      set("filter-text", NAME); found.named = shown(); found.pages = pages();
      found.said = document.getElementById("shown").textContent;
      set("filter-text", ""); set("filter-fitness", LEAST); found.fit = shown();
      set("filter-fitness", ""); set("filter-predicted", WANTED); found.wanted = shown();
      set("filter-predicted", ""); set("filter-unlinked", true); found.unlinked = shown();
      set("filter-unlinked", false); found.back = shown();
      const head = document.querySelectorAll("#designs thead button")[4];
      head.click(); found.rising = shown(); head.click(); found.falling = shown();
      return found;"""
    name = page.designs[3].names[0].lower()
    least = sorted(design.fitness for design in page.designs)[5]
    wanted = sorted(design.predicted for design in page.designs)[4]
    script = (
        script.replace("NAME", json.dumps(name)).replace("LEAST", f"{least:.6g}").replace("WANTED", f"{wanted:.6g}")
    )
    seen = probed(chromium, tmp_path, text, script)
    ranks = [design.rank for design in page.designs]
    by_rank = {design.rank: design for design in page.designs}
    assert seen["all"] == seen["back"] == ranks
    expected = [
        rank
        for rank, design in by_rank.items()
        if name in " ".join((*design.names, *design.genes, *design.pro, *design.contra)).lower()
    ]
    assert seen["named"] == seen["pages"] == expected
    assert 0 < len(expected) < len(ranks)
    assert seen["said"] == f"{len(expected)} of {len(ranks)} designs"
    assert seen["fit"] == [rank for rank in ranks if float(f"{by_rank[rank].fitness:.6g}") >= float(f"{least:.6g}")]
    assert seen["wanted"] == [rank for rank in ranks if by_rank[rank].predicted >= float(f"{wanted:.6g}") - 1e-9]
    assert seen["unlinked"] == [rank for rank in ranks if not by_rank[rank].linked]
    rising = [by_rank[rank].fitness for rank in seen["rising"]]
    assert all(one <= two for one, two in pairwise(rising))
    assert seen["falling"] == seen["rising"][::-1] or sorted(rising) == rising


FRAME = """<body><script>addEventListener("message", event => document.body.dataset.seen = event.data)</script>
<iframe src="page.html" style="border:0; width:WIDTHpx; height:2000px"></iframe>"""
MEASURE = """<script>addEventListener("load", async () => {
  while (!document.body.dataset.drawn) await new Promise(done => setTimeout(done, 50));
  await new Promise(done => setTimeout(done, 300));
  const width = document.documentElement.clientWidth, cut = [];
  for (const each of document.querySelectorAll("body *")) {
    const box = each.getBoundingClientRect();
    // What lies in a box that scrolls is reached by scrolling.
    if (each.closest(".scroll") && !each.classList.contains("scroll") || each.closest("pre, details")) continue;
    if (box.width && (box.right > width + 1 || box.left < -1)) cut.push(each.tagName + "." + each.className);
  }
  for (const text of document.querySelectorAll(".chart svg text")) {
    const box = text.getBoundingClientRect(), chart = text.closest(".chart").getBoundingClientRect();
    if (text.textContent.includes("…")) cut.push(text.textContent);
    if (box.width && (box.right > chart.right + 1 || box.left < chart.left - 1 || box.bottom > chart.bottom + 1))
      cut.push(text.textContent);
  }
  parent.postMessage(JSON.stringify({ width: document.documentElement.scrollWidth, cut }), "*");
});</script></body>"""


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("knockouts", [2, 3])
def test_nothing_is_cut_off(chromium, tmp_path, width, knockouts):
    """In a frame of that width: a browser's own window is never as narrow."""
    text = page_html(made_page(tmp_path, knockouts=knockouts))
    (tmp_path / "page.html").write_text(with_script(text, MEASURE))
    (tmp_path / "outer.html").write_text(FRAME.replace("WIDTH", str(width)))
    found = re.search(r'data-seen="([^"]*)"', opened(chromium, tmp_path / "outer.html", "--window-size=1600,2200"))
    assert found is not None
    seen = json.loads(found.group(1).replace("&quot;", '"'))
    assert seen["width"] <= width
    assert seen["cut"] == []
