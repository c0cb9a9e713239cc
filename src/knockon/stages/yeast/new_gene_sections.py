"""What the report says about genes that were never screened."""

from pathlib import Path
from typing import Any

from knockon.evaluation.report import Section, Table, Text
from knockon.evaluation.table import number, with_interval
from knockon.stages.sections import interval_of, read_metrics, words

COLUMNS = ("beside annotations and networks", "r [95 %]", "r of two new genes [95 %]", "added [95 %]", "validation r")

_NOTE = (
    "Genes are held out by lot, again and again; whatever a draw chooses, it chooses among its other genes. Intervals "
    "are of the mean over draws and count that their trainings overlap. “Added” is paired: the same draws with the "
    "vectors and without. Random vectors only tell genes apart; what adds no more than they do tells nothing. “Own "
    "fitness” tells how the single mutant of a new gene grows, which no draw may choose."
)


def new_gene_rows(root: Path) -> tuple[tuple[str, ...], ...]:
    """A row of COLUMNS for annotations and networks alone, for each representation beside them, and for the choice."""
    return tuple(_row(name, found) for name, found in read_metrics(root, "yeast/new_genes.json").items())


def _row(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    choices = ", ".join(f"{words(each)} {count}×" for each, count in found.get("choices", {}).items() if count)
    return (
        f"what each draw chooses ({choices})" if choices else {"networks": "nothing"}.get(name, words(name)),
        interval_of(found, "test"),
        interval_of(found, "two_new"),
        _added(found["added"]) if "added" in found else "",
        number(found["validation"]),
    )


def _added(found: dict[str, Any]) -> str:
    return with_interval(found["mean"], found["low"], found["high"])


def new_gene_section(root: Path) -> tuple[Section, ...]:
    """The section; nothing where the stage has not run."""
    if not (root / "metrics/yeast/new_genes.json").exists():
        return ()
    table = Table("Interactions of held-out genes", COLUMNS, new_gene_rows(root))
    return (Section("Genes that were never screened", (Text((_NOTE,)), table)),)
