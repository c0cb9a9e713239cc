"""`knockon results`: the results of a clone on the terminal, read from its metrics."""

from pathlib import Path
from typing import Annotated

import typer


def results(
    directory: Annotated[Path, typer.Option(help="Root of a clone of the repository.")] = Path(),
) -> None:
    """Print the results table of this clone, and where its report and plots lie."""
    show_results(directory)


def show_results(root: Path) -> None:
    """Print the results of both studies, and where the report and the plots lie."""
    from knockon.evaluation.table import print_results, print_rows
    from knockon.progress import console
    from knockon.stages.gfp import sections as gfp
    from knockon.stages.report import REPORT
    from knockon.stages.yeast import joint_sections as joint
    from knockon.stages.yeast import sections as yeast

    print_results(yeast.results(root))
    if rows := joint.result_rows(root):
        print_rows("joint phenotypes of yeast", joint.RESULT_COLUMNS, rows)
    print_rows("avGFP brightness", gfp.RESULT_COLUMNS, gfp.result_rows(root))
    console.print(f"report   {root / REPORT}")
    console.print(f"plots    {root / 'plots'}  (or: dvc plots show)")
    console.print(f"metrics  {root / 'metrics'}  (or: dvc metrics show)")
