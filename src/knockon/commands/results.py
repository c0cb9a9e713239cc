"""`knockon results`: the results of a clone on the terminal, read from its metrics."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

_BEST = 3
"""Models a split that are shown of a study, without --all."""


def results(
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
    everything: Annotated[bool, typer.Option("--all", help="Every row, not the best ones alone.")] = False,
) -> None:
    """Print the best results of this clone, and where its report and plots lie."""
    show_results(directory, everything)


def show_results(root: Path, everything: bool = False) -> None:
    """Print the results of all studies, and where the report and the plots lie.

    everything: all rows; without it the best models of each avGFP split, and each joint phenotype over all genes.
    """
    from knockon.evaluation.table import print_results, print_rows
    from knockon.progress import console
    from knockon.stages.affinity import sections as affinity
    from knockon.stages.cellstate import sections as cellstate
    from knockon.stages.design import sections as design
    from knockon.stages.gfp import sections as gfp
    from knockon.stages.report import REPORT
    from knockon.stages.yeast import joint_sections as joint
    from knockon.stages.yeast import sections as yeast

    print_results(yeast.results(root))
    joint_rows, gfp_rows = joint.result_rows(root), gfp.result_rows(root)
    left_out = 0
    if not everything:
        whole = len(joint_rows) + len(gfp_rows)
        joint_rows = tuple(row for row in joint_rows if row[1] in ("all", "absent"))
        gfp_rows = first_of_each(gfp_rows, gfp.RESULT_COLUMNS.index("split"), _BEST)
        left_out = whole - len(joint_rows) - len(gfp_rows)
    if joint_rows:
        print_rows("joint phenotypes of yeast", joint.RESULT_COLUMNS, joint_rows)
    print_rows("avGFP brightness", gfp.RESULT_COLUMNS, gfp_rows)
    print_rows("affinity of ligands and proteins", affinity.HEADLINE_COLUMNS, affinity.headline_rows(root))
    print_rows("cell state: samples given back", cellstate.MODEL_COLUMNS, cellstate.model_rows(root))
    print_rows("cell state: virtual knock-outs", cellstate.KNOCKOUT_COLUMNS, cellstate.knockout_rows(root))
    print_rows("strain design: phenotypes of held-out genes", design.MODEL_COLUMNS, design.model_rows(root))
    if left_out:
        console.print(f"{left_out} more rows: knockon results --all", style="dim")
    console.print(f"report   {root / REPORT}")
    console.print(f"plots    {root / 'plots'}  (or: dvc plots show)")
    console.print(f"metrics  {root / 'metrics'}  (or: dvc metrics show)")


def first_of_each(rows: Sequence[tuple[str, ...]], column: int, most: int) -> tuple[tuple[str, ...], ...]:
    """The first rows, at most so many, of each value in a column, in their order: of rows that stand best first."""
    taken: dict[str, int] = {}
    kept = []
    for row in rows:
        taken[row[column]] = taken.get(row[column], 0) + 1
        if taken[row[column]] <= most:
            kept.append(row)
    return tuple(kept)
