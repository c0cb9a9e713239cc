"""Tables and lines of the commands, as wide as the terminal, or as a file may be."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.table import Table

_EXAMPLES = 3
_WIDTH_OF_A_FILE = 220


def plain_table(*columns: str) -> "Table":
    """An empty table without a frame."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_plain(content: object) -> None:
    """Print a text or a table to standard output; brackets are no markup."""
    from rich.console import Console

    # Made anew each time, so that the width and the stream are those of the moment.
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_OF_A_FILE)
    console.print(content, markup=False, soft_wrap=isinstance(content, str))


def print_rejects(rejects: "pa.Table") -> None:
    """Print how many rows of a file were refused for what reason, and the first of each. rejects: in REJECT_SCHEMA."""
    from collections import Counter

    import pyarrow.compute as pc

    counts = Counter(rejects["reason"].to_pylist())
    table = plain_table("rejected", "reason", "first lines and values")
    table.title = f"{rejects.num_rows:,} rejected"
    for reason, count in counts.most_common():
        examples = rejects.filter(pc.equal(rejects["reason"], reason)).slice(0, _EXAMPLES).to_pylist()
        shown = "\n".join(f"line {example['line']}: {example['value']}" for example in examples)
        table.add_row(f"{count:,}", reason, shown)
    print_plain(table)
