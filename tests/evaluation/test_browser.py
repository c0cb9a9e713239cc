"""In a real browser without a network, the page of `dvc plots show` draws. Skipped where there is no chromium."""

import csv
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from dvc_render import VegaRenderer, render_html

from knockon.evaluation.plots import plot_table, write_plot
from knockon.evaluation.report import Code, Figure, Report, Section, Table, Text, report_html


@pytest.fixture
def chromium() -> str:
    """The browser's path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no chromium: install it to see whether the offline page of plots draws")
    return found


def page_text(chromium: str, page: Path) -> str:
    """The page after its scripts ran; an address that can't be resolved stands for a machine without a network."""
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    options += [f"--user-data-dir={page.parent / 'profile'}", "--virtual-time-budget=8000", "--dump-dom"]
    finished = subprocess.run([chromium, *options, page.as_uri()], capture_output=True, text=True, timeout=120)
    return finished.stdout


def test_dvc_plots_draw_offline_in_the_one_style(chromium, root, tmp_path):
    numbers = {"pearson": 0.3, "pearson_low": 0.2, "pearson_high": 0.4, "ceiling": 0.5, "ceiling_screen": 0.56}
    rows = [{"panel": "interaction ε", "name": "svr", "kind": "model", **numbers}]
    write_plot(tmp_path / "benchmark.csv", plot_table("benchmark", rows))
    datapoints = [{**row, "rev": "workspace"} for row in csv.DictReader((tmp_path / "benchmark.csv").open())]
    templates = root / ".dvc" / "plots"
    plot = VegaRenderer(datapoints, "plots/benchmark.csv", template="benchmark", template_dir=str(templates))
    page = tmp_path / "index.html"
    render_html([plot], page, html_template=templates / "page.html")
    text = page_text(chromium, page)
    assert 'aria-roledescription="visualization"' in text
    assert "Which model predicts best?" in text
    assert "ceiling: biology 0.50, screen 0.56" in text
    assert "Liberation Sans" in text


WIDTH_SCRIPT = "<script>parent.postMessage(String(document.documentElement.scrollWidth), '*')</script></body>"
FRAME = """<body><script>addEventListener("message", e => document.body.dataset.width = e.data)</script>
<iframe src="report.html" style="border:0; width:400px; height:900px"></iframe>"""


def test_the_report_needs_no_sideways_scrolling_in_a_window_of_400_pixels(chromium, root, tmp_path):
    """In a frame of that width: a browser's own window is never as narrow. Wide drawings and tables scroll inside."""
    drawings = [Figure(path.read_text(), "a drawing", "Its caption.") for path in sorted(root.glob("plots/*/*.svg"))]
    columns = tuple(f"a column with a long name {place}" for place in range(8))
    parts = (*drawings, Table("a wide table", columns, (columns,)), Code("a long line " * 40), Text(("words",)))
    page = report_html(Report("A title", "A summary.", (Section("A section", parts),)))
    (tmp_path / "report.html").write_text(page.replace("</body>", WIDTH_SCRIPT))
    (tmp_path / "outer.html").write_text(FRAME)
    found = re.search(r'data-width="(\d+)"', page_text(chromium, tmp_path / "outer.html"))
    assert found is not None
    assert 300 < int(found.group(1)) <= 400
