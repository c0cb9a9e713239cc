"""Results as tables: printed in the terminal after a run, and as rows of the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 150
"""Characters a line from which every baseline gets its column; a file or a pipe is taken to be this wide."""


CEILINGS = ("ceiling: biology", "ceiling: screen")


@dataclass(frozen=True)
class Result:
    """One evaluated model of one study, ready to be shown. Scores are Pearson's r unless `score` says otherwise.

    ceiling: of the biology, how well the truth itself would score; a model that learns what labels share beside the
    truth can exceed it. screen_ceiling: what truth and the screen's own effects would reach. baselines: score by
    heading, None where it was not run.
    """

    study: str
    label: str
    split: str
    model: str
    n_test: int
    value: float | None
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None
    baselines: Mapping[str, float | None] = field(default_factory=dict)
    score: str = "r"
    screen_ceiling: float | None = None

    @classmethod
    def of(cls, study: str, split: str, metrics: Mapping[str, Any], baselines: Mapping[str, str]) -> "Result":
        """Take what `evaluate` gave (or the JSON file that holds it).

        baselines: those that get a column, its heading by their prefix in the metrics.
        """
        features = [metrics.get(name) for name in ("representation", "aggregation")]
        return cls(
            study=study,
            label=metrics["label"],
            split=split,
            model=" · ".join([metrics["model"], *[str(text) for text in features if text]]).replace("_", " "),
            n_test=metrics["n_test"],
            value=metrics["pearson"],
            low=metrics["pearson_low"],
            high=metrics["pearson_high"],
            ceiling=metrics.get("ceiling_pearson"),
            screen_ceiling=metrics.get("ceiling_screen_pearson"),
            baselines={heading: metrics.get(f"{name}_pearson") for name, heading in baselines.items()},
        )

    @property
    def ceilings(self) -> tuple[float | None, float | None]:
        """Under the headings of CEILINGS."""
        return self.ceiling, self.screen_ceiling

    @property
    def beats_baselines(self) -> bool:
        """True where the whole interval lies above every baseline that was run."""
        scores = [value for value in self.baselines.values() if value is not None]
        return self.low is not None and bool(scores) and self.low > max(scores)


def number(value: float | None, digits: int = 3) -> str:
    """A score for people: three digits, a true minus sign, a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """A score with its interval, as `0.231 [0.220, 0.242]`."""
    return number(value) if low is None or high is None else f"{number(value)} [{number(low)}, {number(high)}]"


def shown_baselines(results: Sequence[Result]) -> list[str]:
    """Headings of the baselines that at least one result has, in the order of the results' own."""
    headings = dict.fromkeys(heading for result in results for heading in result.baselines)
    return [heading for heading in headings if any(result.baselines.get(heading) is not None for result in results)]


def best_baseline(result: Result) -> tuple[str, float] | None:
    """Heading and score of the strongest baseline that was run."""
    scores = {heading: value for heading, value in result.baselines.items() if value is not None}
    return max(scores.items(), key=lambda entry: entry[1]) if scores else None


def _baseline_cells(result: Result, headings: Sequence[str], wide: bool) -> list[str]:
    if wide:
        return [number(result.baselines.get(heading)) for heading in headings]
    best = best_baseline(result)
    return [f"{number(best[1])} {best[0]}" if best else number(None)]


def results_table(results: Sequence[Result], wide: bool = True) -> Table:
    """A terminal table, one line per result; a score whose interval beats all baselines is green.

    Wide: a column per baseline; otherwise only the best one, so that the table fits 80 characters.
    """
    headings = shown_baselines(results)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("task")
    table.add_column("model", overflow="fold")
    table.add_column("test rows", justify="right", min_width=7)
    table.add_column("score [95 %]", justify="right", no_wrap=True)
    for heading in headings if wide else ["best baseline"]:
        table.add_column(heading, justify="right" if wide else "left", overflow="fold")
    for heading in CEILINGS:
        table.add_column(heading, justify="right", min_width=7)
    for result in results:
        score = f"{result.score} {with_interval(result.value, result.low, result.high)}"
        table.add_row(
            Text(f"{result.study} {result.label}, {result.split}"),
            Text(result.model),
            f"{result.n_test:,}",
            Text(score, style="green" if result.beats_baselines else ""),
            *_baseline_cells(result, headings, wide),
            *(number(ceiling) for ceiling in result.ceilings),
        )
    return table


def _wide_console(console: Console | None) -> Console:
    """`console`, or standard output; a file or a pipe is always wide."""
    console = console or Console(highlight=False)
    if console.is_terminal or console.width >= WIDE:
        return console
    return Console(file=console.file, width=WIDE, highlight=False)


def print_rows(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], console: Console | None = None
) -> None:
    """Print rows of text under a title; all columns but the first two are set right."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place > 1 else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    _wide_console(console).print(table)


def print_results(results: Sequence[Result], console: Console | None = None) -> None:
    """Print the table to `console`, or to standard output; in a file or a pipe it is always wide."""
    console = _wide_console(console)
    console.print(results_table(results, wide=console.width >= WIDE))
    if any(result.beats_baselines for result in results):
        console.print("green: the whole interval lies above every baseline", style="dim")
