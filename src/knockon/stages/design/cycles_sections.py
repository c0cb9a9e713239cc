"""What the report says about cycles of design and test, from design_cycles' metrics and plots."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Section, Table, Text
from knockon.evaluation.table import number
from knockon.stages.sections import figures, interval_if_known, interval_of, read_metrics, words

TOLD_COLUMNS = ("model", "told from", "cycle", "strains", "r [95 %]", "picked, mg/L [95 %]", "intervals cover [95 %]")
LIMIT_COLUMNS = (
    "cycle", "mean", "best strain", "best picked", "r under replicates' noise", "r under builds' noise",
    "r, told from all others", "picked, told from all others",
)  # fmt: skip
LABORATORY_COLUMNS = (
    "strategy", "strains built", "short of the optimum [95 %]", "optimum among the first [95 %]", "optimum built",
    "strains that grew",
)  # fmt: skip

_PAST = {"play": "genes in play", "cycles": "cycles alone", "all": "all screened genes"}
_CAPTIONS = {
    "cycles": (
        "Points of correlation, titre of the picked strains and coverage by model and told cycle",
        "Each cycle is told from those before it. Intervals draw the told cycle's strains.",
    ),
    "laboratory": (
        "Lines of how far the best strain built falls short of the planted optimum, by strains built and strategy",
        "Mean over planted laboratories; intervals draw laboratories.",
    ),
}


def _titre(row: dict[str, Any]) -> str:
    low, high = row.get("picked_low"), row.get("picked_high")
    return f"{row['picked']:.0f}" + ("" if low is None or high is None else f" [{low:.0f}, {high:.0f}]")


def told_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of TOLD_COLUMNS for every model and cycle, and for its mean over cycles."""
    return tuple(
        (
            words(row["model"]),
            _PAST[row["past"]],
            "mean" if row["cycle"] is None else str(row["cycle"]),
            str(row["strains"]),
            interval_if_known(row, "r"),
            _titre(row),
            interval_if_known(row, "covered"),
        )
        for row in read_metrics(root, "design/cycles.json")["told"]
    )


def limit_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of LIMIT_COLUMNS for every told cycle."""
    return tuple(
        (
            str(row["cycle"]),
            *(f"{row[name]:.0f}" for name in ("mean", "best", "best_picked")),
            number(row["r_of_replicates"]),
            number(row["r_of_builds"]),
            number(row["r_of_all_others"]),
            f"{row['picked_of_all_others']:.0f}",
        )
        for row in read_metrics(root, "design/cycles.json")["limits"]
    )


def laboratory_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of LABORATORY_COLUMNS for every strategy, after its last cycle."""
    rows = read_metrics(root, "design/cycles.json")["laboratory"]
    last = max(row["cycle"] for row in rows)
    return tuple(
        (
            words(row["strategy"]),
            str(row["strains"]),
            interval_of(row, "short"),
            f"{row['first']:.0%} [{row['first_low']:.0%}, {row['first_high']:.0%}]",
            *(f"{row[name]:.0%}" for name in ("built", "grew")),
        )
        for row in rows
        if row["cycle"] == last
    )


def cycles_section(root: Path) -> Section:
    """Told cycles and the planted laboratory."""
    said = Text(
        (
            "P. putida strains of 0 to 4 knock-downs, titre of isoprenol (Carruthers et al. 2025): each cycle is told "
            "from the screen and the cycles before it. “Picked” is the mean titre of the ten strains that a model "
            "would have picked of those that were built. The sets' intervals are widened by how far past cycles lay "
            "off; the baselines' are their own.",
            "In the laboratory everything is planted, so that the optimum is known; all strategies start from the same "
            "single knock-outs. “Among the first”: the optimum's place in the last ranking.",
        )
    )
    tables = (
        Table("The next cycle, told from those before", TOLD_COLUMNS, told_rows(root)),
        Table("What could be reached", LIMIT_COLUMNS, limit_rows(root)),
        Table("A planted laboratory after its last cycle", LABORATORY_COLUMNS, laboratory_rows(root)),
    )
    pictures = figures(root, "design", _CAPTIONS, *_CAPTIONS)
    return Section("Strain design: cycles of design and test", (said, *tables, *pictures))
