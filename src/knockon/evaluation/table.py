"""Results as tables: printed in the terminal after a run, and as rows of the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# The mean knows nothing about a strain and has r = 0 by definition: it would be a column of zeros.
SHOWN_BASELINES = {
    "additive": "additive",
    "random": "random vectors",
    "smf_product": "SMF product",
    "factorisation": "factorisation",
}
"""Baselines that get a column, by their prefix in the metrics, with the column's heading."""

WIDE = 150
"""Characters a line from which every baseline gets its column; a file or a pipe is taken to be this wide."""


@dataclass(frozen=True)
class Result:
    """One evaluated model of one study, ready to be shown. Scores are Pearson's r unless `score` says otherwise."""

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

    @classmethod
    def of(cls, study: str, split: str, metrics: Mapping[str, Any]) -> "Result":
        """Take what `evaluate` gave (or the JSON file that holds it)."""
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
            baselines={name: metrics.get(f"{name}_pearson") for name in SHOWN_BASELINES},
        )

    @property
    def beats_baselines(self) -> bool:
        """True where the whole interval lies above every baseline that was run."""
        known = [value for value in self.baselines.values() if value is not None]
        return self.low is not None and bool(known) and self.low > max(known)


def number(value: float | None, digits: int = 3) -> str:
    """A score for people: three digits, a true minus sign, a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """A score with its interval, as `0.231 [0.220, 0.242]`."""
    return number(value) if low is None or high is None else f"{number(value)} [{number(low)}, {number(high)}]"


def shown_baselines(results: Sequence[Result]) -> list[str]:
    """Baselines that at least one result has, in the order of SHOWN_BASELINES."""
    return [name for name in SHOWN_BASELINES if any(result.baselines.get(name) is not None for result in results)]


def best_baseline(result: Result) -> tuple[str, float] | None:
    """Name (as shown) and score of the strongest baseline that was run."""
    known = [(value, name) for name, value in result.baselines.items() if value is not None]
    if not known:
        return None
    value, name = max(known)
    return SHOWN_BASELINES.get(name, name), value


def _baseline_cells(result: Result, names: Sequence[str], wide: bool) -> list[str]:
    if wide:
        return [number(result.baselines.get(name)) for name in names]
    best = best_baseline(result)
    return [f"{number(best[1])} {best[0]}" if best else number(None)]


def results_table(results: Sequence[Result], wide: bool = True) -> Table:
    """A terminal table, one line per result; a score whose interval beats all baselines is green.

    Wide: a column per baseline; otherwise only the best one, so that the table fits 80 characters.
    """
    names = shown_baselines(results)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("task")
    table.add_column("model", overflow="fold")
    table.add_column("test rows", justify="right", min_width=7)
    table.add_column("score [95 %]", justify="right", no_wrap=True)
    for heading in [SHOWN_BASELINES[name] for name in names] if wide else ["best baseline"]:
        table.add_column(heading, justify="right" if wide else "left", overflow="fold")
    table.add_column("noise ceiling", justify="right", min_width=7)
    for result in results:
        score = f"{result.score} {with_interval(result.value, result.low, result.high)}"
        table.add_row(
            Text(f"{result.study} {result.label}, {result.split}"),
            Text(result.model),
            f"{result.n_test:,}",
            Text(score, style="green" if result.beats_baselines else ""),
            *_baseline_cells(result, names, wide),
            number(result.ceiling),
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
